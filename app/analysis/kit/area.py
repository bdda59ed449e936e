"""Land reached, reached twice, reached by one base only, and not reached: cut with the outlines, measured in
m².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.kit.flights import Site
from app.analysis.kit.prepare import BOUNDARY_STEP_M, Prepared
from layers.geo import Bools, Floats, areas_m2

Indices = NDArray[np.intp]
BOX_DEG = 0.01  # so that the box cuts no edge of a part
EDGE_M = 2.0  # ring against circle, straight edge against geodesic: together well under this


@dataclass(frozen=True, eq=False)
class LandFigures:
    """Areas in m²; arrays run over parts (counties) or over sites as named. ``gap[i]`` may be empty."""

    gap_by_part: Floats
    reached_by_site: Floats
    only_by_site: Floats
    twice: float
    disc_by_site: Floats
    discs: list[BaseGeometry]
    gap: list[BaseGeometry]


def _relation(prepared: Prepared, site: Site) -> tuple[Bools, Bools]:
    """Which parts lie wholly in the reach of a site, and which are cut by its edge (or hold all of it)."""
    slack = EDGE_M + BOUNDARY_STEP_M + site.reach.error_m
    excess = site.reach.excess_m(prepared.middle)
    inside, near = excess < -(prepared.width_m + slack), excess <= prepared.width_m + slack
    if site.reach.no_fly is not None:
        hidden = site.reach.no_fly.touches(prepared.middle, prepared.width_m + slack) | np.isinf(excess)
        inside, near = inside & ~hidden, near | hidden
    unsure = np.flatnonzero(near & ~inside)
    if unsure.size:
        places, owner = prepared.boundary.of(unsure)
        beyond, first = site.reach.excess_m(places), np.searchsorted(owner, np.arange(unsure.size))
        inside[unsure] = np.maximum.reduceat(beyond, first) < -slack
        near[unsure] = np.minimum.reduceat(beyond, first) <= slack
    near[prepared.tree.query(shapely.Point(site.lon, site.lat), predicate="intersects")] = True
    if site.reach.no_fly is not None:  # a closed area may cut a hole that no boundary sees
        touched = prepared.tree.query(site.reach.no_fly.area, predicate="intersects")
        near[touched] |= inside[touched]
        inside[touched] = False
    return inside, near & ~inside


@dataclass(eq=False)
class _Pieces:
    """One part while it is being cut: what nobody reaches, and what exactly one site reaches."""

    gap: BaseGeometry | None
    only: dict[int, BaseGeometry]

    def cut(self, site: int, disc: BaseGeometry) -> None:
        for other, piece in list(self.only.items()):
            self.only[other] = shapely.difference(piece, disc)
        if self.gap is not None and not self.gap.is_empty:
            self.only[site] = shapely.intersection(self.gap, disc)
            self.gap = shapely.difference(self.gap, disc)


def _near(disc: BaseGeometry, part: BaseGeometry) -> BaseGeometry:
    """The piece of a disc in the box of a part: the same cut with a fraction of the vertices."""
    west, south, east, north = part.bounds
    piece = shapely.clip_by_rect(disc, west - BOX_DEG, south - BOX_DEG, east + BOX_DEG, north + BOX_DEG)
    return piece if piece.is_valid and not piece.is_empty else disc


def _cut_part(part: BaseGeometry, holders: Indices, crossing: dict[int, BaseGeometry]) -> _Pieces:
    """What of one part nobody reaches and what one site alone reaches; holders are the discs all around
    it, crossing the discs whose edge it meets.
    """
    pieces = _Pieces(None, {})
    if holders.size >= 2:
        return pieces
    if holders.size == 1:
        pieces.only[int(holders[0])] = part
    else:
        pieces.gap = part
    for site, disc in crossing.items():
        pieces.cut(site, disc)
    return pieces


def _sum_by(owner: Indices, geometries: list[BaseGeometry], n: int) -> Floats:
    return np.bincount(owner, weights=areas_m2(geometries), minlength=n).astype(np.float64)


def measure_land(prepared: Prepared, sites: list[Site]) -> LandFigures:
    """Cut every part of the land that a disc's edge crosses, and add up the rest by the part.

    Cost goes with the counties on an edge; the others are one addition each.
    """
    discs = [site.reach.outline() for site in sites]
    count, n = len(prepared.parts), len(sites)
    inside, cut = np.zeros((n, count), dtype=np.bool_), np.zeros((n, count), dtype=np.bool_)
    for i, site in enumerate(sites):
        if site.reach.flight.farthest_m > 0:
            inside[i], cut[i] = _relation(prepared, site)
    who, where = np.nonzero(cut)
    near = {(int(i), int(p)): _near(discs[i], prepared.parts[p]) for i, p in zip(who, where, strict=True)}
    shares = [shapely.intersection(prepared.parts[p], near[i, p]) for i, p in near]
    pieces = [
        _cut_part(
            part,
            np.flatnonzero(inside[:, p]),
            {int(i): near[int(i), p] for i in np.flatnonzero(cut[:, p])},
        )
        for p, part in enumerate(prepared.parts)
    ]
    gap: list[BaseGeometry] = [shapely.Polygon() if piece.gap is None else piece.gap for piece in pieces]
    owner = np.array([site for piece in pieces for site in piece.only], dtype=np.intp)
    only = _sum_by(owner, [shape for piece in pieces for shape in piece.only.values()], n)
    gap_area = areas_m2(gap)
    return LandFigures(
        gap_by_part=gap_area,
        reached_by_site=inside.astype(np.float64) @ prepared.area + _sum_by(who, shares, n),
        only_by_site=only,
        twice=max(0.0, prepared.land_m2 - float(gap_area.sum()) - float(only.sum())),
        disc_by_site=areas_m2(discs),
        discs=discs,
        gap=gap,
    )
