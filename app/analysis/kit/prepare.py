"""What depends on the data only, not on the question: made once per data version, then shared by every
request.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.engine.demand import Demand, balls
from app.analysis.kit.cells import People, prepare_land, prepare_people
from app.analysis.model import County, CoverageInputs
from layers.errors import Unavailable
from layers.geo import METRES_PER_DEGREE_MAX, Floats, Positions, areas_m2, densify

BOUNDARY_STEP_M = 250.0
INTERIOR_STEP_DEG = 0.01
INTERIOR_POINTS_MAX = 400_000
SLIVER_M2 = 1000.0


@dataclass(frozen=True, eq=False)
class Scattered:
    """Places grouped by part: those of part i are ``positions[start[i]:start[i + 1]]``."""

    positions: Positions
    start: NDArray[np.intp]

    def of(self, parts: NDArray[np.intp]) -> tuple[Positions, NDArray[np.intp]]:
        """The places of some parts, part by part, and which of the parts (0, 1, 2 ...) each belongs to."""
        counts = self.start[parts + 1] - self.start[parts]
        owner = np.repeat(np.arange(len(parts)), counts)
        first = np.cumsum(counts) - counts
        index = np.arange(owner.size) - first[owner] + self.start[parts][owner]
        return self.positions.take(index), owner


@dataclass(frozen=True, eq=False)
class Prepared:
    """The land cut by county, with its areas (m²), places along its boundary and inside, and people and land
    in cells.

    ``parts[i]`` belongs to ``counties[i]``; one part more holds land in no county, if there is any.
    ``interior_gap_m``: no place of a part is farther than this from a place inside or on the boundary.
    ``middle``, ``width_m``: no place of a part is farther from its middle than its width.
    ``overlap_m2``: land that two counties claim, and that is therefore counted twice.
    """

    counties: tuple[County, ...]
    parts: NDArray[np.object_]
    area: Floats
    boundary: Scattered
    middle: Positions
    width_m: Floats
    interior: Scattered
    interior_gap_m: float
    people: People | None
    land: Demand
    tree: shapely.STRtree
    overlap_m2: float

    @property
    def land_m2(self) -> float:
        """Area of all land, in m²."""
        return float(self.area.sum())


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a geometry; overlays leave points and lines where outlines touch."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    return shapely.union_all([part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"])


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else _polygons(shapely.make_valid(geometry))


def cut_land(inputs: CoverageInputs) -> NDArray[np.object_]:
    """The land by county, and last the land in no county when it is more than a sliver."""
    counties = [_valid(county.geometry) for county in inputs.counties]
    if inputs.land is None:
        parts = counties
    else:
        land = _valid(inputs.land)
        parts = [_polygons(shapely.intersection(county, land)) for county in counties]
        rest = _polygons(shapely.difference(land, shapely.union_all(counties)) if counties else land)
        if areas_m2([rest])[0] > SLIVER_M2 * max(1, len(parts)):
            parts.append(rest)
    if not parts or not areas_m2(parts).sum() > 0:
        raise Unavailable(
            "没有陆地或县界数据，无法计算覆盖范围；请先加载 admin_area 图层",
            "no land and no counties are loaded, so coverage cannot be computed; load admin_area first",
            code="land_missing",
        )
    return np.array(parts, dtype=object)


def _scatter_boundary(parts: NDArray[np.object_]) -> Scattered:
    dense = np.array([densify(part, BOUNDARY_STEP_M) for part in parts], dtype=object)
    coords, owner = shapely.get_coordinates(dense, return_index=True)
    start = np.searchsorted(owner, np.arange(len(parts) + 1))
    return Scattered(Positions.of(coords[:, 0], coords[:, 1]), start)


def _scatter_interior(parts: NDArray[np.object_], tree: shapely.STRtree) -> tuple[Scattered, float]:
    west, south, east, north = shapely.total_bounds(parts)
    step = max(INTERIOR_STEP_DEG, math.sqrt((east - west) * (north - south) / INTERIOR_POINTS_MAX))
    lon, lat = np.meshgrid(np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step))
    points = shapely.points(lon.ravel(), lat.ravel())
    which, part = tree.query(points, predicate="intersects")
    order = np.lexsort((which, part))
    which, part = which[order], part[order]
    start = np.searchsorted(part, np.arange(len(parts) + 1))
    positions = Positions.of(lon.ravel()[which], lat.ravel()[which])
    return Scattered(positions, start), step / math.sqrt(2) * METRES_PER_DEGREE_MAX


def prepare(inputs: CoverageInputs) -> Prepared:
    """Do everything that no request changes. Raises Unavailable ``land_missing`` without land and
    counties.
    """
    parts = cut_land(inputs)
    shapely.prepare(parts)
    # GEOS builds the index of a prepared polygon at the first question, and not safely from two threads.
    middle = shapely.centroid(parts)
    shapely.contains_xy(parts, shapely.get_x(middle), shapely.get_y(middle))
    area = areas_m2(parts)
    tree = shapely.STRtree(parts)
    interior, gap_m = _scatter_interior(parts, tree)
    boundary = _scatter_boundary(parts)
    around, width = balls(boundary.positions, boundary.start)
    return Prepared(
        counties=inputs.counties,
        parts=parts,
        area=area,
        boundary=boundary,
        middle=around,
        width_m=width,
        interior=interior,
        interior_gap_m=gap_m,
        people=None if inputs.population is None else prepare_people(inputs.population, tree, len(parts)),
        land=prepare_land(parts, tree),
        tree=tree,
        overlap_m2=max(0.0, float(area.sum()) - float(areas_m2([shapely.union_all(parts)])[0])),
    )


_LOCK = threading.Lock()
_KEPT: OrderedDict[str, Prepared] = OrderedDict()
_KEEP = 2  # the version in use, and the one before it while a load is being swapped in


def prepared_for(inputs: CoverageInputs) -> Prepared:
    """The prepared data of these inputs, from memory when a run with the same versions was here before."""
    with _LOCK:
        if inputs.key is None:
            if "prepared" not in inputs.memo:
                inputs.memo["prepared"] = prepare(inputs)
            kept: Prepared = inputs.memo["prepared"]
            return kept
        if inputs.key not in _KEPT:
            _KEPT[inputs.key] = prepare(inputs)
            while len(_KEPT) > _KEEP:
                _KEPT.popitem(last=False)
        _KEPT.move_to_end(inputs.key)
        return _KEPT[inputs.key]
