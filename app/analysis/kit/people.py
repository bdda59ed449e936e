"""People reached, reached twice, by one base only, or not at all: one pass that gives each cell its bases as
bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.kit.bases import Site
from app.analysis.kit.cells import SPLIT, Cells
from layers.geo import Bools, Floats, chord_m, series_error_m, squared_chords, within

Bits = NDArray[np.uint64]


@dataclass(eq=False)
class PeopleFigures:
    """Persons; ``gap_by_part`` and ``total_by_part`` run over counties, the others over sites as named.

    ``doubt`` bounds the error of the reached persons: those in sub-cells that an edge crosses and no other
    base surely reaches. It holds if people are spread evenly within a cell, which is all that the raster
    says.
    """

    total_by_part: Floats
    gap_by_part: Floats
    reached_by_site: Floats
    only_by_site: Floats
    twice: float
    doubt: float


def _signatures(cells: Cells, sites: list[Site]) -> tuple[Bits, list[NDArray[np.intp]], Bools]:
    """Bits of the sites that surely hold each cell whole; per site the cells its edge may cross; the cells
    crossed.
    """
    bits = np.zeros(len(cells.persons), dtype=np.uint64)
    crossed = np.zeros(len(cells.persons), dtype=np.bool_)
    edges = []
    for i, site in enumerate(sites):
        if site.reach_m <= 0:
            edges.append(np.zeros(0, dtype=np.intp))
            continue
        chords = squared_chords(site.lon, site.lat, cells.centre)
        slack = cells.half_diagonal_m + series_error_m(site.reach_m + cells.half_diagonal_m)
        inside = chords < chord_m(site.lat, site.reach_m - slack) ** 2
        edge = np.flatnonzero(~inside & (chords <= chord_m(site.lat, site.reach_m + slack) ** 2))
        bits[inside] |= np.uint64(1 << i)
        crossed[edge] = True
        edges.append(edge)
    return bits, edges, crossed


def _split_edges(
    cells: Cells, sites: list[Site], whole: Bits, edges: list[NDArray[np.intp]], split: NDArray[np.intp]
) -> tuple[Bits, Bools]:
    """Bits of the sub-cells of the cells in ``split``, and the sub-cells that an edge crosses undecided."""
    per_cell = SPLIT * SPLIT
    bits = np.repeat(whole[split], per_cell).reshape(-1, per_cell)
    doubtful = np.zeros(bits.shape, dtype=np.uint64)
    half = cells.half_diagonal_m / SPLIT
    for i, (site, edge) in enumerate(zip(sites, edges, strict=True)):
        if not edge.size:
            continue
        rows = np.searchsorted(split, edge)
        points = cells.split(edge)
        shape = (edge.size, per_cell)
        held = within(site.lon, site.lat, points, site.reach_m).reshape(shape)
        chords = squared_chords(site.lon, site.lat, points).reshape(shape)
        near = chords > chord_m(site.lat, site.reach_m - half) ** 2
        near &= chords < chord_m(site.lat, site.reach_m + half) ** 2
        bit = np.uint64(1 << i)
        bits[rows] |= np.where(held, bit, np.uint64(0))
        doubtful[rows] |= np.where(near, bit, np.uint64(0))
    return bits.ravel(), ((doubtful != 0) & (bits & ~doubtful == 0)).ravel()


def _tally(figures: PeopleFigures, bits: Bits, persons: Floats, county: NDArray[np.intp]) -> None:
    """Add cells (or sub-cells) with their bits to the figures."""
    empty = bits == 0
    figures.gap_by_part += np.bincount(county[empty], persons[empty], minlength=figures.gap_by_part.size)
    figures.twice += float(persons[(bits & (bits - np.uint64(1))) != 0].sum())
    for i in range(figures.only_by_site.size):
        bit = np.uint64(1 << i)
        figures.reached_by_site[i] += persons[bits & bit != 0].sum()
        figures.only_by_site[i] += persons[bits == bit].sum()


def count_people(cells: Cells, sites: list[Site], parts: int) -> PeopleFigures:
    """Count by centre where a cell lies wholly in or out, and by SPLIT x SPLIT sub-cells where an edge
    crosses.
    """
    whole, edges, crossed = _signatures(cells, sites)
    split = np.flatnonzero(crossed)
    figures = PeopleFigures(
        total_by_part=np.bincount(cells.county, cells.persons, minlength=parts).astype(np.float64),
        gap_by_part=np.zeros(parts),
        reached_by_site=np.zeros(len(sites)),
        only_by_site=np.zeros(len(sites)),
        twice=0.0,
        doubt=0.0,
    )
    plain = ~crossed
    _tally(figures, whole[plain], cells.persons[plain], cells.county[plain])
    if split.size:
        bits, doubtful = _split_edges(cells, sites, whole, edges, split)
        per_cell = SPLIT * SPLIT
        persons = np.repeat(cells.persons[split] / per_cell, per_cell)
        _tally(figures, bits, persons, np.repeat(cells.county[split], per_cell))
        figures.doubt = float(persons[doubtful].sum())
    return figures
