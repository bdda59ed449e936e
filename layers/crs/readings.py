"""The ways to read two columns of numbers as places: every projection of the province, in both orders of the axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from layers.crs.identify import to_degrees
from layers.crs.places import Judge, Places
from layers.crs.systems import SYSTEMS, System, crs_of
from layers.region import BOX

Floats = NDArray[np.float64]
Unproject = Callable[[Floats, Floats], tuple[Floats, Floats]]

LEAST_GAIN_SHARE = 0.01
LEAST_SHARE = 0.5  # below this a reading is not worth a look
# one system for each form (projection, meridian, prefix): numbers cannot tell the datum
FORMS = tuple(
    {system.form: system for system in reversed(SYSTEMS) if system.datum in ("CGCS2000", "WGS84")}.values()
)


@dataclass(frozen=True)
class Score:
    """How well a reading fits: where the points fall, and how many of them where.

    ``in_province`` is a share, with the tolerance of places.inside; ``abroad`` counts the points in no county at all,
    ``astray`` those outside the county their row declares (None: no row declares one).
    """

    system: System | None  # None: the declared system, which is none of ours
    swapped: bool
    lon: Floats
    lat: Floats
    in_province: float
    abroad: int
    in_county: float | None
    astray: int | None


def clearly_fewer(few: int, many: int, points: int) -> bool:
    """Say whether one reading leaves so many fewer points outside than another that chance does not explain it.

    Between neighbours like UTM and Gauss-Krüger (1.3 km apart) only points near a boundary tell, 3 to 8 % of them, and
    generalised boundaries put about 1 % of true points outside: two points and a third are odds of about 20 to 1.
    """
    return many - few >= max(2, LEAST_GAIN_SHARE * points) and few <= many / 3


@dataclass(frozen=True)
class Numbers:
    """Sampled coordinates of a file, and what to judge them by."""

    x: Floats
    y: Floats
    places: Places
    judge: Judge | None

    def score(self, unproject: Unproject, system: System | None, swapped: bool) -> Score:
        """Read the numbers in one way."""
        lon, lat = unproject(self.y, self.x) if swapped else unproject(self.x, self.y)
        share = float(self.places.inside(lon, lat).mean())
        worth = share >= LEAST_SHARE
        abroad = int((~self.places.ashore(lon, lat)).sum()) if worth else len(lon)
        if self.judge is None:
            return Score(system, swapped, lon, lat, share, abroad, None, None)
        known = self.judge.points
        astray = known - self.judge.agreeing(lon, lat) if worth else known
        return Score(system, swapped, lon, lat, share, abroad, 1 - astray / known, astray)

    def of_declared(self, crs: CRS, system: System | None, swapped: bool) -> Score:
        """Read the numbers in the declared system."""
        return self.score(_along(to_degrees(crs)), system, swapped)

    def of_forms(self) -> list[Score]:
        """Read the numbers in every form and order; only the readings that put half of them into the province."""
        found = []
        for system in FORMS:
            west, south, east, north = _bounds(system)
            for swapped in (False, True):
                x, y = (self.y, self.x) if swapped else (self.x, self.y)
                if float(((x > west) & (x < east) & (y > south) & (y < north)).mean()) >= LEAST_SHARE:
                    score = self.score(_inverse(system), system, swapped)
                    if score.in_province >= LEAST_SHARE:
                        found.append(score)
        return found


@lru_cache(maxsize=64)
def _way(code: int) -> Transformer:
    return to_degrees(crs_of(code))  # a Transformer may be shared by threads, a Proj may not


def _inverse(system: System) -> Unproject:
    if system.kind == "geographic":
        return lambda x, y: (x, y)
    return _along(_way(system.code))


def _along(way: Transformer) -> Unproject:
    def unproject(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = way.transform(x, y)
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)

    return unproject


@lru_cache(maxsize=64)
def _bounds(system: System) -> tuple[float, float, float, float]:
    """Return the box of the region in the numbers of a system."""
    west, south, east, north = BOX
    if system.kind == "geographic":
        return BOX
    lon, lat = (v.ravel() for v in np.meshgrid(np.linspace(west, east, 23), np.linspace(south, north, 17)))
    x, y = _way(system.code).transform(lon, lat, direction="INVERSE")
    return float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y))
