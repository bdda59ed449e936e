"""Discs, distances and areas against Karney's geodesics."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadInput
from layers.geo import (
    GEOD,
    Positions,
    area_m2,
    areas_m2,
    check_datum,
    check_position,
    densify,
    distances_m,
    exact_distances_m,
    geodesic_disc,
    series_error_m,
    within,
)

TRUE_DISC_KM2 = 31_415.28
lons = st.floats(117.0, 124.0)
lats = st.floats(26.0, 32.0)
radii = st.floats(500.0, 400_000.0)


@pytest.mark.parametrize("lat", [27.0, 28.0, 29.0, 30.0, 31.0])
def test_a_disc_of_100_km_has_the_karney_area(lat: float) -> None:
    assert area_m2(geodesic_disc(120.5, lat, 100_000)) / 1e6 == pytest.approx(TRUE_DISC_KM2, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(lons, lats, radii)
def test_the_edge_of_a_disc_is_within_half_a_metre_of_its_radius(
    lon: float, lat: float, radius: float
) -> None:
    ring = shapely.get_coordinates(geodesic_disc(lon, lat, radius).exterior)
    middle = (ring[1:] + ring[:-1]) / 2
    for points in (ring, middle):
        error = exact_distances_m(lon, lat, Positions.of(points[:, 0], points[:, 1])) - radius
        assert np.abs(error).max() <= 0.5
    assert len(ring) > 1440


def test_a_disc_is_a_valid_closed_counter_clockwise_ring() -> None:
    disc = geodesic_disc(120.0, 29.0, 100_000)
    assert disc.is_valid
    assert disc.exterior.is_ccw
    assert disc.exterior.coords[0] == disc.exterior.coords[-1]


def test_a_disc_of_radius_zero_is_empty() -> None:
    assert geodesic_disc(120.0, 29.0, 0).is_empty


@settings(max_examples=60, deadline=None)
@given(lons, lats, radii, st.integers(0, 2**32 - 1))
def test_no_point_is_decided_otherwise_than_by_karney(
    lon: float, lat: float, radius: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    anywhere = Positions.of(random.uniform(112, 130, 400), random.uniform(22, 36, 400))
    azimuth, step = random.uniform(0, 360, 400), random.normal(0, 0.2, 400)
    edge_lon, edge_lat, _ = GEOD.fwd(np.full(400, lon), np.full(400, lat), azimuth, radius + step)
    on_edge = Positions.of(edge_lon, edge_lat)
    for points in (anywhere, on_edge):
        truth = exact_distances_m(lon, lat, points) <= radius
        assert (within(lon, lat, points, radius) == truth).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(1.0, 1_000_000.0), st.floats(0, 360))
def test_the_chord_series_stays_within_its_stated_error(
    lon: float, lat: float, distance: float, azimuth: float
) -> None:
    there = GEOD.fwd(lon, lat, azimuth, distance)
    fast = distances_m(lon, lat, Positions.of(there[0], there[1]))[0]
    assert abs(fast - distance) <= series_error_m(distance)


def test_areas_agree_with_karney_on_edges_cut_at_one_kilometre() -> None:
    shape = shapely.Polygon(
        [(118.1, 27.3), (122.4, 27.9), (121.0, 31.1), (118.5, 30.2)],
        holes=[[(119.5, 28.5), (120.5, 28.6), (120.4, 29.5)]],
    )
    karney = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(densify(shape, 1000)))[0])
    assert area_m2(shape) == pytest.approx(karney, rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(lons, lats, st.floats(1e-3, 2.0))
def test_a_square_and_its_halves_have_one_area(lon: float, lat: float, size: float) -> None:
    whole = shapely.box(lon, lat, lon + size, lat + size)
    halves = [
        shapely.box(lon, lat, lon + size / 2, lat + size),
        shapely.box(lon + size / 2, lat, lon + size, lat + size),
    ]
    assert areas_m2(halves).sum() == pytest.approx(area_m2(whole), rel=1e-9)


def test_the_whole_earth_has_its_published_area() -> None:
    assert area_m2(densify(shapely.box(-180, -90, 180, 90), 50_000)) == pytest.approx(
        5.10065621724e14, rel=1e-9
    )


def test_collections_count_their_polygons_only() -> None:
    square = shapely.box(120, 29, 121, 30)
    mixed = shapely.GeometryCollection(
        [square, shapely.LineString([(0, 0), (1, 1)]), shapely.MultiPolygon([shapely.box(118, 29, 119, 30)])]
    )
    assert areas_m2([mixed, shapely.Point(0, 0), shapely.Polygon()]) == pytest.approx(
        [2 * area_m2(square), 0, 0]
    )


@settings(max_examples=20, deadline=None)
@given(lons, lats, st.floats(50, 5000))
def test_no_edge_is_longer_than_asked_after_densifying(lon: float, lat: float, limit: float) -> None:
    line = densify(shapely.LineString([(lon, lat), (lon + 0.4, lat + 0.3)]), limit)
    steps = shapely.get_coordinates(line)
    lengths = GEOD.inv(steps[:-1, 0], steps[:-1, 1], steps[1:, 0], steps[1:, 1])[2]
    assert max(lengths) <= limit


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (math.nan, 29.0, "not_finite"),
        (120.0, math.inf, "not_finite"),
        (200.0, 29.0, "position_out_of_range"),
        (29.0, 120.0, "position_out_of_range"),
    ],
)
def test_a_place_that_is_none_is_refused_by_name(lon: float, lat: float, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_position(lon, lat)
    assert caught.value.code == code


def test_swapped_coordinates_are_recognised() -> None:
    with pytest.raises(BadInput, match="swapped"):
        check_position(29.0, 120.0)


@pytest.mark.parametrize(
    ("lon", "lat", "radius", "n", "code"),
    [
        (120.0, 29.0, -1.0, 1440, "radius_out_of_range"),
        (120.0, 29.0, math.nan, 1440, "radius_out_of_range"),
        (120.0, 29.0, 1e5, 64, "ring_too_coarse"),
        (179.9, 29.0, 1e5, 1440, "antimeridian"),
        (120.0, 89.9, 1e5, 1440, "antimeridian"),
    ],
)
def test_a_disc_that_cannot_be_drawn_is_refused_by_name(
    lon: float, lat: float, radius: float, n: int, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        geodesic_disc(lon, lat, radius, n)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "answer"),
    [("WGS84", "WGS84"), ("wgs 84", "WGS84"), ("WGS-84", "WGS84"), ("cgcs2000", "CGCS2000")],
)
def test_known_datums_have_one_name(name: str, answer: str) -> None:
    assert check_datum(name) == answer


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "unknown_datum"), (None, "unknown_datum"), ("GCJ-02", "shifted_datum"), ("bd09", "shifted_datum")],
)
def test_unknown_and_shifted_datums_are_refused_by_name(name: str | None, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_datum(name)
    assert caught.value.code == code
