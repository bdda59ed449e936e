"""Every place is decided as Karney's geodesic decides it; outlines, wind and endurance agree with a slow reckoning."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.engine.flight import Flight, Wind
from app.analysis.engine.reach import Reach
from layers.errors import BadInput
from layers.geo import GEOD, Positions, area_m2

KMH = 1 / 3.6
speeds = st.floats(100, 350).map(lambda kmh: kmh * KMH)
places = st.tuples(st.floats(118.0, 123.0), st.floats(27.0, 31.2))
winds = st.builds(Wind, st.floats(0.5, 20), st.floats(0, 360))


def scatter(seed: int, lon: float, lat: float, n: int = 4000) -> Positions:
    random = np.random.default_rng(seed)
    return Positions.of(lon + random.uniform(-2.5, 2.5, n), lat + random.uniform(-2.0, 2.0, n))


def at_radius(lon: float, lat: float, radii: np.ndarray, azimuths: np.ndarray) -> Positions:
    n = radii.size
    east, north, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), azimuths, radii)
    return Positions.of(east, north)


def flown_s(flight: Flight, wind: Wind | None, azimuth: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Seconds out by solving |d u - W t| = V t for t, another way round than the code's closed form."""
    if wind is None:
        return np.asarray(away / flight.airspeed_mps)
    east, north = wind.toward
    angle = np.radians(azimuth)
    along = east * np.sin(angle) + north * np.cos(angle)
    across = np.sqrt(np.maximum(0.0, wind.speed_mps**2 - along**2))
    ground = along + np.sqrt(flight.airspeed_mps**2 - across**2)  # the wind triangle
    return np.asarray(away / ground)


@settings(max_examples=40)
@given(places, speeds, st.floats(5, 60), st.one_of(st.none(), winds), st.integers(0, 99))
def test_every_place_is_decided_as_karney_decides_it(
    place: tuple[float, float], speed: float, minutes: float, wind: Wind | None, seed: int
) -> None:
    lon, lat = place
    flight = Flight(0.0, speed, minutes * 60, winds=(wind,) if wind else ())
    reach = Reach(lon, lat, flight)
    random = np.random.default_rng(seed)
    azimuths = random.uniform(-180, 180, 3000)
    edge = flight.radii_m(np.radians(azimuths), minutes * 60, math.inf)
    near = at_radius(lon, lat, edge + random.uniform(-0.3, 0.3, edge.size), azimuths)
    for points in (scatter(seed, lon, lat), near):
        n = len(points)
        azimuth, _, away = GEOD.inv(np.full(n, lon), np.full(n, lat), points.lon, points.lat)
        truth = flown_s(flight, wind, np.asarray(azimuth), np.asarray(away)) - minutes * 60
        sure = np.abs(truth) > 1e-7  # closer than a tenth of a microsecond, rounding decides
        assert (reach.holds(points) == (truth <= 0))[sure].all()


@settings(max_examples=30)
@given(places, speeds, winds, st.floats(0, 30), st.floats(30, 120))
def test_the_excess_bounds_how_far_a_place_may_be_moved_without_changing_sides(
    place: tuple[float, float], speed: float, wind: Wind, scene_min: float, endurance_min: float
) -> None:
    lon, lat = place
    flight = Flight(900, speed, 2700, 120_000, 0.0, scene_min * 60, (scene_min + endurance_min) * 60, (wind,))
    reach = Reach(lon, lat, flight)
    points = scatter(3, lon, lat, 500)
    excess = reach.excess_m(points)
    azimuths = np.random.default_rng(5).uniform(-180, 180, len(points))
    step = np.abs(excess) * 0.999
    east, north, _ = GEOD.fwd(points.lon, points.lat, azimuths, step)
    moved = reach.holds(Positions.of(east, north))
    clear = np.abs(excess) > 5 * reach.error_m
    assert (moved == (excess < 0))[clear].all()


