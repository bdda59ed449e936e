"""How constants are written: numbers, lists, steps with their sides, words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.values import Steps, parse_value, write_value
from layers.errors import BadInput

bounds = st.lists(st.integers(-1000, 1000), min_size=1, max_size=6, unique=True).map(
    lambda b: sorted(b, reverse=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("3e-7", 3e-7),
        ("10, 6, 0.5", (10.0, 6.0, 0.5)),
        ("#B3131B", "#B3131B"),
        ("ls-general", "ls-general"),
    ],
)
def test_a_value_reads_back_as_it_is_written(text: str, value: object) -> None:
    assert parse_value(text) == value
    assert parse_value(write_value(parse_value(text))) == value


@pytest.mark.parametrize(
    "text", ["", " ", "nan", "1, inf", ">=", ">=1", ">=1:x", ">=1:2; >=1:3", ">=1:2; >=5:3", ">=1:2, >=0:1"]
)
def test_a_value_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_value(text)
    assert caught.value.code == "bad_constant"


def test_the_side_of_a_boundary_stands_in_the_text() -> None:
    steps = parse_value(">320:1; >=160:2")
    assert isinstance(steps, Steps)
    assert [steps(v) for v in (320.001, 320, 160, 159.999)] == [1, 2, 2, None]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_step(value: float) -> None:
    steps = parse_value(">=0:4")
    assert isinstance(steps, Steps)
    assert steps(value) is None


@given(bounds, st.lists(st.booleans(), min_size=6, max_size=6), st.floats(-2000, 2000))
def test_the_first_step_that_is_reached_decides(falling: list[int], strict: list[bool], value: float) -> None:
    signs = [">" if s else ">=" for s in strict[: len(falling)]]
    steps = parse_value(
        "; ".join(f"{sign}{b}:{n}" for n, (sign, b) in enumerate(zip(signs, falling, strict=True)))
    )
    assert isinstance(steps, Steps)
    v = round(value, 9)
    expected = next(
        (n for n, (s, b) in enumerate(zip(signs, falling, strict=True)) if (v > b if s == ">" else v >= b)),
        None,
    )
    assert steps(value) == expected
    assert parse_value(str(steps)) == steps


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_many_values_are_stepped_as_one_by_one(values: list[float]) -> None:
    steps = parse_value(">=100:1; >50:2; >=0:3")
    assert isinstance(steps, Steps)
    many = steps.many(values)
    assert [None if np.isnan(v) else v for v in many] == [steps(v) for v in values]
