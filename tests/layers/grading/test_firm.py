"""Firm scores and the worst-member rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.grading.firm import grade_of_score
from layers.grading.grade import Grade, grade_legend, worst


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (0, Grade.RED),
        (59.99, Grade.RED),
        (60, Grade.ORANGE),
        (74.99, Grade.ORANGE),
        (75, Grade.YELLOW),
        (89.99, Grade.YELLOW),
        (90, Grade.BLUE),
        (100, Grade.BLUE),
    ],
)
def test_each_cut_off_belongs_to_the_better_colour(score: float, grade: Grade) -> None:
    assert grade_of_score(score) is grade


@pytest.mark.parametrize("score", [None, -0.1, 100.1, float("nan"), float("inf")])
def test_an_absurd_score_is_not_gradable_and_never_blue(score: float | None) -> None:
    assert grade_of_score(score) is None


def test_a_red_line_is_red_whatever_the_score() -> None:
    assert grade_of_score(99, red_line=True) is Grade.RED
    assert grade_of_score(None, red_line=True) is Grade.RED


@given(st.lists(st.one_of(st.none(), st.sampled_from(list(Grade)))))
def test_the_worst_member_decides_and_no_data_decides_nothing(members: list[Grade | None]) -> None:
    known = [m for m in members if m is not None]
    assert worst(members) == (min(known) if known else None)


def test_the_legend_has_the_four_colours_worst_first_and_a_row_for_no_data() -> None:
    rows = grade_legend().classes
    assert [row.value for row in rows] == [1, 2, 3, 4, None]
    assert [row.label.zh for row in rows] == ["重大", "较大", "一般", "低", "无数据"]
    assert len({row.colour for row in rows}) == len({row.pattern for row in rows}) == 5
