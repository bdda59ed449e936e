"""GB 18218: the standard's example, every boundary, and what cannot be graded."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.grading.gb18218 import (
    SUBSTANCES,
    NotGradable,
    alpha_of,
    assess,
    grade_of,
    parse_inventory,
)

CHLORINE, AMMONIA = "7782-50-5", "7664-41-7"
amounts = st.dictionaries(st.sampled_from(sorted(SUBSTANCES)), st.floats(0.01, 1e5), min_size=1, max_size=5)


def test_twelve_tonnes_of_chlorine_and_twenty_of_ammonia_beside_sixty_residents_are_grade_3() -> None:
    result = assess({CHLORINE: 12, AMMONIA: 20}, 60)
    assert result.s == pytest.approx(4.4)
    assert result.alpha == 1.5
    assert result.r == pytest.approx(20.4)
    assert result.grade == 3
    assert result.major
    assert "R = 20.4" in result.reason.zh


@pytest.mark.parametrize(
    ("r", "grade"),
    [
        (0, 4),
        (9.999, 4),
        (10, 3),
        (10.001, 3),
        (49.999, 3),
        (50, 2),
        (99.999, 2),
        (100, 1),
        (100.001, 1),
        (1e9, 1),
    ],
)
def test_each_cut_off_belongs_to_the_worse_grade(r: float, grade: int) -> None:
    assert grade_of(r) == grade


@pytest.mark.parametrize(
    ("residents", "alpha"),
    [(0, 0.5), (1, 1.0), (29, 1.0), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2.0), (10**6, 2.0)],
)
def test_alpha_follows_the_residents_within_500_m(residents: int, alpha: float) -> None:
    assert alpha_of(residents) == alpha


def test_below_the_threshold_there_is_no_grade() -> None:
    result = assess({CHLORINE: 4.999}, 500)
    assert result.grade is None
    assert not result.major
    assert assess({CHLORINE: 5}, 500).grade is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_inventory"),
        (";;", "missing_inventory"),
        ("1-2-3:5", "unknown_substance"),
        (f"{CHLORINE}:", "bad_quantity"),
        (f"{CHLORINE}:-1", "bad_quantity"),
        (f"{CHLORINE}:0", "bad_quantity"),
        (f"{CHLORINE}:nan", "bad_quantity"),
        (f"{CHLORINE}:inf", "bad_quantity"),
        (f"{CHLORINE}:ten", "bad_quantity"),
    ],
)
def test_an_inventory_that_cannot_be_graded_is_named(text: str, code: str) -> None:
    with pytest.raises(NotGradable) as caught:
        parse_inventory(text)
    assert caught.value.code == code


def test_the_same_substance_twice_adds_up() -> None:
    assert parse_inventory(f"{CHLORINE}:5; {CHLORINE}:7") == {CHLORINE: 12}


def test_negative_residents_are_refused() -> None:
    with pytest.raises(NotGradable):
        alpha_of(-1)


@given(amounts, st.integers(0, 5000))
def test_more_of_anything_never_makes_a_grade_better(amounts_t: dict[str, float], residents: int) -> None:
    less, more = assess(amounts_t, residents), assess({k: v * 2 for k, v in amounts_t.items()}, residents)
    assert more.r == pytest.approx(2 * less.r)
    if less.grade is not None:
        assert more.grade is not None
        assert more.grade <= less.grade


@given(amounts, st.integers(0, 5000))
def test_the_order_of_substances_does_not_matter(amounts_t: dict[str, float], residents: int) -> None:
    turned = dict(reversed(list(amounts_t.items())))
    assert assess(turned, residents) == assess(amounts_t, residents)
    assert math.isfinite(assess(amounts_t, residents).r)
