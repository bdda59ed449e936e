"""The suspicion that coordinates are GCJ-02 or BD-09: reported where the counties of the rows speak for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.crs.gcj import bd_to_wgs, gcj_to_wgs
from layers.crs.places import Judge
from layers.crs.readings import clearly_fewer
from layers.geo import GEOD

Floats = NDArray[np.float64]

WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北"), ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
INVERSES = (("GCJ-02", gcj_to_wgs), ("BD-09", bd_to_wgs))


def offset_note(lon: Floats, lat: Floats, judge: Judge) -> tuple[str, str, str] | None:
    """Return the note ``offset_suspected`` (code, Chinese, English), None where nothing speaks for an offset.

    An offset of half a kilometre moves only the few points near a boundary, so this is never more than a suspicion:
    points must come into their county when the offset is taken off, and few may stay outside.
    """
    with np.errstate(invalid="ignore"):
        outside = judge.points - judge.agreeing(lon, lat)
        left = []
        for name, inverse in INVERSES:
            there = inverse(lon, lat)
            left.append((judge.points - judge.agreeing(*there), name, there))
    fewest, name, (true_lon, true_lat) = min(left, key=lambda row: row[0])
    if not clearly_fewer(fewest, outside, judge.points):
        return None
    good = np.isfinite(lon) & np.isfinite(lat)
    bearing, _, metres = GEOD.inv(true_lon[good], true_lat[good], lon[good], lat[good])
    distance = float(np.median(metres))
    wind = round(float(np.median(bearing)) % 360 / 45) % 8
    before, after = 1 - outside / judge.points, 1 - fewest / judge.points
    size = f"向{WINDS[0][wind]}偏约 {distance:.0f} m"
    zh = f"坐标疑为 {name}（{size}）：去除偏移后县代码相符由 {before:.0%} 升至 {after:.0%}"
    en = (
        f"coordinates may be {name} (about {distance:.0f} m to the {WINDS[1][wind]}): without the offset the share in "
        f"the declared county rises from {before:.0%} to {after:.0%}"
    )
    return ("offset_suspected", zh, en)
