"""The place of a county that waits longest, over all ways to reach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.analysis.kit.bases import Site
from app.analysis.kit.prepare import Prepared
from layers.geo import METRES_PER_DEGREE_MAX, Floats, Positions, distances_m, exact_distances_m


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


def worst_place(prepared: Prepared, part: int, gap: BaseGeometry, sites: list[Site]) -> Worst:
    """Search boundary (every 250 m), interior (regular grid), corners of the gap; climb from an inner winner.

    No place of the county waits longer by more than prepared.interior_gap_m flown at the fastest base's
    speed, because waiting changes with distance no faster than that.
    """
    corners = shapely.get_coordinates(gap)
    inner = prepared.interior.of(part)
    groups = [prepared.boundary.of(part), Positions.of(corners[:, 0], corners[:, 1]), inner]
    best: tuple[float, float, float, bool] | None = None
    for group in groups:
        if not len(group):
            continue
        waits = _waits(sites, group)
        top = int(np.argmax(waits))
        if best is None or waits[top] > best[0]:
            best = (float(waits[top]), float(group.lon[top]), float(group.lat[top]), group is inner)
    if best is None:
        raise ValueError("a part without any place in it")
    _, lon, lat, inside = best
    if inside:
        lon, lat = _refine(prepared.parts[part], sites, lon, lat, prepared.interior_gap_m)
    here = Positions.of(lon, lat)
    flights = [(site, float(exact_distances_m(site.lon, site.lat, here)[0])) for site in sites]
    site, distance = min(flights, key=lambda flight: (flight[0].minutes(flight[1]), flight[0].id))
    return Worst(lon, lat, site, distance, site.minutes(distance))
