"""Closed airspace and the shortest way round it: corners, what is seen from them, and the times to them.

Sight is decided in a central projection of the ellipsoid onto the plane that touches it at the base, seen from the
centre of curvature below: planes through that centre are within some centimetres of geodesics over 150 km. Legs are
measured as geodesics. The shortest way among polygons bends at their corners only, with a uniform wind too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.engine.flight import Flight
from layers.errors import BadInput
from layers.geo import GEOD, METRES_PER_DEGREE_MAX, Bools, Floats, Positions, densify, mean_radius_m

EDGE_STEP_M = 3000.0  # a parallel bulges 0.1 m out of a straight line of this length
TOUCH_M = 0.2  # flying along an edge is allowed; sight and position are sure to some centimetres
SIDE_RAD = 1e-7  # a ray this far beside a corner passes it: 1 cm in 100 km
CORNERS_MAX = 300
TURN_RAD = 1e-6  # less of a turn is the curve of a parallel cut into pieces


@dataclass(frozen=True)
class Corner:
    """A place that a way bends at, or the base itself: seconds from the base to it, and from it back."""

    lon: float
    lat: float
    out_s: float
    back_s: float


@dataclass(frozen=True)
class Plane:
    """The central projection at a place; straight lines are geodesics to within centimetres."""

    lon: float
    lat: float

    def xy(self, lon: Floats, lat: Floats) -> Floats:
        """Plane coordinates (n, 2) in metres, east and north of the centre."""
        here = Positions.of(self.lon, self.lat).xyz
        dx, dy, dz = Positions.of(lon, lat).xyz - here
        lam, phi = math.radians(self.lon), math.radians(self.lat)
        outward = dx * math.cos(lam) + dy * math.sin(lam)
        east = dy * math.cos(lam) - dx * math.sin(lam)
        north = dz * math.cos(phi) - outward * math.sin(phi)
        up = outward * math.cos(phi) + dz * math.sin(phi)
        radius = mean_radius_m(self.lat)
        flat = np.column_stack([east, north]) * (radius / (radius + up))[:, None]
        return np.asarray(flat, dtype=np.float64)

    def of(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of degrees in the plane."""
        return shapely.transform(geometry, lambda c: self.xy(c[:, 0], c[:, 1]))


