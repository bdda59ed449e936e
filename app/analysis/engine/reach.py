"""Where one base gets to: seconds to any place, the places within its limits, and the outline of them.

A place is decided by chord and series (error under layers.geo.series_error_m), and by Karney's inverse where that
might err. With closed airspace a place is reached from the base or round a corner (no_fly.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.analysis.engine.flight import Flight
from app.analysis.engine.no_fly import EDGE_STEP_M, Corner, NoFly
from app.analysis.engine.sight import WHOLE
from layers.geo import (
    GEOD,
    MIN_RING_VERTICES,
    RING_ERROR_M,
    SERIES_LIMIT_M,
    Bools,
    Floats,
    Positions,
    arcs_m,
    distances_m,
    equal_area,
    geodesic_disc,
    mean_radius_m,
    series_error_m,
)

NORMAL_SECTION_M = 0.05  # azimuth of the chord against that of the geodesic: under this in 300 km


@dataclass(frozen=True)
class Legs:
    """From one place to many: distance in m and the azimuth as sine (east) and cosine (north)."""

    distance_m: Floats
    east: Floats
    north: Floats


def _legs(lon: float, lat: float, points: Positions, exact: bool, azimuths: bool) -> Legs:
    none = np.zeros(0)
    if exact:
        n = len(points)
        azimuth, _, away = GEOD.inv(np.full(n, lon), np.full(n, lat), points.lon, points.lat)
        angle = np.radians(azimuth)
        return Legs(np.asarray(away, dtype=np.float64), np.sin(angle), np.cos(angle))
    if not azimuths:
        return Legs(distances_m(lon, lat, points), none, none)
    origin = Positions.of(lon, lat).xyz[:, 0]
    dx, dy, dz = (axis - start for axis, start in zip(points.xyz, origin, strict=True))
    lam, phi = math.radians(lon), math.radians(lat)
    east = dy * math.cos(lam) - dx * math.sin(lam)
    north = dz * math.cos(phi) - (dx * math.cos(lam) + dy * math.sin(lam)) * math.sin(phi)
    flat = np.hypot(east, north)
    flat[flat == 0] = 1.0
    radius = mean_radius_m(lat)
    chord = np.sqrt(dx * dx + dy * dy + dz * dz)
    away = arcs_m(chord, radius)
    return Legs(away, east / flat, north / flat)


@dataclass(frozen=True, eq=False)
class Reach:
    """A base at lon, lat (degrees) with its flight; ``no_fly`` areas are flown round and hold no reachable place."""

    lon: float
    lat: float
    flight: Flight
    no_fly: NoFly | None = None
    corners: tuple[Corner, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        if self.no_fly is not None:
            object.__setattr__(self, "corners", self.no_fly.corners(self.lon, self.lat, self.flight))

    @property
    def error_m(self) -> float:
        """How far the quick test may err near the edge."""
        far = self.flight.farthest_m
        return series_error_m(far) + (
            NORMAL_SECTION_M * max(1.0, far / 3e5) ** 2 if self.flight.winds else 0.0
        )

    def excess_m(self, points: Positions, exact: bool = False) -> Floats:
        """How far each place lies beyond the limits, below 0 within them: inside for certain when moved by less.

        The latest of the limits counts, each divided by how fast it can change with place, so that a place within
        |excess| metres of another is on the same side. Infinite in closed airspace.
        """
        if self.no_fly is None:
            return self._beyond(self.lon, self.lat, points, 0.0, 0.0, exact)

        def beyond(corner: Corner, seen: Positions) -> Floats:
            return self._beyond(corner.lon, corner.lat, seen, corner.out_s, corner.back_s, exact)

        return self._least(points, beyond, enough=0.0)

    def _least(
        self, points: Positions, cost: Callable[[Corner, Positions], Floats], enough: float = math.inf
    ) -> Floats:
        """The least cost over the ways to each place: straight where it is in sight, else round a corner that sees it.

        Infinite in closed airspace, and where no corner sees it. A straight way is the shortest, in wind too; where
        even that costs more than ``enough``, its cost stands for the way round.
        """
        best = np.full(len(points), np.inf)
        if self.no_fly is None:
            return best
        left = np.flatnonzero(~self.no_fly.holds(points))
        for corner in self.corners:
            if not left.size:
                break
            places = points.take(left)
            costs = cost(corner, places)
            if corner.via < 0:
                seen = self.no_fly.sees(corner, places)
                best[left] = np.where(seen | (costs > enough), costs, np.inf)
                left = left[~seen & (costs <= enough)]
            else:
                sooner = np.flatnonzero(costs < best[left])
                seen = self.no_fly.sees(corner, places.take(sooner))
                best[left[sooner[seen]]] = costs[sooner[seen]]
        return best

    def _beyond(
        self, lon: float, lat: float, points: Positions, used_s: float, back_s: float, exact: bool
    ) -> Floats:
        flight = self.flight
        legs = _legs(lon, lat, points, exact, bool(flight.winds))
        gone_m = used_s * flight.airspeed_mps  # only a radius asks for it, and there still air is meant
        beyond = legs.distance_m + (gone_m - flight.radius_m if math.isfinite(flight.radius_m) else -np.inf)
        if not flight.winds:
            v = flight.airspeed_mps
            if math.isfinite(flight.out_s):
                np.maximum(beyond, legs.distance_m - (flight.out_s - used_s) * v, out=beyond)
            if math.isfinite(flight.sortie_s):
                left = (flight.sortie_s - used_s - back_s) * v / 2
                np.maximum(beyond, legs.distance_m - left, out=beyond)
            return beyond
        slow = flight.slowest_pace
        for pace in flight.paces(legs.east, legs.north):
            late_s = used_s + legs.distance_m * pace.out - flight.out_s
            np.maximum(beyond, late_s / slow, out=beyond)
            spent_s = used_s + back_s + legs.distance_m * (pace.out + pace.back) - flight.sortie_s
            np.maximum(beyond, spent_s / (2 * slow), out=beyond)
        return beyond

    def broken(self, points: Positions, spread_m: float | Floats) -> Bools:
        """Which places have the edge of a closed area within so many metres, and are not too far away anyway.

        excess_m says nothing there about other places nearby.
        """
        if self.no_fly is None:
            return np.zeros(len(points), dtype=np.bool_)
        straight = self._beyond(self.lon, self.lat, points, 0.0, 0.0, exact=False)
        near = straight <= spread_m
        which = np.flatnonzero(near)
        near[which] = self.no_fly.touches(points.take(which), np.broadcast_to(spread_m, near.shape)[which])
        return np.asarray(near, dtype=np.bool_)

    def holds(self, points: Positions) -> Bools:
        """Which places are reached, edge included; decided as Karney's geodesic decides them."""
        if self.flight.farthest_m <= 0:
            return np.zeros(len(points), dtype=np.bool_)
        excess = self.excess_m(points, exact=self.flight.farthest_m > SERIES_LIMIT_M)
        inside: Bools = excess <= 0
        doubtful = np.flatnonzero(np.abs(excess) <= self.error_m)
        if doubtful.size:
            inside[doubtful] = self.excess_m(points.take(doubtful), exact=True) <= 0
        return inside

    def seconds(self, points: Positions, exact: bool = False) -> Floats:
        """Seconds from the call to arrival, in the worst of the winds; infinite where no way leads."""
        flight = self.flight
        start_s = flight.preparation_s + flight.climb_s
        if self.no_fly is None:
            return start_s + self._fly_s(self.lon, self.lat, points, exact)

        def arrival(corner: Corner, seen: Positions) -> Floats:
            return start_s + corner.out_s + self._fly_s(corner.lon, corner.lat, seen, exact)

        return self._least(points, arrival)

    def _fly_s(self, lon: float, lat: float, points: Positions, exact: bool) -> Floats:
        legs = _legs(lon, lat, points, exact, bool(self.flight.winds))
        if not self.flight.winds:
            return legs.distance_m / self.flight.airspeed_mps
        paces = self.flight.paces(legs.east, legs.north)
        slowest: Floats = np.max([pace.out for pace in paces], axis=0)
        return legs.distance_m * slowest

    def way(self, place: Positions) -> list[tuple[float, float]]:
        """The way flown to one place, in degrees: straight, or round the corners of closed airspace; empty: none."""
        end = (float(place.lon[0]), float(place.lat[0]))
        if self.no_fly is None:
            return [(self.lon, self.lat), end]
        if self.no_fly.holds(place)[0]:
            return []
        sure = [corner for corner in self.corners if self.no_fly.sees(corner, place)[0]]
        if not sure:
            return []
        last = min(sure, key=lambda c: c.out_s + float(self._fly_s(c.lon, c.lat, place, True)[0]))
        back = [end, (last.lon, last.lat)]
        while last.via >= 0:
            last = self.corners[last.via]
            back.append((last.lon, last.lat))
        return back[::-1]

    def outline(self, response_s: float | None = None) -> BaseGeometry:
        """The places reached as a polygon in degrees: its edge is off by at most 0.5 m, its area by 1e-6.

        ``response_s`` asks for an earlier arrival than the flight's own.
        """
        earlier = 0.0 if response_s is None else self.flight.response_s - response_s
        out_s = self.flight.out_s if response_s is None else self.flight.out_s - earlier
        sortie_s = self.flight.sortie_s
        if self.no_fly is None:
            return self._star(out_s, sortie_s)
        fans = [
            self._fan(corner, out_s - corner.out_s, sortie_s - corner.out_s - corner.back_s)
            for corner in self.corners
            if out_s > corner.out_s
        ]
        return shapely.difference(shapely.union_all(fans), self.no_fly.area)

    def _star(self, out_s: float, sortie_s: float) -> BaseGeometry:
        """The outline without closed airspace: a disc in still air."""
        flight = self.flight
        if not flight.winds:
            v = flight.airspeed_mps
            still_m = max(0.0, min(flight.radius_m, out_s * v, sortie_s * v / 2))
            return geodesic_disc(self.lon, self.lat, still_m)
        angle = _falling(np.concatenate([self._round, flight.kinks(self._round, out_s, sortie_s)]))
        radii = flight.radii_m(angle, out_s, sortie_s) * equal_area(self._round.size)
        return _ring(self.lon, self.lat, angle, radii)

    @property
    def _round(self) -> Floats:
        """Azimuths (radians) round the circle, falling, so many that the ring is short by at most RING_ERROR_M."""
        far = max(self.flight.farthest_m, 1.0)
        n = max(MIN_RING_VERTICES, 4 * math.ceil(math.pi * math.sqrt(far / RING_ERROR_M) / 4))
        return np.radians(-360.0 * np.arange(n) / n)

    def _fan(self, corner: Corner, out_s: float, sortie_s: float) -> BaseGeometry:
        """What is reached straight on from a corner, or from the base, as far as it is seen."""
        if self.no_fly is None:
            return shapely.Polygon()
        flight, view = self.flight, self.no_fly.view_at(corner.lon, corner.lat)
        kinks = flight.kinks(self._round, out_s, sortie_s) if flight.winds else np.zeros(0)
        angle, free = view.rim(corner.first, corner.turn, WHOLE / self._round.size, kinks)
        radii = flight.radii_m(angle, out_s, sortie_s)
        if math.isfinite(flight.radius_m):
            np.minimum(radii, max(0.0, flight.radius_m - corner.out_s * flight.airspeed_mps), out=radii)
        radii = np.minimum(radii * equal_area(self._round.size), view.plane.ground_m(free))
        angle, radii = angle[::-1], radii[::-1]
        if corner.turn < WHOLE:
            angle, radii = (np.concatenate([one[:1], one, one[-1:]]) for one in (angle, radii))
            radii[0] = radii[-1] = 0.0
        return _ring(corner.lon, corner.lat, *_stepped(angle, radii))


