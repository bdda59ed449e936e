"""The place of a county that waits longest, over all ways to reach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.kit.flights import Site
from app.analysis.kit.prepare import Prepared
from layers.geo import METRES_PER_DEGREE_MAX, Floats, Positions, exact_distances_m

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Worst:
    """The place (degrees), the base that is there first, the distance (m) and the minutes from the call.

    Minutes are None where no way leads: all of the part lies in closed airspace.
    """

    lon: float
    lat: float
    site: Site
    distance_m: float
    minutes: float | None


def _waits(sites: list[Site], points: Positions) -> Floats:
    """Minutes until the first base arrives at each place."""
    best = np.full(len(points), np.inf)
    for site in sites:
        np.minimum(best, site.reach.seconds(points), out=best)
    best[np.isinf(best)] = -np.inf  # in closed airspace nobody waits: nobody comes
    return best / 60


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
    """For each of n owners, whose places stand together in rising order, the longest wait (-inf: none) and the index
    of the first place that has it.
    """
    longest, place = np.full(n, -np.inf), np.zeros(n, dtype=np.intp)
    if not owner.size:
        return longest, place
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    longest[owner[start]] = np.maximum.reduceat(waits, start)
    top = np.flatnonzero(waits == longest[owner])
    place[owner[top[::-1]]] = top[::-1]
    return longest, place


def _flown(lon: Floats, lat: Floats, sites: list[Site]) -> list[Worst]:
    """For each place the base that is there first, by Karney's inverse; ties go to the smaller id."""
    places = Positions.of(lon, lat)
    ordered = sorted(sites, key=lambda site: site.id)
    waits = np.array([site.reach.seconds(places, exact=True) for site in ordered])
    first = np.argmin(waits, axis=0)
    found = []
    for i, which in enumerate(first):
        site, seconds = ordered[which], float(waits[which, i])
        distance = float(exact_distances_m(site.lon, site.lat, places.take(slice(i, i + 1)))[0])
        minutes = seconds / 60 if np.isfinite(seconds) else None
        found.append(Worst(float(lon[i]), float(lat[i]), site, distance, minutes))
    return found


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
    middle = shapely.point_on_surface(np.asarray(gaps, dtype=object))
    lon, lat, inner = shapely.get_x(middle), shapely.get_y(middle), np.zeros(n, dtype=np.bool_)
    for group, (places, owners) in enumerate(found):
        longest, place = _tops(_waits(sites, places), owners, n)
        better = longest > best
        best[better], inner[better] = longest[better], group == 2
        lon[better], lat[better] = places.lon[place[better]], places.lat[place[better]]
    for i in np.flatnonzero(inner):
        part = prepared.parts[parts[i]]
        lon[i], lat[i] = _refine(part, sites, lon[i], lat[i], prepared.interior_gap_m)
    return _flown(lon, lat, sites)
