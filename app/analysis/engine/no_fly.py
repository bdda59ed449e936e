"""Closed airspace and the shortest way round it: the corners that a way bends at, and the times to them.

Sight is decided in a plane that shows geodesics straight (sight.py). Legs are measured as geodesics. The shortest way
among polygons bends at their corners only, in wind too, and only round the polygon: beyond a corner it leads into the
fan between straight on and the polygon's edge, everything else beyond is reached sooner without it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.engine.flight import Flight
from app.analysis.engine.sight import WHOLE, Indices, Plane, View
from layers.errors import BadInput
from layers.geo import GEOD, METRES_PER_DEGREE_MAX, Bools, Floats, Positions, densify

EDGE_STEP_M = 3000.0  # a parallel bulges 0.1 m out of a straight line of this length
TOUCH_M = 0.2  # flying along an edge is allowed; sight and position are sure to some centimetres
CORNERS_MAX = 300
TURN_RAD = 1e-6  # less of a turn is the curve of a parallel cut into pieces
FAN_SLACK_RAD = 1e-5  # fans overlap by so much, a metre in 100 km: what lies there can be reached both ways


@dataclass(frozen=True)
class Corner:
    """A place that a way bends at, or the base itself.

    ``out_s`` seconds from the base to it, ``back_s`` from it back; ``via`` the index of the corner before it (-1: it
    is the base); ways lead on from azimuth ``first`` through ``turn`` radians clockwise.
    """

    lon: float
    lat: float
    out_s: float
    back_s: float
    via: int = -1
    first: float = 0.0
    turn: float = WHOLE


@dataclass(frozen=True, eq=False)
class NoFly:
    """Areas closed to flight, as one valid geometry in degrees; their edges are open."""

    area: BaseGeometry
    _dense: BaseGeometry = field(init=False, repr=False)
    _edges: NDArray[np.object_] = field(init=False, repr=False)
    _views: dict[tuple[float, float], View] = field(init=False, repr=False, default_factory=dict)
    _found: Floats = field(init=False, repr=False)
    _sides: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_edges", shapely.boundary(shapely.get_parts(self.area)))
        shapely.prepare([self.area, *self._edges])
        object.__setattr__(self, "_dense", densify(self.area, EDGE_STEP_M))
        found, sides = _convex_corners(self._dense)
        object.__setattr__(self, "_found", found)
        object.__setattr__(self, "_sides", sides)

    def holds(self, points: Positions) -> Bools:
        """Which places lie inside a closed area."""
        return np.asarray(shapely.contains_xy(self.area, points.lon, points.lat), dtype=np.bool_)

    def touches(self, points: Positions, spread_m: float | Floats) -> Bools:
        """Which places lie within so many metres of the edge of a closed area; some farther ones are included."""
        lat = min(89.0, float(np.abs(points.lat).max(initial=0)))
        near = np.broadcast_to(
            spread_m / (METRES_PER_DEGREE_MAX * 0.98 * math.cos(math.radians(lat))), len(points)
        )
        touched = np.zeros(len(points), dtype=np.bool_)
        for edge in self._edges:
            west, south, east, north = edge.bounds
            box = (points.lon >= west - near) & (points.lon <= east + near)
            box &= (points.lat >= south - near) & (points.lat <= north + near)
            found = np.flatnonzero(box & ~touched)
            places = shapely.points(points.lon[found], points.lat[found])
            touched[found] = shapely.dwithin(edge, places, float(near[found].max(initial=0.0)))
        return touched

    def view_at(self, lon: float, lat: float) -> View:
        """The view from a place among the closed areas, taken a little smaller than they are."""
        if (lon, lat) not in self._views:
            plane = Plane(lon, lat)
            shrunk = shapely.buffer(plane.of(self._dense), -TOUCH_M, join_style="mitre")
            self._views[lon, lat] = View.at(plane, shrunk)
        return self._views[lon, lat]

    def sees(self, corner: Corner, points: Positions) -> Bools:
        """Which places have a free straight way from a corner, in its fan."""
        view = self.view_at(corner.lon, corner.lat)
        xy = view.plane.xy(points)
        if corner.turn >= WHOLE:
            return view.sees(xy)
        azimuth = np.arctan2(xy[0], xy[1])
        within = np.flatnonzero(np.mod(azimuth - corner.first, WHOLE) <= corner.turn)
        seen = np.zeros(len(points), dtype=np.bool_)
        seen[within] = view.sees(xy[:, within])
        return seen

    def corners(self, lon: float, lat: float, flight: Flight) -> tuple[Corner, ...]:
        """The base, and the corners that a shortest way of the flight bends at, sooner ones first.

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
        if len(self._found) > CORNERS_MAX:
            raise BadInput(
                f"禁飞区有 {len(self._found)} 个转角，最多 {CORNERS_MAX} 个，请先简化",
                f"the no-fly areas have {len(self._found)} corners, at most {CORNERS_MAX}; simplify them first",
                code="no_fly_too_detailed",
            )
        nodes = np.vstack([[lon, lat], self._found])
        out, back = _leg_times(nodes, flight)
        sight = self._sight(nodes, out[0] < flight.out_s)
        out_s, via = _shortest(np.where(sight, out, np.inf))
        back_s, _ = _shortest(np.where(sight, back, np.inf))
        kept = {0: 0}
        found = [Corner(lon, lat, 0.0, 0.0)]
        for i in np.argsort(out_s, kind="stable")[1:]:
            if not out_s[i] < flight.out_s:
                break
            fan = self._fan(nodes, int(via[i]), int(i))
            if fan is not None and int(via[i]) in kept:
                kept[int(i)] = len(found)
                place = (float(nodes[i, 0]), float(nodes[i, 1]), float(out_s[i]), float(back_s[i]))
                found.append(Corner(*place, kept[int(via[i])], *fan))
        return tuple(found)

    def _fan(self, nodes: Floats, came: int, at: int) -> tuple[float, float] | None:
        """Azimuths beyond a corner that a way from ``came`` bends into; None when it does not bend there."""
        here = self._sides[at - 1]
        three = np.vstack([nodes[came], here[:2], here[2:]])
        x, y = Plane(*nodes[at]).xy(Positions.of(three[:, 0], three[:, 1]))
        azimuth = np.arctan2(x, y)
        on, edges = float(azimuth[0]) + math.pi, azimuth[1:]  # straight on, and the two edges of the polygon
        for sign in (1, -1):  # the polygon to the right, or to the left
            turns = np.mod(sign * (edges - on) + TURN_RAD, WHOLE) - TURN_RAD
            if turns.max() <= math.pi + TURN_RAD:
                first = on if sign > 0 else on - turns.min()
                return float(first - FAN_SLACK_RAD), float(turns.min() + 2 * FAN_SLACK_RAD)
        return None

    def _sight(self, nodes: Floats, near: Bools) -> NDArray[np.bool_]:
        """Which nodes see each other; those too far away see nobody."""
        sight = np.zeros((len(nodes), len(nodes)), dtype=np.bool_)
        for i in np.flatnonzero(near):
            view = self.view_at(float(nodes[i, 0]), float(nodes[i, 1]))
            sight[i] = view.sees(view.plane.xy(Positions.of(nodes[:, 0], nodes[:, 1])))
        return sight & sight.T & near & ~np.eye(len(nodes), dtype=np.bool_)


