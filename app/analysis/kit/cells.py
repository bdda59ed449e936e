"""People on a grid: which cells count, where they lie, and how an edge cell is split. Nothing of the
question yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.analysis.model import PopulationGrid
from layers.errors import BadInput
from layers.geo import E2, SEMI_MAJOR_M, Floats, Positions

SPLIT = 8
# Rasters draw coasts coarser than outlines do: people up to one cell from the land go to the nearest county.
# People farther out belong to another province or to an error; they are left out, and the answer says how
# many.
NEAREST_LIMIT_CELLS = 1.0


@dataclass(frozen=True, eq=False)
class Cells:
    """The inhabited cells: persons, county (index), centre, row and column, and how far a corner is off (m).

    ``sub_*`` are tables over the rows and columns of the split grid (SPLIT x SPLIT in each cell), so that a
    split cell costs look-ups and no trigonometry. ``moved`` persons lay outside every county and went to the
    nearest; ``dropped`` persons lay too far out.
    """

    persons: Floats
    county: NDArray[np.intp]
    centre: Positions
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    half_diagonal_m: float
    sub_lon: Floats
    sub_lat: Floats
    sub_cos_sin: Floats  # (2, columns)
    sub_across_up: Floats  # (2, rows)
    moved: float
    dropped: float

    @property
    def total(self) -> float:
        """All persons counted."""
        return float(self.persons.sum())

    def split(self, which: NDArray[np.intp]) -> Positions:
        """The centres of the SPLIT x SPLIT sub-cells of some cells, cell by cell."""
        inner = np.arange(SPLIT)
        rows = np.repeat(self.row[which][:, None] * SPLIT + inner, SPLIT, axis=1).ravel()
        columns = np.tile(self.column[which][:, None] * SPLIT + inner, (1, SPLIT)).ravel()
        across, up = self.sub_across_up[0][rows], self.sub_across_up[1][rows]
        xyz = np.stack([across * self.sub_cos_sin[0][columns], across * self.sub_cos_sin[1][columns], up])
        return Positions(self.sub_lon[columns], self.sub_lat[rows], xyz)


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


def _assign(
    lon: Floats, lat: Floats, tree: shapely.STRtree, limit_deg: float
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
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


def prepare_cells(population: PopulationGrid, tree: shapely.STRtree) -> Cells:
    """Keep the inhabited cells in or near the land, each with its county."""
    persons, west, width, north, height = _grid(population)
    row, column = np.nonzero(persons > 0)
    lon: Floats = np.asarray(west + (column + 0.5) * width, dtype=np.float64)
    lat: Floats = np.asarray(north + (row + 0.5) * height, dtype=np.float64)
    county, moved = _assign(lon, lat, tree, NEAREST_LIMIT_CELLS * max(abs(width), abs(height)))
    values = persons[row, column]
    keep = county >= 0
    sub_lon = west + (np.arange(persons.shape[1] * SPLIT) + 0.5) * (width / SPLIT)
    sub_lat = north + (np.arange(persons.shape[0] * SPLIT) + 0.5) * (height / SPLIT)
    lam, phi = np.radians(sub_lon), np.radians(sub_lat)
    normal = SEMI_MAJOR_M / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return Cells(
        persons=values[keep],
        county=county[keep],
        centre=Positions.of(lon[keep], lat[keep]),
        row=row[keep].astype(np.intp),
        column=column[keep].astype(np.intp),
        half_diagonal_m=_half_diagonal_m(lat[keep], width, height),
        sub_lon=sub_lon,
        sub_lat=sub_lat,
        sub_cos_sin=np.stack([np.cos(lam), np.sin(lam)]),
        sub_across_up=np.stack([normal * np.cos(phi), normal * (1 - E2) * np.sin(phi)]),
        moved=float(values[moved].sum()),
        dropped=float(values[~keep].sum()),
    )
