"""LEC: D = L * E * C at and around 320, 160 and 70, and factors that are not in their lists."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.grading import lec
from layers.grading.answer import NotGradable
from layers.grading.grade import Grade

L, E, C = (shipped().numbers(f"lec.{letter}_values") for letter in "lec")


# worked by hand: the products nearest to each cut-off that the lists allow
@pytest.mark.parametrize(
    ("factors", "d", "grade"),
    [
        ((10, 6, 7), 420, Grade.RED),
        ((6, 6, 15), 540, Grade.RED),
        ((3, 3, 40), 360, Grade.RED),
        ((10, 2, 15), 300, Grade.ORANGE),  # 300 <= 320
        ((6, 2, 15), 180, Grade.ORANGE),
        ((10, 1, 15), 150, Grade.YELLOW),  # 150 < 160
        ((10, 1, 7), 70, Grade.YELLOW),  # 70 itself is yellow
        ((0.5, 3, 40), 60, Grade.BLUE),
        ((0.1, 0.5, 1), 0.05, Grade.BLUE),
    ],
)
def test_products_worked_out_by_hand_come_out(
    factors: tuple[float, float, float], d: float, grade: Grade, constants: Constants
) -> None:
    answer = lec.grade(*factors, constants)
    assert answer.figures["d"] == pytest.approx(d)
    assert answer.grade is grade


@pytest.mark.parametrize(
    ("d", "grade"),
    [(69.999, 4), (70, 3), (159.999, 3), (160, 2), (319.999, 2), (320, 2), (320.001, 1)],
)
def test_the_side_of_each_cut_off_is_the_one_written_in_the_table(
    d: float, grade: int, constants: Constants
) -> None:
    assert constants.steps("lec.cutoffs")(d) == grade


@pytest.mark.parametrize(
    ("factors", "code"),
    [
        ((None, 1, 1), "missing_l"),
        ((1, None, 1), "missing_e"),
        ((1, 1, None), "missing_c"),
        ((5, 1, 1), "bad_l"),
        ((-1, 1, 1), "bad_l"),
        ((1, 5, 1), "bad_e"),
        ((1, float("nan"), 1), "bad_e"),
        ((1, 1, 0), "bad_c"),
        ((1, 1, float("inf")), "bad_c"),
    ],
)
def test_a_factor_that_is_not_in_its_list_is_named_and_never_blue(
    factors: tuple[float | None, float | None, float | None], code: str, constants: Constants
) -> None:
    with pytest.raises(NotGradable) as caught:
        lec.grade(*factors, constants)
    assert caught.value.code == code
    arrays = [[np.nan if f is None else f] for f in factors]
    assert np.isnan(lec.grade_many(*arrays, constants).grade[0])


def test_every_product_of_the_lists_has_a_grade(constants: Constants) -> None:
    table = np.array(list(itertools.product(L, E, C)))
    many = lec.grade_many(*table.T, constants)
    d = table.prod(axis=1).round(9)
    expected = np.select([d > 320, d >= 160, d >= 70], [1, 2, 3], 4)
    assert (many.grade == expected).all()


@given(st.sampled_from(L), st.sampled_from(E), st.sampled_from(C))
def test_a_worse_consequence_never_makes_a_grade_better(
    likelihood: float, exposure: float, consequence: float
) -> None:
    worse = max(C)
    one, other = (lec.grade(likelihood, exposure, c, shipped()).grade for c in (consequence, worse))
    assert one is not None
    assert other is not None
    assert other <= one
