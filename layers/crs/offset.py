"""The suspicion that coordinates are GCJ-02 or BD-09: reported where the counties of the rows speak for it, or the
places where the same objects are served."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.crs.gcj import bd_to_wgs, gcj_to_wgs, wgs_to_bd, wgs_to_gcj
from layers.crs.places import Judge
from layers.crs.readings import clearly_fewer
from layers.geo import GEOD

Floats = NDArray[np.float64]

WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北"), ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
INVERSES = (("GCJ-02", gcj_to_wgs), ("BD-09", bd_to_wgs))
FORWARD = (("GCJ-02", wgs_to_gcj), ("BD-09", wgs_to_bd))
FEWEST_MOVED = 10
CLOSE_M, FAR_M = 30.0, 100.0
"""Half of the objects must lie this close to where the offset would put them, and it must be this large."""


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
    wind = _wind(bearing)
    before, after = 1 - outside / judge.points, 1 - fewest / judge.points
    size = f"向{WINDS[0][wind]}偏约 {distance:.0f} m"
    zh = f"坐标疑为 {name}（{size}）：去除偏移后县代码相符由 {before:.0%} 升至 {after:.0%}"
    en = (
        f"coordinates may be {name} (about {distance:.0f} m to the {WINDS[1][wind]}): without the offset the share in "
        f"the declared county rises from {before:.0%} to {after:.0%}"
    )
    return ("offset_suspected", zh, en)


def moved_note(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> tuple[str, str, str] | None:
    """Return the note ``offset_suspected`` (code, Chinese, English) where objects moved as an offset would move them.

    ``before`` are longitudes and latitudes at which objects are served, ``after`` those of the same objects in a file;
    degrees. Either side may be the one that is off.
    """
    if len(before[0]) < FEWEST_MOVED:
        return None
    bearing, _, metres = GEOD.inv(*before, *after)
    distance = float(np.median(metres))
    if distance < FAR_M:
        return None
    for there, here, zh_side, en_side in (
        (after, before, "文件", "the file"),
        (before, after, "在用数据", "what is served"),
    ):
        for name, forward in FORWARD:
            _, _, rest = GEOD.inv(*forward(*here), *there)
            if float(np.median(rest)) > CLOSE_M:
                continue
            wind = _wind(bearing)
            zh = (
                f"{len(metres)} 个已有对象一致地向{WINDS[0][wind]}移动约 {distance:.0f} m，"
                f"与 {name} 的偏移相符：{zh_side}的坐标疑为 {name}"
            )
            en = (
                f"{len(metres)} known objects all moved about {distance:.0f} m to the {WINDS[1][wind]}, as {name} "
                f"would move them: the coordinates of {en_side} may be {name}"
            )
            return ("offset_suspected", zh, en)
    return None


def _wind(bearing: Floats) -> int:
    return round(float(np.median(bearing)) % 360 / 45) % 8
