"""How far winds reach: circles, quarters, and what is told of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from app.replay.reach import Reach, drawn, reaches
from layers.geo import GEOD, area_m2, geodesic_disc
from layers.storms import SIDES, quadrants

lons = st.floats(100, 160)
lats = st.floats(0, 50)
kms = st.floats(20, 900)


def point(**known: float) -> dict[str, float | None]:
    names = [f"r{grade}_km" for grade in (7, 10, 12)]
    names += [f"r{grade}_{side}_km" for grade in (7, 10, 12) for side in SIDES]
    return dict.fromkeys(names) | known


def by_side(grade: int, *km: float) -> Reach:
    return Reach(grade, max(km), dict(zip(SIDES, km, strict=True)))


def corners(lon: float, lat: float, reach: Reach) -> list[tuple[float, float]]:
    """Bearing and distance (km) of the corners of a disc."""
    ring = shape(drawn((lon, lat), reach)[0]["geometry"]).exterior.coords
    found = [GEOD.inv(lon, lat, *corner) for corner in ring]
    return [(bearing % 360, metres / 1000) for bearing, _, metres in found]


@given(lons, lats, kms)
def test_equal_quadrants_are_the_circle(lon: float, lat: float, km: float) -> None:
    quarters, circle = (
        drawn((lon, lat), one)[0]["geometry"] for one in (by_side(7, *[km] * 4), Reach(7, km, None))
    )
    assert quarters == circle
    assert area_m2(shape(circle)) == pytest.approx(area_m2(geodesic_disc(lon, lat, km * 1000)), rel=1e-3)


@given(lons, lats, st.tuples(kms, kms, kms, kms))
def test_each_quadrant_reaches_as_far_as_it_is_said_to(
    lon: float, lat: float, km: tuple[float, float, float, float]
) -> None:
    for bearing, away in corners(lon, lat, by_side(7, *km)):
        if min(bearing % 90, -bearing % 90) > 1:
            assert away == pytest.approx(km[int(bearing // 90)], abs=0.02 + away * 1e-5)


@given(lons, lats, st.tuples(*[st.sampled_from([0.0, 40.0, 220.0])] * 4))
def test_what_is_drawn_is_a_valid_shape_with_an_arc_for_each_quadrant_that_has_wind(
    lon: float, lat: float, km: tuple[float, float, float, float]
) -> None:
    if not (any(km) and len(set(km)) > 1):
        return
    disc, *arcs = drawn((lon, lat), by_side(7, *km))
    assert shape(disc["geometry"]).is_valid
    assert sorted(arc["properties"]["km"] for arc in arcs) == sorted(one for one in km if one)


def test_a_circle_over_the_antimeridian_is_not_drawn() -> None:
    assert drawn((179.5, 20), Reach(7, 200, None)) == []


def test_one_radius_is_a_circle_and_equal_quadrants_too() -> None:
    assert reaches(point(r7_km=200)) == [Reach(7, 200, None)]
    assert reaches(point(r10_ne_km=80, r10_se_km=80, r10_sw_km=80, r10_nw_km=80)) == [Reach(10, 80, None)]
    assert reaches(point(r7_km=0)) == reaches(point()) == []


def test_quadrants_alone_tell_the_furthest_and_one_that_is_not_told_is_taken_as_that() -> None:
    (reach,) = reaches(point(r7_ne_km=300, r7_sw_km=0, r7_nw_km=150))
    assert reach == by_side(7, 300, 300, 0, 150)
    assert reach.words() == {
        "zh": "东北 300 东南 300 西南 0 西北 150 km",
        "en": "NE 300 SE 300 SW 0 NW 150 km",
    }


@given(st.floats(0, 360), kms, kms)
def test_the_quadrants_of_an_eccentric_circle_hold_it_and_touch_it(
    bearing: float, one: float, two: float
) -> None:
    longest, shortest = max(one, two), min(one, two)
    radius, off = (longest + shortest) / 2, (longest - shortest) / 2
    sides = quadrants(longest, shortest, bearing)
    far = [0.0] * 4
    for tenth in range(3600):
        turn = math.radians(tenth / 10 - bearing)
        away = off * math.cos(turn) + math.sqrt(radius**2 - (off * math.sin(turn)) ** 2)
        for side in {tenth // 900, (tenth - 1) // 900 % 4}:
            far[side] = max(far[side], away)
    assert sides == pytest.approx(far, rel=1e-5)
    assert max(sides) == pytest.approx(longest)
