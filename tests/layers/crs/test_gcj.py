"""GCJ-02 and BD-09: published values, size and direction of the shift, exact inverses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers.crs.gcj import (
    BD_BANDS,
    Pair,
    bd_mercator_to_bd,
    bd_to_gcj,
    bd_to_wgs,
    gcj_to_bd,
    gcj_to_wgs,
    wgs_to_bd,
    wgs_to_gcj,
)
from layers.geo import GEOD

LON = st.floats(118.0, 123.0)
LAT = st.floats(27.0, 31.2)


@pytest.fixture(scope="module")
def province() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lon, lat = np.meshgrid(np.linspace(118.02, 122.95, 200), np.linspace(27.05, 31.18, 200))
    return lon.ravel(), lat.ravel()


def metres(a: Pair, b: Pair) -> NDArray[np.float64]:
    """Return distances on a plane that is exact enough for micrometres."""
    east = (a[0] - b[0]) * 111_320 * np.cos(np.radians(b[1]))
    north = (a[1] - b[1]) * 110_900
    return np.hypot(east, north)


def test_published_values_are_met() -> None:
    # README of wandergis/coordtransform, and the tests of googollee/eviltransform (forward differs there by 9 mm)
    np.testing.assert_allclose(
        wgs_to_gcj(116.404, 39.915), (116.41024449916938, 39.91640428150164), atol=1e-12
    )
    np.testing.assert_allclose(
        gcj_to_bd(116.404, 39.915), (116.41036949371029, 39.92133699351022), atol=1e-12
    )
    np.testing.assert_allclose(
        wgs_to_gcj(121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), atol=1e-7
    )


def test_the_shift_in_the_province_is_about_half_a_kilometre_to_the_east_south_east(
    province: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    lon, lat = province
    bearing, _, distance = GEOD.inv(lon, lat, *wgs_to_gcj(lon, lat))
    assert 450 < distance.min() < distance.max() < 625
    assert np.median(distance) == pytest.approx(539, abs=10)
    assert 110 < bearing.min() < bearing.max() < 138


def test_the_shift_of_bd_09_is_about_a_kilometre(
    province: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    lon, lat = province
    _, _, distance = GEOD.inv(lon, lat, *wgs_to_bd(lon, lat))
    assert 1040 < distance.min() < distance.max() < 1250


@pytest.mark.parametrize(
    ("forward", "inverse"), [(wgs_to_gcj, gcj_to_wgs), (gcj_to_bd, bd_to_gcj), (wgs_to_bd, bd_to_wgs)]
)
def test_the_inverse_is_exact_to_a_micrometre_over_the_province(
    province: tuple[NDArray[np.float64], NDArray[np.float64]], forward: object, inverse: object
) -> None:
    back = inverse(*forward(*province))  # type: ignore[operator]
    assert metres(back, province).max() < 1e-6


def test_two_rounds_are_within_a_tenth_of_a_millimetre(
    province: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    assert metres(gcj_to_wgs(*wgs_to_gcj(*province), rounds=2), province).max() < 1e-4


@given(LON, LAT)
def test_any_point_comes_back_within_a_millimetre(lon: float, lat: float) -> None:
    for back in (gcj_to_wgs(*wgs_to_gcj(lon, lat)), bd_to_wgs(*wgs_to_bd(lon, lat))):
        assert metres(back, (np.float64(lon), np.float64(lat))) < 1e-3  # type: ignore[arg-type]


def test_nothing_is_shifted_outside_china_and_nan_stays_nan() -> None:
    np.testing.assert_array_equal(
        wgs_to_gcj([2.35, np.nan], [48.85, np.nan]), ([2.35, np.nan], [48.85, np.nan])
    )


def test_baidus_metres_are_degrees_as_its_own_services_give_them() -> None:
    assert bd_mercator_to_bd(12958160.97, 4825907.72) == pytest.approx((116.403874, 39.914889), abs=1e-6)


def test_the_bands_of_baidus_metres_meet() -> None:
    above, below = (bd_mercator_to_bd(13_381_000, BD_BANDS[0][0] + step) for step in (0, -0.001))
    assert above == pytest.approx(below, abs=1e-7)
    assert above[1] == pytest.approx(30, abs=1e-6)
