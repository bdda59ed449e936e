"""The place of a county that waits longest, over all ways to reach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.kit.bases import Site
from app.analysis.kit.prepare import Prepared
from layers.geo import METRES_PER_DEGREE_MAX, Floats, Positions, distances_m, exact_distances_m

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Worst:
    """The place (degrees), the base that is there first, the distance (m) and the minutes from the call."""

    lon: float
    lat: float
    site: Site
    distance_m: float
    minutes: float


def _waits(sites: list[Site], points: Positions) -> Floats:
    """Minutes until the first base arrives at each place."""
    best = np.full(len(points), np.inf)
    for site in sites:
        distance = distances_m(site.lon, site.lat, points)
        np.minimum(best, site.preparation_min + distance * (0.06 / site.cruise_kmh), out=best)
    return best


def _refine(
    part: BaseGeometry, sites: list[Site], lon: float, lat: float, reach_m: float
) -> tuple[float, float]:
    """Climb from an inner place to the top of its hill (where three bases are equally late), staying in the
    part.
    """
    size = reach_m / METRES_PER_DEGREE_MAX
    for _ in range(3):
        steps = np.linspace(-size, size, 9)
        columns, rows = np.meshgrid(lon + steps, lat + steps)
        east, north = np.append(columns, lon), np.append(rows, lat)
        held = shapely.contains_xy(part, east, north)
        held[-1] = True
        east, north = east[held], north[held]
        top = int(np.argmax(_waits(sites, Positions.of(east, north))))
        lon, lat, size = float(east[top]), float(north[top]), size / 4
    return lon, lat


def _tops(waits: Floats, owner: Indices, n: int) -> tuple[Floats, Indices]:
    """For each of n owners the longest wait (-inf: none) and the index of the first place that has it."""
    order = np.lexsort((np.arange(waits.size), -waits, owner))
    owners, first = np.unique(owner[order], return_index=True)
    longest, place = np.full(n, -np.inf), np.zeros(n, dtype=np.intp)
    place[owners] = order[first]
    longest[owners] = waits[order[first]]
    return longest, place


def _flown(lon: float, lat: float, sites: list[Site]) -> Worst:
    here = Positions.of(lon, lat)
    flights = [(site, float(exact_distances_m(site.lon, site.lat, here)[0])) for site in sites]
    site, distance = min(flights, key=lambda flight: (flight[0].minutes(flight[1]), flight[0].id))
    return Worst(lon, lat, site, distance, site.minutes(distance))


def worst_places(
    prepared: Prepared, parts: Indices, gaps: list[BaseGeometry], sites: list[Site]
) -> list[Worst]:
    """For each part the place that waits longest; ``gaps`` are their pieces out of reach.

    Searched are the boundary (every 250 m), the inside (a regular grid) and the corners of the gap; from an
    inner winner the search climbs on. No place of a part waits longer than that by more than
    prepared.interior_gap_m flown at the fastest base's speed, because waiting changes with distance no
    faster than that.
    """
    n = len(parts)
    if n == 0:
        return []
    corners, owner = shapely.get_coordinates(gaps, return_index=True)
    found = [
        prepared.boundary.of(parts),
        (Positions.of(corners[:, 0], corners[:, 1]), owner),
        prepared.interior.of(parts),
    ]
    best = np.full(n, -np.inf)
    lon, lat, inner = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_)
    for group, (places, owners) in enumerate(found):
        longest, place = _tops(_waits(sites, places), owners, n)
        better = longest > best
        best[better], inner[better] = longest[better], group == 2
        lon[better], lat[better] = places.lon[place[better]], places.lat[place[better]]
    for i in np.flatnonzero(inner):
        part = prepared.parts[parts[i]]
        lon[i], lat[i] = _refine(part, sites, lon[i], lat[i], prepared.interior_gap_m)
    return [_flown(float(east), float(north), sites) for east, north in zip(lon, lat, strict=True)]