@dataclass(frozen=True, eq=False)
class NoFly:
    """Areas closed to flight, as one valid geometry in degrees; their edges are open."""

    area: BaseGeometry
    _dense: BaseGeometry = field(init=False, repr=False)
    _edge: BaseGeometry = field(init=False, repr=False)
    _planes: dict[tuple[float, float], tuple[Plane, BaseGeometry]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_edge", shapely.boundary(self.area))
        shapely.prepare([self.area, self._edge])
        object.__setattr__(self, "_dense", densify(self.area, EDGE_STEP_M))

    def holds(self, points: Positions) -> Bools:
        """Which places lie inside a closed area."""
        return np.asarray(shapely.contains_xy(self.area, points.lon, points.lat), dtype=np.bool_)

    def touches(self, points: Positions, spread_m: float | Floats) -> Bools:
        """Which places lie within so many metres of the edge of a closed area; some farther ones are included."""
        lat = min(89.0, float(np.abs(points.lat).max(initial=0)))
        near = np.broadcast_to(
            spread_m / (METRES_PER_DEGREE_MAX * 0.98 * math.cos(math.radians(lat))), len(points)
        )
        west, south, east, north = self.area.bounds
        box = (points.lon >= west - near) & (points.lon <= east + near)
        box &= (points.lat >= south - near) & (points.lat <= north + near)
        found = np.flatnonzero(box)
        places = np.asarray(shapely.points(points.lon[found], points.lat[found]), dtype=object)
        box[found] = shapely.distance(self._edge, places) <= near[found]
        return np.asarray(box, dtype=np.bool_)

    def plane_at(self, lon: float, lat: float) -> tuple[Plane, BaseGeometry]:
        """The plane at a place with the closed areas in it, a little smaller than they are."""
        if (lon, lat) not in self._planes:
            plane = Plane(lon, lat)
            shrunk = shapely.buffer(plane.of(self._dense), -TOUCH_M, join_style="mitre")
            shapely.prepare(shrunk)
            self._planes[lon, lat] = plane, shrunk
        return self._planes[lon, lat]

    def sees(self, corner: Corner, points: Positions) -> Bools:
        """Which places have a free straight way from a corner."""
        plane, shrunk = self.plane_at(corner.lon, corner.lat)
        target = plane.xy(points.lon, points.lat)
        seen = np.ones(len(points), dtype=np.bool_)
        behind = np.flatnonzero(_may_hide(shrunk, target))
        if behind.size:
            ends = np.zeros((behind.size, 2, 2))
            ends[:, 1] = target[behind]
            seen[behind] = ~shapely.intersects(shrunk, shapely.linestrings(ends))
        return seen

    def corners(self, lon: float, lat: float, flight: Flight) -> tuple[Corner, ...]:
        """The base, and the corners that the flight can pass, with the times of the shortest ways.

        Raises BadInput: base_in_no_fly, no_fly_too_detailed.
        """
        if shapely.contains_xy(self.area, lon, lat):
            raise BadInput(
                f"基地（{lon:g}, {lat:g}）在禁飞区内",
                f"the base at {lon:g}, {lat:g} lies in a no-fly area",
                code="base_in_no_fly",
                lon=lon,
                lat=lat,
            )
        found = _convex_corners(self._dense, Plane(lon, lat))
        if len(found) > CORNERS_MAX:
            raise BadInput(
                f"禁飞区有 {len(found)} 个转角，最多 {CORNERS_MAX} 个，请先简化",
                f"the no-fly areas have {len(found)} corners, at most {CORNERS_MAX}; simplify them first",
                code="no_fly_too_detailed",
            )
        nodes = np.vstack([[lon, lat], found])
        sight = self._sight(nodes)
        out, back = _leg_times(nodes, flight)
        out_s = _shortest(np.where(sight, out, np.inf))
        back_s = _shortest(np.where(sight, back, np.inf))
        limit = flight.out_s
        return tuple(
            Corner(float(node[0]), float(node[1]), float(there), float(again))
            for node, there, again in zip(nodes, out_s, back_s, strict=True)
            if there < limit or there == 0
        )

    def _sight(self, nodes: Floats) -> NDArray[np.bool_]:
        plane, shrunk = self.plane_at(float(nodes[0, 0]), float(nodes[0, 1]))
        xy = plane.xy(nodes[:, 0], nodes[:, 1])
        i, j = np.triu_indices(len(nodes), 1)
        free = ~shapely.intersects(shrunk, shapely.linestrings(np.stack([xy[i], xy[j]], axis=1)))
        sight = np.zeros((len(nodes), len(nodes)), dtype=np.bool_)
        sight[i[free], j[free]] = sight[j[free], i[free]] = True
        return sight

    def rays(self, corner: Corner, angles: Floats) -> Floats:
        """Falling azimuths (radians) with one more at, and on either side of, each vertex of the closed areas."""
        coords = shapely.get_coordinates(self._dense)
        n = len(coords)
        azimuth = GEOD.inv(np.full(n, corner.lon), np.full(n, corner.lat), coords[:, 0], coords[:, 1])[0]
        at = np.radians(azimuth)
        every = np.concatenate([angles, at - SIDE_RAD, at, at + SIDE_RAD])
        return falling(every)

    def edges(self, plane: Plane) -> tuple[Floats, Floats]:
        """Start and end of every edge in a plane, each (n, 2)."""
        starts, ends = [], []
        for ring in shapely.get_rings(shapely.get_parts(self._dense)):
            xy = plane.xy(*shapely.get_coordinates(ring).T)
            starts.append(xy[:-1])
            ends.append(xy[1:])
        return np.vstack(starts), np.vstack(ends)


def falling(angles: Floats) -> Floats:
    """Azimuths in radians made distinct, between -2 pi and 0, in the order of a ring that runs counter-clockwise."""
    return np.unique(-np.mod(-angles, 2 * math.pi))[::-1]


def view_from(no_fly: NoFly, corner: Corner, angles: Floats) -> Floats:
    """Metres of free way from a corner towards each azimuth (radians); infinite where nothing stands in the way."""
    plane, shrunk = no_fly.plane_at(corner.lon, corner.lat)
    start, end = no_fly.edges(plane)
    ray = np.column_stack([np.sin(angles), np.cos(angles)])
    side = end - start
    cross = ray[:, :1] * side[:, 1] - ray[:, 1:] * side[:, 0]  # (rays, edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (start[:, 0] * side[:, 1] - start[:, 1] * side[:, 0]) / cross
        on_edge = (start[:, 0] * ray[:, 1:] - start[:, 1] * ray[:, :1]) / cross
    hit = (along > 2 * TOUCH_M) & (on_edge >= 0) & (on_edge <= 1)
    nearest = np.where(hit, along, np.inf).min(axis=1)
    first = ray * (4 * TOUCH_M)
    nearest[shapely.contains_xy(shrunk, first[:, 0], first[:, 1])] = 0.0
    radius = mean_radius_m(corner.lat)
    return np.asarray(radius * np.arctan(nearest / radius))


def _may_hide(shrunk: BaseGeometry, target: Floats) -> Bools:
    """Which targets (plane metres, seen from the origin) lie in the box-wise shadow of a closed area."""
    hidden = np.zeros(len(target), dtype=np.bool_)
    angle, away = np.arctan2(target[:, 1], target[:, 0]), np.hypot(target[:, 0], target[:, 1])
    origin = shapely.Point(0, 0)
    for part in shapely.get_parts(shrunk):
        nearest = shapely.distance(part, origin)
        coords = shapely.get_coordinates(part)
        middle = math.atan2(*shapely.centroid(part).coords[0][::-1])
        turn = np.angle(np.exp(1j * (np.arctan2(coords[:, 1], coords[:, 0]) - middle)))
        seen = np.angle(np.exp(1j * (angle - middle)))
        wide = turn.max() - turn.min() > math.pi or nearest == 0
        inside = (
            np.full(len(target), True) if wide else (seen >= turn.min() - 1e-9) & (seen <= turn.max() + 1e-9)
        )
        hidden |= inside & (away >= nearest)
    return hidden


def _convex_corners(area: BaseGeometry, plane: Plane) -> Floats:
    """Vertices (lon, lat) that a way round an area can bend at: those where the area is convex."""
    found = []
    for polygon in shapely.get_parts(shapely.orient_polygons(area)):
        for ring in shapely.get_rings(polygon):
            lonlat = shapely.get_coordinates(ring)[:-1]
            xy = plane.xy(lonlat[:, 0], lonlat[:, 1])
            came, goes = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
            turn = np.arctan2(came[:, 0] * goes[:, 1] - came[:, 1] * goes[:, 0], (came * goes).sum(axis=1))
            found.append(lonlat[turn > TURN_RAD])
    return np.vstack(found) if found else np.zeros((0, 2))


def _leg_times(nodes: Floats, flight: Flight) -> tuple[Floats, Floats]:
    """Seconds out (from i to j) and back (from j to i) of every leg, in the worst wind."""
    n = len(nodes)
    i, j = (index.ravel() for index in np.indices((n, n)))
    azimuth, _, away = GEOD.inv(nodes[i, 0], nodes[i, 1], nodes[j, 0], nodes[j, 1])
    angle = np.radians(azimuth)
    paces = flight.paces(np.sin(angle), np.cos(angle))
    out = np.max([pace.out for pace in paces], axis=0) * away
    back = np.max([pace.back for pace in paces], axis=0) * away
    return out.reshape(n, n), back.reshape(n, n)


def _shortest(cost: Floats) -> Floats:
    """Least cost from node 0 to every node (Dijkstra on a full matrix; infinite where there is no edge)."""
    best = np.full(len(cost), np.inf)
    best[0] = 0.0
    open_ = np.ones(len(cost), dtype=np.bool_)
    for _ in cost:
        left = np.where(open_, best, np.inf)
        at = int(np.argmin(left))
        if not math.isfinite(left[at]):
            break
        open_[at] = False
        np.minimum(best, best[at] + cost[at], out=best)
    return best
