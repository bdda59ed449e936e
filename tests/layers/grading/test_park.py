"""Park scores: classes A to D, and not the cut-offs of firms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.grading import park
from layers.grading.answer import NotGradable
from layers.grading.grade import Grade


@pytest.mark.parametrize(
    ("score", "letter", "grade"),
    [
        (0, "A", Grade.RED),
        (59.99, "A", Grade.RED),
        (60, "B", Grade.ORANGE),
        (69.99, "B", Grade.ORANGE),
        (70, "C", Grade.YELLOW),
        (84.99, "C", Grade.YELLOW),
        (85, "D", Grade.BLUE),
        (100, "D", Grade.BLUE),
    ],
)
def test_each_cut_off_belongs_to_the_better_class(
    score: float, letter: str, grade: Grade, constants: Constants
) -> None:
    answer = park.grade(score, constants)
    assert answer.grade is grade
    assert answer.label is not None
    assert answer.label.zh.startswith(f"{letter} 类")
    assert f"{letter} {grade.text.zh}" in answer.reason.zh


@pytest.mark.parametrize("score", [None, -0.1, 100.1, float("nan"), float("inf")])
def test_an_absurd_score_is_not_gradable_and_never_blue(score: float | None, constants: Constants) -> None:
    with pytest.raises(NotGradable):
        park.grade(score, constants)
    assert np.isnan(park.grade_many([np.nan if score is None else score], constants).grade[0])


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_higher_score_never_has_a_worse_grade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    worse, better = park.grade_many([low, high], shipped()).grade
    assert worse <= better
