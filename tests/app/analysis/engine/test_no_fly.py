"""Closed airspace is flown round on the shortest way; what is drawn and what is decided agree."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
import shapely

from app.analysis.engine.flight import Flight, Wind
from app.analysis.engine.no_fly import NoFly
from app.analysis.engine.reach import Reach
from layers.errors import BadInput
from layers.geo import GEOD, Positions

SPEED = 60.0
BOX = shapely.box(119.4, 28.9, 119.6, 29.3)
WALLS = shapely.MultiPolygon([BOX, shapely.box(119.8, 29.0, 119.9, 29.6)])
CALM = Flight(600, SPEED, 2700)
WINDY = Flight(600, SPEED, 2700, winds=(Wind(12, 200),))


def leg_s(flight: Flight, a: tuple[float, float], b: tuple[float, float]) -> float:
    azimuth, _, away = GEOD.inv(*a, *b)
    angle = np.radians([azimuth])
    return float(away * max(pace.out[0] for pace in flight.paces(np.sin(angle), np.cos(angle))))


def slow_s(
    flight: Flight, area: shapely.Geometry, start: tuple[float, float], end: tuple[float, float]
) -> float:
    """The best of all ways over up to three corners whose straight legs (finely cut geodesics) stay out of the area."""
    inner = area.buffer(-1e-4)  # along a parallel the straight way leaves the edge by metres

    def free(a: tuple[float, float], b: tuple[float, float]) -> bool:
        cut = GEOD.npts(*a, *b, 40)
        return not inner.intersects(shapely.LineString([a, *cut, b]))

    stops = [start, *dict.fromkeys(map(tuple, shapely.get_coordinates(area).tolist())), end]
    legs = {(a, b): leg_s(flight, a, b) for a, b in permutations(stops, 2) if free(a, b)}
    best = math.inf
    for k in range(4):
        for way in permutations(stops[1:-1], k):
            chain = [start, *way, end]
            best = min(best, sum(legs.get(leg, math.inf) for leg in pairwise(chain)))
    return best


@pytest.mark.parametrize("flight", [CALM, WINDY], ids=["calm", "windy"])
@pytest.mark.parametrize("end", [(119.8, 29.1), (119.62, 29.29), (120.1, 29.3), (119.2, 29.1), (119.7, 29.2)])
def test_the_way_round_is_the_shortest_over_the_corners(flight: Flight, end: tuple[float, float]) -> None:
    start = (119.1, 29.05)
    reach = Reach(*start, flight, NoFly(WALLS))
    found = float(reach.seconds(Positions.of(*end), exact=True)[0]) - flight.preparation_s
    assert found == pytest.approx(
        slow_s(flight, WALLS, start, end), rel=5e-5
    )  # the slow way may cut 11 m off


@pytest.mark.parametrize("flight", [CALM, WINDY], ids=["calm", "windy"])
def test_the_outline_and_the_decision_agree(flight: Flight) -> None:
    reach = Reach(119.1, 29.05, flight, NoFly(WALLS))
    random = np.random.default_rng(2)
    points = Positions.of(random.uniform(117.5, 120.8, 6000), random.uniform(27.8, 30.3, 6000))
    drawn = shapely.contains_xy(reach.outline(), points.lon, points.lat)
    held = reach.holds(points)
    edge = shapely.distance(reach.outline().boundary, shapely.points(points.lon, points.lat)) < 2e-5
    assert (drawn == held)[~edge].all()
    assert held.any()
    assert not held[shapely.contains_xy(WALLS, points.lon, points.lat)].any()


def test_closed_airspace_never_brings_anybody_nearer() -> None:
    random = np.random.default_rng(4)
    points = Positions.of(random.uniform(118, 121, 3000), random.uniform(28, 30, 3000))
    free, round_ = Reach(119.1, 29.05, CALM), Reach(119.1, 29.05, CALM, NoFly(WALLS))
    assert (round_.seconds(points) >= free.seconds(points) - 1e-3).all()
    assert not (round_.holds(points) & ~free.holds(points)).any()


def test_no_way_leads_to_a_place_that_is_walled_in() -> None:
    ring = shapely.difference(shapely.box(119.3, 29.0, 119.9, 29.5), shapely.box(119.4, 29.1, 119.8, 29.4))
    reach = Reach(119.1, 29.05, CALM, NoFly(ring))
    inside = Positions.of(119.6, 29.2)
    assert math.isinf(reach.seconds(inside)[0])
    assert not reach.holds(inside)[0]


def test_a_base_in_closed_airspace_is_refused_by_name() -> None:
    with pytest.raises(BadInput) as caught:
        Reach(119.5, 29.0, CALM, NoFly(BOX))
    assert caught.value.code == "base_in_no_fly"


def test_too_many_corners_are_refused_by_name() -> None:
    with pytest.raises(BadInput) as caught:
        Reach(119.1, 29.05, CALM, NoFly(shapely.Point(120, 29).buffer(0.2, quad_segs=200)))
    assert caught.value.code == "no_fly_too_detailed"