def _convex_corners(area: BaseGeometry) -> tuple[Floats, Floats]:
    """Vertices (lon, lat) that a way round an area can bend at, where it is convex, and the two next to each."""
    found, sides = [], []
    for polygon in shapely.get_parts(shapely.orient_polygons(area)):
        for ring in shapely.get_rings(polygon):
            here = shapely.get_coordinates(ring)[:-1]
            before, after = np.roll(here, 1, axis=0), np.roll(here, -1, axis=0)
            came = np.radians(GEOD.inv(here[:, 0], here[:, 1], before[:, 0], before[:, 1])[0])
            goes = np.radians(GEOD.inv(here[:, 0], here[:, 1], after[:, 0], after[:, 1])[0])
            turn = np.angle(np.exp(1j * (came + math.pi - goes)))  # to the left, as an outer ring runs
            convex = turn > TURN_RAD
            found.append(here[convex])
            sides.append(np.hstack([before[convex], after[convex]]))
    if not found:
        return np.zeros((0, 2)), np.zeros((0, 4))
    return np.vstack(found), np.vstack(sides)


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


def _shortest(cost: Floats) -> tuple[Floats, Indices]:
    """Least cost from node 0 to every node, and the node before it (Dijkstra on a full matrix; infinite: no edge)."""
    best = np.full(len(cost), np.inf)
    best[0] = 0.0
    via = np.full(len(cost), -1, dtype=np.intp)
    open_ = np.ones(len(cost), dtype=np.bool_)
    for _ in cost:
        left = np.where(open_, best, np.inf)
        at = int(np.argmin(left))
        if not math.isfinite(left[at]):
            break
        open_[at] = False
        sooner = best[at] + cost[at] < best
        best[sooner], via[sooner] = (best[at] + cost[at])[sooner], at
    return best, via
