"""People and land on grids, as demands: which cells count, what county each belongs to, how an edge cell is split."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.analysis.engine.demand import Demand, Grid, Indices
from app.analysis.model import PopulationGrid
from layers.errors import BadInput
from layers.geo import SEMI_MAJOR_M, Floats, areas_m2

# Rasters draw coasts coarser than outlines do: people up to one cell from the land go to the nearest county.
# People farther out belong to another province or to an error; they are left out, and the answer says how
# many.
NEAREST_LIMIT_CELLS = 1.0
LAND_STEP_DEG = 0.01
LAND_CELLS_MAX = 400_000


@dataclass(frozen=True, eq=False)
class People:
    """The inhabited cells by county. ``moved`` persons lay outside every county and went to the nearest;
    ``dropped`` persons lay too far out.
    """

    demand: Demand
    moved: float
    dropped: float

    @property
    def total(self) -> float:
        """All persons counted."""
        return float(self.demand.tile_weight.sum())


def _grid(population: PopulationGrid) -> tuple[Floats, float, float, float, float]:
    """Persons (no-data as zero), and west edge, cell width, north edge, cell height in degrees."""
    a, b, west, d, e, north = tuple(population.transform)[:6]
    if b or d or not a or not e or population.persons.ndim != 2:
        raise BadInput(
            "人口栅格须为经纬度正北方向的二维网格",
            "the population raster has to be a two-dimensional north-up grid in degrees",
            code="bad_population_grid",
        )
    persons = np.array(population.persons, dtype=np.float64)
    empty = ~np.isfinite(persons) | (persons < 0)
    if population.nodata is not None:
        empty |= persons == population.nodata
    persons[empty] = 0.0
    return persons, west, a, north, e


def assign(
    lon: Floats, lat: Floats, tree: shapely.STRtree, limit_deg: float
) -> tuple[Indices, NDArray[np.bool_]]:
    """County index of each place (-1: none near), and which of them were outside and went to the nearest."""
    points = np.asarray(shapely.points(lon, lat), dtype=object)
    county = np.full(lon.size, -1, dtype=np.intp)
    which, part = tree.query(points, predicate="intersects")
    # A point on a common border is found twice; the first county in the list has it, always the same one.
    order = np.argsort(-part, kind="stable")
    county[which[order]] = part[order]
    outside = np.flatnonzero(county < 0)
    if outside.size:
        found, near = tree.query_nearest(points[outside], max_distance=limit_deg, all_matches=False)
        county[outside[found]] = near
    moved = np.zeros(lon.size, dtype=np.bool_)
    moved[outside] = county[outside] >= 0
    return county, moved


def _half_diagonal_m(lat: Floats, width: float, height: float) -> float:
    """No corner is farther from its cell's centre than this, in metres."""
    nearest_equator = max(0.0, float(np.abs(lat).min()) - abs(height)) if lat.size else 0.0
    east = math.radians(abs(width) / 2) * SEMI_MAJOR_M * math.cos(math.radians(nearest_equator))
    return 1.0 + 1.005 * math.hypot(east, abs(height) / 2 * 111_700.0)


def prepare_people(population: PopulationGrid, tree: shapely.STRtree, parts: int) -> People:
    """Keep the inhabited cells in or near the land, each with its county."""
    persons, west, width, north, height = _grid(population)
    row, column = np.nonzero(persons > 0)
    lon: Floats = np.asarray(west + (column + 0.5) * width, dtype=np.float64)
    lat: Floats = np.asarray(north + (row + 0.5) * height, dtype=np.float64)
    county, moved = assign(lon, lat, tree, NEAREST_LIMIT_CELLS * max(abs(width), abs(height)))
    values = persons[row, column]
    keep = np.flatnonzero(county >= 0)
    demand = Demand.of(
        lon[keep],
        lat[keep],
        values[keep],
        region=county[keep],
        regions=parts,
        half_m=_half_diagonal_m(lat[keep], width, height),
        grid=Grid.of(row[keep], column[keep], west, north, width, height),
    )
    return People(demand, float(values[moved].sum()), float(values[county < 0].sum()))


def prepare_land(parts: NDArray[np.object_], tree: shapely.STRtree) -> Demand:
    """The land in cells, in m² of each part; a cell that two parts share stands there twice.

    Cells that are not all land are marked uneven: how the land lies in them is not known to the count.
    """
    west, south, east, north = shapely.total_bounds(parts)
    step = max(LAND_STEP_DEG, math.sqrt((east - west) * (north - south) / LAND_CELLS_MAX))
    columns, rows = math.ceil((east - west) / step), math.ceil((north - south) / step)
    column, row = (index.ravel() for index in np.meshgrid(np.arange(columns), np.arange(rows)))
    top = north - row * step
    boxes = shapely.box(west + column * step, top - step, west + (column + 1) * step, top)
    cell, part = tree.query(boxes, predicate="intersects")
    whole = shapely.contains_properly(parts[part], boxes[cell])
    by_row = areas_m2(boxes[np.arange(rows) * columns])
    area = by_row[row[cell]].astype(np.float64)
    shared = np.flatnonzero(~whole)
    area[shared] = areas_m2(shapely.intersection(parts[part[shared]], boxes[cell[shared]]))
    keep = np.flatnonzero(area > 0)
    cell, part, whole = cell[keep], part[keep], whole[keep]
    lat = top[cell] - step / 2
    return Demand.of(
        west + (column[cell] + 0.5) * step,
        lat,
        area[keep],
        region=part,
        regions=len(parts),
        half_m=_half_diagonal_m(lat, step, step),
        grid=Grid.of(row[cell], column[cell], west, north, step, -step),
        uneven=~whole,
    )
