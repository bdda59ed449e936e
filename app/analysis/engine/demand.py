"""Who is to be reached: places or grid cells with weights, sorted into tiles so that most are decided in bulk.

A tile is a run of neighbouring places of one region (county). Where the edge of a reach is farther away than the tile
is wide, its centre decides for all of it; only the places of the few other tiles are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.errors import BadInput
from layers.geo import Bools, Floats, Positions

SPLIT = 8
TILE_PLACES = 64
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Grid:
    """The regular grid (degrees) that cells come from; tables over its lines split in SPLIT, without trigonometry.

    ``row``, ``column`` say where the cells of a demand stand.
    """

    row: Indices
    column: Indices
    sub_lon: Floats
    sub_lat: Floats
    cos_sin: Floats  # (2, columns)
    across_up: Floats  # (2, rows)

    @classmethod
    def of(
        cls, row: Indices, column: Indices, west: float, north: float, width: float, height: float
    ) -> Grid:
        """From the corner and the steps of the grid in degrees (height is negative for rows going south)."""
        rows, columns = int(row.max(initial=-1)) + 1, int(column.max(initial=-1)) + 1
        sub_lon: Floats = np.asarray(
            west + (np.arange(columns * SPLIT) + 0.5) * (width / SPLIT), dtype=np.float64
        )
        sub_lat: Floats = np.asarray(
            north + (np.arange(rows * SPLIT) + 0.5) * (height / SPLIT), dtype=np.float64
        )
        east, up = (
            Positions.of(sub_lon, np.zeros(sub_lon.size)),
            Positions.of(np.zeros(sub_lat.size), sub_lat),
        )
        equator = float(Positions.of(0.0, 0.0).xyz[0, 0])
        return cls(row, column, sub_lon, sub_lat, east.xyz[:2] / equator, up.xyz[[0, 2]])

    def take(self, which: Indices) -> Grid:
        """The same grid with some of the cells."""
        return Grid(
            self.row[which], self.column[which], self.sub_lon, self.sub_lat, self.cos_sin, self.across_up
        )

    def split(self, which: Indices) -> Positions:
        """The centres of the SPLIT x SPLIT sub-cells of some cells, cell by cell."""
        inner = np.arange(SPLIT)
        rows = np.repeat(self.row[which][:, None] * SPLIT + inner, SPLIT, axis=1).ravel()
        columns = np.tile(self.column[which][:, None] * SPLIT + inner, (1, SPLIT)).ravel()
        across, up = self.across_up[0][rows], self.across_up[1][rows]
        xyz = np.stack([across * self.cos_sin[0][columns], across * self.cos_sin[1][columns], up])
        return Positions(self.sub_lon[columns], self.sub_lat[rows], xyz)


@dataclass(frozen=True, eq=False)
class Demand:
    """n places with m weights each, in the order of their tiles.

    ``order`` gives each place its index in what was handed over. ``half_m`` is 0 for places; for cells no corner is
    farther from the centre than this, and ``grid`` splits them; in ``uneven`` cells the weight may
    lie anywhere. ``start`` (tiles + 1) bounds the tiles.
    """

    points: Positions
    weight: Floats  # (n, m)
    region: Indices  # (n,)
    regions: int
    order: Indices
    start: Indices
    centre: Positions
    radius_m: Floats  # of each tile: no place of it is farther from its centre
    tile_region: Indices
    tile_weight: Floats  # (tiles, m)
    half_m: float = 0.0
    grid: Grid | None = None
    uneven: Bools | None = None

    @classmethod
    def of(
        cls,
        lon: ArrayLike,
        lat: ArrayLike,
        weight: ArrayLike,
        region: ArrayLike | None = None,
        regions: int | None = None,
        half_m: float = 0.0,
        grid: Grid | None = None,
        uneven: Bools | None = None,
    ) -> Demand:
        """From places in degrees and weights, shape (n,) or (n, m). Raises BadInput ``not_finite``, ``bad_weight``."""
        east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        weights = np.asarray(weight, dtype=np.float64)
        weights = weights[:, None] if weights.ndim == 1 else weights
        owner = np.zeros(east.size, dtype=np.intp) if region is None else np.asarray(region, dtype=np.intp)
        if not (np.isfinite(east).all() and np.isfinite(north).all() and np.isfinite(weights).all()):
            raise BadInput("需求点含有非有限数", "a demand place or weight is not finite", code="not_finite")
        if (weights < 0).any():
            raise BadInput("需求权重不能为负", "a demand weight is below 0", code="bad_weight")
        order, start = _tiles(east, north, owner)
        points = Positions.of(east[order], north[order])
        first, tiles = start[:-1], start.size - 1
        centre, radius = balls(points, start)
        count = int(owner.max(initial=-1)) + 1 if regions is None else regions
        sums = np.add.reduceat(weights[order], first, axis=0) if tiles else np.zeros((0, weights.shape[1]))
        return cls(
            points=points,
            weight=weights[order],
            region=owner[order],
            regions=count,
            order=order,
            start=start,
            centre=centre,
            radius_m=radius + half_m,
            tile_region=owner[order][first] if tiles else np.zeros(0, dtype=np.intp),
            tile_weight=sums,
            half_m=half_m,
            grid=None if grid is None else grid.take(order),
            uneven=None if uneven is None else uneven[order],
        )

    def __len__(self) -> int:
        return len(self.points)

    @property
    def measures(self) -> int:
        """How many weights a place has."""
        return int(self.weight.shape[1])

    @property
    def totals(self) -> Floats:
        """Sum of each weight by region, (regions, m)."""
        out = np.zeros((self.regions, self.measures))
        np.add.at(out, self.tile_region, self.tile_weight)
        return out

    def places(self, tiles: Indices) -> Indices:
        """The places of some tiles, tile by tile."""
        counts = self.start[tiles + 1] - self.start[tiles]
        first = np.cumsum(counts) - counts
        return np.asarray(
            np.arange(int(counts.sum())) + np.repeat(self.start[tiles] - first, counts), dtype=np.intp
        )


def _tiles(lon: Floats, lat: Floats, region: Indices) -> tuple[Indices, Indices]:
    """Order of the places by region and square, and where each tile starts."""
    if lon.size == 0:
        return np.zeros(0, dtype=np.intp), np.zeros(1, dtype=np.intp)
    side = int(np.clip(np.sqrt(lon.size / TILE_PLACES), 1, 1000))
    column = _bins(lon, side)
    row = _bins(lat, side)
    key = (region * side + row) * side + column
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    cuts = np.flatnonzero(sorted_key[1:] != sorted_key[:-1]) + 1
    return order, np.concatenate([[0], cuts, [lon.size]]).astype(np.intp)


def _bins(values: Floats, side: int) -> Indices:
    low, high = float(values.min()), float(values.max())
    scale = side / (high - low) if high > low else 0.0
    return np.minimum((values - low) * scale, side - 1).astype(np.intp)


def balls(points: Positions, start: Indices) -> tuple[Positions, Floats]:
    """A centre for each tile, and how far its farthest place is along the ground."""
    first, counts = start[:-1], np.diff(start)
    if not counts.all():  # reduceat knows no empty run: those get a ball of nothing, far from everything
        lon, lat, width = np.zeros(counts.size), np.full(counts.size, -90.0), np.zeros(counts.size)
        filled = np.flatnonzero(counts)
        inner, wide = balls(points, np.append(first[filled], start[-1]))
        lon[filled], lat[filled], width[filled] = inner.lon, inner.lat, wide
        return Positions.of(lon, lat), width
    if first.size == 0:
        return Positions.of(np.zeros(0), np.zeros(0)), np.zeros(0)
    spans = [
        (np.minimum.reduceat(values, first) + np.maximum.reduceat(values, first)) / 2
        for values in (points.lon, points.lat)
    ]
    centre = Positions.of(*spans)
    squares = np.zeros(len(points))
    for axis, middle in zip(points.xyz, centre.xyz, strict=True):
        squares += (axis - np.repeat(middle, counts)) ** 2
    chord = np.sqrt(np.maximum.reduceat(squares, first))
    return centre, chord * (1 + chord**2 / 4e14) + 0.001