@settings(max_examples=25, deadline=None)
@given(places, speeds, st.one_of(st.none(), winds), st.floats(20, 200))
def test_an_outline_is_within_half_a_metre_of_the_edge(
    place: tuple[float, float], speed: float, wind: Wind | None, endurance_min: float
) -> None:
    lon, lat = place
    flight = Flight(900, speed, 2700, endurance_s=endurance_min * 60, winds=(wind,) if wind else ())
    ring = shapely.get_coordinates(Reach(lon, lat, flight).outline())
    reach = Reach(lon, lat, flight)
    on = Positions.of(ring[:, 0], ring[:, 1])
    between = Positions.of((ring[1:, 0] + ring[:-1, 0]) / 2, (ring[1:, 1] + ring[:-1, 1]) / 2)
    for places_on_it in (on, between):
        assert np.abs(reach.excess_m(places_on_it, exact=True)).max() < 0.5


@settings(max_examples=20)
@given(places, speeds, winds, st.floats(600, 3600))
def test_wind_moves_the_disc_and_keeps_its_area(
    place: tuple[float, float], speed: float, wind: Wind, out_s: float
) -> None:
    lon, lat = place
    windy = area_m2(Reach(lon, lat, Flight(0, speed, out_s, winds=(wind,))).outline())
    radius = speed * out_s
    assert windy == pytest.approx(math.pi * radius**2, rel=1e-6 + (radius * 1.3 / 6.37e6) ** 2)


def test_a_headwind_shortens_the_reach_as_the_closed_form_says() -> None:
    flight = Flight(900, 200 * KMH, 2700, winds=(Wind(10, 0),))  # from the north
    angle = np.radians([0.0, 90.0, 180.0])
    radii = flight.radii_m(angle, flight.out_s, math.inf)
    assert radii / 1000 == pytest.approx([82.0, 98.367, 118.0], abs=0.001)


def test_endurance_limits_out_and_back_less_the_time_on_scene() -> None:
    flight = Flight(900, 50.0, 5400, on_scene_s=1200, endurance_s=4200, climb_s=100)
    assert flight.still_reach_m == pytest.approx((4200 - 1200 - 200) * 50 / 2)
    windy = Flight(900, 50.0, 5400, on_scene_s=1200, endurance_s=4200, climb_s=100, winds=(Wind(15, 270),))
    angle = np.radians([0.0, 90.0, 270.0])
    radii = windy.radii_m(angle, windy.out_s, windy.sortie_s)
    assert radii[1] == pytest.approx(
        2800 * (50**2 - 15**2) / (2 * 50)
    )  # with and against it: slower than still air
    assert radii[1] == pytest.approx(radii[2])
    assert radii[0] == pytest.approx(2800 * math.sqrt(50**2 - 15**2) / 2)


def test_a_rose_keeps_what_holds_in_every_wind() -> None:
    rose = tuple(Wind(10, angle, 0.25) for angle in (0, 90, 180, 270))
    whole = Reach(120, 29, Flight(900, 60, 2700, winds=rose))
    points = scatter(8, 120, 29)
    every = np.logical_and.reduce(
        [Reach(120, 29, Flight(900, 60, 2700, winds=(w,))).holds(points) for w in rose]
    )
    assert (whole.holds(points) == every).all()


@pytest.mark.parametrize(
    ("flight", "code"),
    [
        (lambda: Flight(0, 0, 60), "non_positive_speed"),
        (lambda: Flight(0, math.nan, 60), "not_finite"),
        (lambda: Flight(math.inf, 50, 60), "not_finite"),
        (lambda: Flight(0, 50, math.nan), "not_finite"),
        (lambda: Flight(0, 20, 60, winds=(Wind(20, 0),)), "wind_exceeds_airspeed"),
        (lambda: Flight(0, 20, 60, winds=(Wind(5, math.inf),)), "not_finite"),
    ],
)
def test_a_flight_that_cannot_be_is_refused_by_name(flight: object, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        flight()  # type: ignore[operator]
    assert caught.value.code == code
