"""Firm scores and the worst-member rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.grading import firm
from layers.grading.answer import NotGradable
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
def test_each_cut_off_belongs_to_the_better_colour(score: float, grade: Grade, constants: Constants) -> None:
    assert firm.grade(score, [], constants).grade is grade


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (None, "missing_score"),
        (-0.1, "bad_score"),
        (100.1, "bad_score"),
        (float("nan"), "bad_score"),
        (float("inf"), "bad_score"),
    ],
)
def test_an_absurd_score_is_not_gradable_and_never_blue(
    score: float | None, code: str, constants: Constants
) -> None:
    with pytest.raises(NotGradable) as caught:
        firm.grade(score, [], constants)
    assert caught.value.code == code
    assert np.isnan(firm.grade_many([np.nan if score is None else score], [False], constants).grade[0])


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_each_of_the_four_situations_is_red_whatever_the_score(number: int, constants: Constants) -> None:
    assert firm.grade(99, [number], constants).grade is Grade.RED
    assert firm.grade(None, [number], constants).grade is Grade.RED
    assert len(firm.grade(99, [number], constants).inputs["situations"]) == 1


def test_a_fifth_situation_is_unknown(constants: Constants) -> None:
    with pytest.raises(NotGradable) as caught:
        firm.grade(99, [5], constants)
    assert caught.value.code == "bad_red_line"


@given(
    st.lists(
        st.tuples(st.one_of(st.just(np.nan), st.floats(-10, 110)), st.booleans()), min_size=1, max_size=20
    )
)
def test_many_firms_are_graded_as_one_by_one(rows: list[tuple[float, bool]]) -> None:
    many = firm.grade_many([s for s, _ in rows], [r for _, r in rows], shipped())
    for at, (score, red) in enumerate(rows):
        expected = (
            1
            if red
            else None
            if not 0 <= score <= 100
            else 4
            if score >= 90
            else 3
            if score >= 75
            else 2
            if score >= 60
            else 1
        )
        assert (None if np.isnan(many.grade[at]) else many.grade[at]) == expected


@given(st.lists(st.one_of(st.none(), st.sampled_from(list(Grade)))))
def test_the_worst_member_decides_and_no_data_decides_nothing(members: list[Grade | None]) -> None:
    known = [m for m in members if m is not None]
    assert worst(members) == (min(known) if known else None)


def test_the_legend_has_the_four_colours_worst_first_and_a_row_for_no_data() -> None:
    rows = grade_legend().classes
    assert [row.value for row in rows] == [1, 2, 3, 4, None]
    assert [row.label.zh for row in rows] == ["重大", "较大", "一般", "低", "无数据"]
    assert len({row.colour for row in rows}) == len({row.pattern for row in rows}) == 5
