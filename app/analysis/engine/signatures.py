"""Which reaches hold which places: one bit per reach, summed into one histogram that answers everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.analysis.engine.demand import SPLIT, Demand, Indices
from app.analysis.engine.reach import Reach
from layers.geo import Bools, Floats

Bits = NDArray[np.uint64]
MOST_REACHES = 64
ZERO, ONE = np.uint64(0), np.uint64(1)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Weight by region and signature: ``bits`` (s,), ``weight`` (regions, s, m).

    Bit i stands for reach i of n. ``doubt`` (m,) bounds what may be counted on the wrong side because cells are not
    points; 0 for places.
    """

    n: int
    bits: Bits
    weight: Floats
    doubt: Floats

    @property
    def total(self) -> Floats:
        """All weight, by signature (s, m)."""
        summed: Floats = self.weight.sum(axis=0)
        return summed


@dataclass(eq=False)
class _Pile:
    """Weights gathered under (region, bits) until they are summed."""

    region: list[Indices]
    bits: list[Bits]
    weight: list[Floats]

    def add(self, region: Indices, bits: Bits, weight: Floats) -> None:
        self.region.append(region)
        self.bits.append(bits)
        self.weight.append(weight)

    def summed(self, n: int, regions: int, doubt: Floats) -> Histogram:
        region, bits = np.concatenate(self.region), np.concatenate(self.bits)
        weight = np.concatenate(self.weight)
        index, found = pd.factorize(bits, sort=True)
        size = found.size
        key = region * size + index
        sums: list[Floats] = [
            np.bincount(key, weight[:, m], minlength=regions * size).astype(np.float64)
            for m in range(weight.shape[1])
        ]
        stacked = np.stack(sums, axis=-1).reshape(regions, size, weight.shape[1])
        return Histogram(n, np.asarray(found, dtype=np.uint64), stacked, doubt)


def _sort_tiles(demand: Demand, reaches: Sequence[Reach]) -> tuple[Bits, list[Indices]]:
    """Bits of the reaches that hold a tile whole, and per reach the tiles its edge may cross."""
    bits = np.zeros(len(demand.centre), dtype=np.uint64)
    crossed = []
    for i, reach in enumerate(reaches):
        if reach.flight.farthest_m <= 0:
            crossed.append(np.zeros(0, dtype=np.intp))
            continue
        excess = reach.excess_m(demand.centre)
        slack = demand.radius_m + reach.error_m
        cut = np.abs(excess) <= slack
        cut |= reach.broken(demand.centre, slack)
        bits[~cut & (excess < 0)] |= ONE << np.uint64(i)
        crossed.append(np.flatnonzero(cut))
    return bits, crossed


def place_bits(demand: Demand, reaches: Sequence[Reach]) -> Bits:
    """The bits of every place, in the order of the demand's tiles; cells are taken by their centre."""
    tile_bits, crossed = _sort_tiles(demand, reaches)
    bits = np.repeat(tile_bits, np.diff(demand.start))
    for i, (reach, tiles) in enumerate(zip(reaches, crossed, strict=True)):
        where = demand.places(tiles)
        held = reach.holds(demand.points.take(where))
        bits[where[held]] |= ONE << np.uint64(i)
    return bits


def histogram(demand: Demand, reaches: Sequence[Reach]) -> Histogram:
    """Sum the weights by region and signature. Tiles first, then the places of crossed tiles, then crossed cells.

    Raises ValueError for more than 64 reaches.
    """
    if len(reaches) > MOST_REACHES:
        raise ValueError(f"at most {MOST_REACHES} reaches")
    tile_bits, crossed = _sort_tiles(demand, reaches)
    open_ = np.zeros(tile_bits.size, dtype=np.bool_)
    for tiles in crossed:
        open_[tiles] = True
    pile = _Pile([], [], [])
    closed = np.flatnonzero(~open_)
    pile.add(demand.tile_region[closed], tile_bits[closed], demand.tile_weight[closed])
    doubt = _add_places(demand, reaches, tile_bits, crossed, np.flatnonzero(open_), pile)
    return pile.summed(len(reaches), demand.regions, doubt)


def _add_places(
    demand: Demand,
    reaches: Sequence[Reach],
    tile_bits: Bits,
    crossed: list[Indices],
    tiles: Indices,
    pile: _Pile,
) -> Floats:
    """Add the places of the crossed tiles; returns the doubt of split cells."""
    counts = demand.start[tiles + 1] - demand.start[tiles]
    first = np.cumsum(counts) - counts
    places = demand.places(tiles)
    bits = np.repeat(tile_bits[tiles], counts)
    split = np.zeros(places.size, dtype=np.bool_)
    edges: list[Indices] = []
    for i, (reach, mine) in enumerate(zip(reaches, crossed, strict=True)):
        at = np.searchsorted(tiles, mine)
        lengths = counts[at]
        within = np.arange(int(lengths.sum())) + np.repeat(
            first[at] - (np.cumsum(lengths) - lengths), lengths
        )
        points = demand.points.take(places[within])
        if demand.half_m == 0:
            bits[within[reach.holds(points)]] |= ONE << np.uint64(i)
            continue
        excess = reach.excess_m(points)
        slack = demand.half_m + reach.error_m
        edge = np.abs(excess) <= slack
        edge |= reach.broken(points, slack)
        bits[within[~edge & (excess < 0)]] |= ONE << np.uint64(i)
        edges.append(within[edge])
        split[within[edge]] = True
    plain = ~split
    pile.add(demand.region[places[plain]], bits[plain], demand.weight[places[plain]])
    if not split.any():
        return np.zeros(demand.measures)
    return _add_cells(demand, reaches, places, bits, np.flatnonzero(split), edges, pile)


def _add_cells(
    demand: Demand,
    reaches: Sequence[Reach],
    places: Indices,
    bits: Bits,
    split: Indices,
    edges: list[Indices],
    pile: _Pile,
) -> Floats:
    """Split crossed cells into SPLIT x SPLIT and add those; the weight in undecided sub-cells is the doubt."""
    if demand.grid is None:
        raise ValueError("cells need their grid")
    per_cell = SPLIT * SPLIT
    sub = np.repeat(bits[split], per_cell).reshape(-1, per_cell)
    doubtful = np.zeros(sub.shape, dtype=np.uint64)
    for i, (reach, edge) in enumerate(zip(reaches, edges, strict=True)):
        if not edge.size:
            continue
        rows = np.searchsorted(split, edge)
        points = demand.grid.split(places[edge])
        excess = reach.excess_m(points).reshape(edge.size, per_cell)
        bit = ONE << np.uint64(i)
        near: Bools = np.abs(excess) <= demand.half_m / SPLIT
        near |= reach.broken(points, demand.half_m / SPLIT).reshape(edge.size, per_cell)
        sub[rows] |= np.where(excess <= 0, bit, ZERO)
        doubtful[rows] |= np.where(near, bit, ZERO)
    weight = np.repeat(demand.weight[places[split]] / per_cell, per_cell, axis=0)
    if (
        demand.uneven is not None
    ):  # whatever the edge does in such a cell, only a base that holds all of it is sure
        anywhere = demand.uneven[places[split]] & (bits[split] == 0)
        doubtful[anywhere] = ~ZERO
    flat, unsure = sub.ravel(), doubtful.ravel()
    pile.add(np.repeat(demand.region[places[split]], per_cell), flat, weight)
    undecided = (unsure != 0) & (flat & ~unsure == 0)
    return np.asarray(weight[undecided].sum(axis=0))
