"""The area that an accident touches."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.around.footprint import area_of, drawn
from app.around.params import DrawnFootprint, RingFootprint, WedgeFootprint
from layers.errors import BadInput
from layers.geo import GEOD, area_m2

LON, LAT = 121.55, 29.87


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def test_a_ring_has_the_area_of_its_circle() -> None:
    found = area_m2(area_of(LON, LAT, RingFootprint(radius_m=1000)))
    assert found == pytest.approx(math.pi * 1e6, rel=1e-4)


@given(st.floats(0, 360), st.floats(50, 500), st.floats(600, 8000))
def test_a_wedge_holds_the_circle_and_what_lies_downwind_and_nothing_upwind(
    wind: float, isolation: float, downwind: float
) -> None:
    shape = area_of(
        LON, LAT, WedgeFootprint(kind="wedge", isolation_m=isolation, downwind_m=downwind, wind_from_deg=wind)
    )

    def holds(azimuth: float, metres: float) -> bool:
        x, y, _ = GEOD.fwd(LON, LAT, azimuth, metres)
        return bool(shapely.intersects_xy(shape, x, y))

    assert holds(wind + 180, downwind * 0.99)
    assert not holds(wind + 180, downwind * 1.01)
    assert holds(wind, isolation * 0.99)
    assert not holds(wind, isolation * 1.01)
    assert holds(wind + 180 + 20, downwind * 0.9)


def test_what_was_drawn_is_taken_and_mended() -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[121, 29], [121.1, 29.1], [121.1, 29], [121, 29.1], [121, 29]]],
    }
    assert area_of(LON, LAT, DrawnFootprint(kind="drawn", geometry=bow)).is_valid
    whole = area_of(LON, LAT, DrawnFootprint(kind="drawn", geometry=box(121, 29, 121.1, 29.1)))
    assert drawn(whole)["type"] == "Polygon"


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [121, 29]},
        {"type": "Polygon", "coordinates": [[[121, 29], [122, 29]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": []},
        box(0, 0, 1, 1),
        box(118, 27, 122, 31),
        {"type": "Polygon", "coordinates": [[[float("nan"), 29], [122, 29], [122, 30], [121, 29]]]},
    ],
)
def test_what_cannot_be_a_footprint_is_named(geometry: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        area_of(LON, LAT, DrawnFootprint(kind="drawn", geometry=geometry))
    assert refused.value.code == "bad_footprint"
