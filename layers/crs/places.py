"""Where a point lies in the province: inside at all, and in which county; vectorised, for judging coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from layers.admin_codes import ground_of, normal_code
from layers.region import BOX

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indexes = NDArray[np.intp]

# Landing points, fish farms and jetties lie off the coast, which is the east side; elsewhere only the generalisation of
# the boundary is forgiven. In degrees: 15 km and 2 km.
SEAWARD_DEGREES, ROUND_DEGREES = 0.155, 0.02
SIMPLE_DEGREES = 0.003
NOWHERE = -1


class Places:
    """The counties of the province; without any, the box of the region stands in for the province."""

    def __init__(
        self, codes: Sequence[str] = (), polygons: Sequence[BaseGeometry] | NDArray[np.object_] = ()
    ) -> None:
        """Take the counties: GB/T 2260 codes and polygons in longitude and latitude, in the same order."""
        if len(codes) != len(polygons):
            raise ValueError("as many codes as polygons are needed")
        self.codes = list(codes)
        self._polygons = np.array(polygons, dtype=object)
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._ground = [ground_of(code) for code in self.codes]

    def inside(self, lon: Floats, lat: Floats) -> Bools:
        """Say which points lie in the province, 15 km off its coast included."""
        west, south, east, north = BOX
        with np.errstate(invalid="ignore"):
            found = np.asarray(
                (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north), dtype=np.bool_
            )
        if self.codes and found.any():
            found[found] = shapely.intersects_xy(self._province, lon[found], lat[found])
        return found

    def ashore(self, lon: Floats, lat: Floats) -> Bools:
        """Say which points lie in a county, without any tolerance."""
        return self.inside(lon, lat) if not self.codes else self.county_of(lon, lat) != NOWHERE

    def county_of(self, lon: Floats, lat: Floats) -> Indexes:
        """Return for each point the index of its county in ``codes``, NOWHERE (-1) where it is in none."""
        found = np.full(len(lon), NOWHERE, dtype=np.intp)
        good = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if not self.codes or not good.size:
            return found
        at, county = self._tree.query(shapely.points(lon[good], lat[good]))
        hit = shapely.intersects_xy(self._polygons[county], lon[good][at], lat[good][at])
        found[good[at[hit]]] = county[hit]
        return found

    def judge(self, codes: Sequence[str | None]) -> Judge | None:
        """Return what compares points with the county codes their rows declare; None where no code is usable."""
        if not self.codes:
            return None
        known = np.array([normal_code(code or "") or "" for code in codes])
        distinct, which = np.unique(known, return_inverse=True)
        allowed = np.zeros(
            (len(distinct), len(self.codes) + 1), dtype=np.bool_
        )  # the last column is "nowhere"
        for row, code in enumerate(distinct):
            ground = ground_of(str(code)) if code else frozenset()
            allowed[row, :-1] = [not ground.isdisjoint(own) for own in self._ground]
        usable = np.asarray(allowed.any(axis=1), dtype=np.bool_)[which]
        return Judge(self, allowed, which, usable) if usable.any() else None

    @cached_property
    def _province(self) -> BaseGeometry:
        whole = shapely.union_all(shapely.buffer(shapely.simplify(self._polygons, SIMPLE_DEGREES), 1e-4))
        whole = shapely.simplify(whole, SIMPLE_DEGREES)
        swept = [translate(whole, xoff=dx) for dx in np.linspace(0, SEAWARD_DEGREES, 8)]
        grown = shapely.buffer(shapely.union_all(swept), ROUND_DEGREES, quad_segs=2)
        shapely.prepare(grown)
        return grown


class Judge:
    """Compares points with the counties their rows declare. Retired codes agree with the counties that followed."""

    def __init__(self, places: Places, allowed: NDArray[np.bool_], which: Indexes, usable: Bools) -> None:
        """``allowed[code, county]``; ``which`` code each point declares; ``usable`` where it is one we know."""
        self._places, self._allowed, self._which, self._usable = places, allowed, which, usable
        self.points = int(usable.sum())

    def agreeing(self, lon: Floats, lat: Floats) -> int:
        """Count the points, of ``points``, that lie in the county they declare."""
        county = self._places.county_of(lon[self._usable], lat[self._usable])
        return int(self._allowed[self._which[self._usable], county].sum())
