"""Points in the province and its counties."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.crs.places import NOWHERE, Places


def at(*points: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p[0] for p in points]), np.array([p[1] for p in points])


def test_a_point_is_in_its_county_or_nowhere(boxes: Places) -> None:
    county = boxes.county_of(*at((118.5, 27.5), (121.9, 30.9), (110, 30), (np.nan, 30)))
    assert [boxes.codes[i] if i != NOWHERE else None for i in county] == ["330106", "330203", None, None]


def test_the_province_reaches_out_to_sea_but_not_inland(boxes: Places) -> None:
    # 122.3 is the coast of the boxes, 118.1 their inland side
    inside = boxes.inside(
        *at((122.4, 29), (122.7, 29), (118.09, 29), (117.9, 29), (120, 31.2), (120, np.inf))
    )
    assert inside.tolist() == [True, False, True, False, False, False]
    assert boxes.ashore(*at((122.4, 29), (122.2, 29))).tolist() == [False, True]


def test_without_counties_the_box_of_the_region_decides() -> None:
    nobody = Places()
    assert nobody.inside(*at((116, 26), (100, 26))).tolist() == [True, False]
    assert nobody.county_of(*at((120, 30))).tolist() == [NOWHERE]
    assert nobody.judge(["330106"]) is None


def test_retired_and_long_codes_agree_with_the_county_that_followed() -> None:
    places = Places(
        ["330105", "330102"], [shapely.box(120, 30, 120.1, 30.1), shapely.box(120.1, 30, 120.2, 30.1)]
    )
    judge = places.judge(["330103", "330105003012", "330102.0", "330104", "", None, "999999"])
    assert judge is not None
    assert judge.points == 4
    west, east = (120.05, 30.05), (120.15, 30.05)
    assert judge.agreeing(*at(west, west, east, east, west, west, west)) == 4
    assert judge.agreeing(*at(east, east, west, west, west, west, west)) == 0


def test_codes_nobody_knows_judge_nothing(boxes: Places) -> None:
    assert boxes.judge(["110101", "x", None]) is None


def test_codes_and_polygons_must_pair() -> None:
    with pytest.raises(ValueError, match="as many codes"):
        Places(["330106"], [])
