"""LS: R = L * S with the cut-off set of the industry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from layers.constants.model import Constants
from layers.errors import NotFound
from layers.grading import ls
from layers.grading.answer import NotGradable
from layers.grading.grade import Grade

GENERAL, SHANDONG = "ls-general", "ls-shandong"


# worked by hand: 1-3 blue, 4-9 yellow, 10-16 orange, 20-25 red, and as in Shandong 1-8, 9-12, 15-16, 20-25
@pytest.mark.parametrize(
    ("factors", "general", "shandong"),
    [
        ((1, 3), Grade.BLUE, Grade.BLUE),  # 3
        ((2, 2), Grade.YELLOW, Grade.BLUE),  # 4
        ((2, 4), Grade.YELLOW, Grade.BLUE),  # 8
        ((3, 3), Grade.YELLOW, Grade.YELLOW),  # 9
        ((2, 5), Grade.ORANGE, Grade.YELLOW),  # 10
        ((3, 4), Grade.ORANGE, Grade.YELLOW),  # 12
        ((3, 5), Grade.ORANGE, Grade.ORANGE),  # 15
        ((4, 4), Grade.ORANGE, Grade.ORANGE),  # 16
        ((4, 5), Grade.RED, Grade.RED),  # 20
        ((5, 5), Grade.RED, Grade.RED),  # 25
    ],
)
def test_products_worked_out_by_hand_come_out_in_both_sets(
    factors: tuple[int, int], general: Grade, shandong: Grade, constants: Constants
) -> None:
    assert ls.grade(*factors, GENERAL, constants).grade is general
    answer = ls.grade(*factors, SHANDONG, constants)
    assert answer.grade is shandong
    assert answer.cutoffs.id == SHANDONG


@pytest.mark.parametrize(
    ("factors", "code"),
    [
        ((None, 1), "missing_l"),
        ((1, None), "missing_s"),
        ((0, 1), "bad_l"),
        ((6, 1), "bad_l"),
        ((1, 2.5), "bad_s"),
        ((1, -3), "bad_s"),
        ((float("nan"), 1), "bad_l"),
        ((1, float("inf")), "bad_s"),
    ],
)
def test_a_factor_outside_1_to_5_is_named_and_never_blue(
    factors: tuple[float | None, float | None], code: str, constants: Constants
) -> None:
    with pytest.raises(NotGradable) as caught:
        ls.grade(*factors, GENERAL, constants)
    assert caught.value.code == code
    arrays = [[np.nan if f is None else f] for f in factors]
    assert np.isnan(ls.grade_many(*arrays, GENERAL, constants).grade[0])


@pytest.mark.parametrize("cutoffs", [GENERAL, SHANDONG])
def test_every_product_has_a_grade_and_a_larger_one_is_never_better(
    cutoffs: str, constants: Constants
) -> None:
    table = np.array(list(itertools.product(range(1, 6), repeat=2)))
    grades = ls.grade_many(*table.T, cutoffs, constants).grade
    order = np.argsort(table.prod(axis=1), kind="stable")
    assert not np.isnan(grades).any()
    assert (np.diff(grades[order]) <= 0).all()


def test_an_industry_without_a_row_takes_the_general_set(constants: Constants) -> None:
    assert ls.cutoffs_of("纺织", constants) == ls.cutoffs_of(None, constants) == GENERAL


def test_an_unknown_set_is_named(constants: Constants) -> None:
    with pytest.raises(NotFound):
        ls.grade(1, 1, "ls-nowhere", constants)