def _falling(angles: Floats) -> Floats:
    """Azimuths in radians made distinct, between -2 pi and 0, in the order of a ring that runs counter-clockwise."""
    return np.unique(-np.mod(-angles, WHOLE))[::-1]


def _stepped(angle: Floats, radii: Floats) -> tuple[Floats, Floats]:
    """The same rim with places every EDGE_STEP_M along it where it runs straight towards or away from the centre."""
    counts = np.maximum(1, np.ceil(np.abs(np.diff(radii)) / EDGE_STEP_M).astype(int))
    counts[np.abs(np.diff(angle)) > 0] = 1
    part = np.concatenate([np.arange(count) / count for count in counts])
    at = np.repeat(np.arange(counts.size), counts)
    steps = radii[at] + part * np.diff(radii)[at]
    return np.append(angle[at], angle[-1]), np.append(steps, radii[-1])


def _ring(lon: float, lat: float, angle: Floats, radii: Floats) -> BaseGeometry:
    """The polygon with these vertices, azimuths (radians) and metres from a place."""
    if not radii.max() > 0:
        return shapely.Polygon()
    n = angle.size
    lons, lats, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), np.degrees(angle), radii)
    ring = shapely.Polygon(np.column_stack([lons, lats]))
    return ring if ring.is_valid else shapely.make_valid(ring)
