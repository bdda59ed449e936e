"""Angles as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.crs.angles import parse_angle, parse_angles

LON = 120 + 9 / 60
LAT = 30 + 16 / 60 + 48 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "120.15", " 120.15 ", "+120.15", "120.15E", "E120.15", "E 120.15", "120.15°", "120.15°E", "东经120.15",
        "东经120.15度", "东经：120.15", "120.15 东经", "１２０．１５", "120。15", "1.2015e2",
        "120°9'0\"", "120°9′0″", "120°09′00″", "120º9'", "120˚9'0''", "120°9’0”", "120度9分0秒", "120度9分",
        "１２０度０９分００秒", "120-09-00", "120 09 00.0", "120:09:00", "120:09", "120 09", "E120°09′00″",
        "120°09′00″E", "东经120°9′", "120 ° 9 ' 0 \"", "120° 9′ 00.000″", "120°09′00″ E", "E1200900", "1200900E",
        "E1200900.0", "E12009", "12009E", "E12009.0", "120－09－00", "120—09—00", "120°9.0'",
    ],
)  # fmt: skip
def test_a_longitude_is_read_in_every_dress(text: str) -> None:
    assert parse_angle(text) == pytest.approx(LON, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "30.28N",
        "北纬30.28",
        "N30°16′48″",
        "30°16'48\"",
        "30度16分48秒",
        "N301648",
        "北纬30°16.8′",
        "30 16 48",
    ],
)
def test_a_latitude_is_read_in_every_dress(text: str) -> None:
    assert parse_angle(text) == pytest.approx(LAT, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"), [("12.5S", -12.5), ("西经3°30′", -3.5), ("-3°30′", -3.5), ("-0°30'", -0.5)]
)
def test_south_west_and_minus_are_negative(text: str, value: float) -> None:
    assert parse_angle(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "°", "E", "abc", "nan", "inf", "1e999", "120°60'", "120°9'60\"", "120.5°9'", "120°9.5'3\"",
        "120°9°", "N120.15", "E181", "95N", "120-9-", "120--09", "1 2 3 4", "120.15,30.28", "东经北纬120", "E120.15E",
        "-120.15W", "1_0", "0x78", "120'9\"", "N12015", "E12060", "E120155", "N301", "E1206100", "120:09-00",
        "三十度", "9" * 70, "1200-09-00", "200°30'",
    ],
)  # fmt: skip
def test_what_is_no_angle_or_could_be_two_is_nothing(text: str) -> None:
    assert parse_angle(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("12015", 12015.0), ("514432.15", 514432.15), ("40514432.15", 40514432.15)]
)
def test_plain_numbers_pass_as_they_are(text: str, value: float) -> None:
    assert parse_angle(text) == value


def test_many_at_once_are_nan_where_there_is_nothing() -> None:
    found = parse_angles(["120.15", None, "120°9′", "?"])
    np.testing.assert_allclose(found, [120.15, math.nan, 120.15, math.nan])


def test_what_only_python_takes_for_a_number_is_nothing_in_bulk_either() -> None:
    assert np.isnan(parse_angles(["nan", "inf", "1_0", "-Infinity", None, ""])).all()
    assert np.isnan(parse_angles(["nan", "inf", "1_0", "1e999"])).all()


@given(st.integers(0, 179 * 3600 * 1000), st.sampled_from(["°'\"", "度分秒", "-- ", ":: ", "   ", "°′″"]))
def test_degrees_minutes_and_seconds_come_back(milliseconds: int, marks: str) -> None:
    seconds, ms = divmod(milliseconds, 1000)
    degrees, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    a, b, c = marks
    text = f"{degrees}{a}{minutes:02d}{b}{rest:02d}.{ms:03d}{c}".strip()
    assert parse_angle(text) == pytest.approx(milliseconds / 3_600_000, abs=1e-10)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_decimal_comes_back(value: float) -> None:
    assert parse_angle(repr(value)) == value
    assert parse_angles([repr(value)])[0] == value


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.floats().map(repr))))
def test_any_text_is_read_or_left_and_bulk_agrees(texts: list[str | None]) -> None:
    alone = [math.nan if t is None or (v := parse_angle(t)) is None else v for t in texts]
    np.testing.assert_array_equal(parse_angles(texts), alone)
