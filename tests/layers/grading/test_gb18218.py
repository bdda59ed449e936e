"""GB 18218: every boundary, what more of a substance does, and what cannot be graded."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.grading import gb18218
from layers.grading.answer import NotGradable
from layers.grading.grade import Grade
from layers.grading.inventory import Item, Substances, parse_inventory

CHLORINE, AMMONIA = "7782-50-5", "7664-41-7"
SUBSTANCES = Substances.of(shipped())
NAMED = sorted(k for k, s in SUBSTANCES.named.items() if s.threshold_t and s.beta)
lines = st.one_of(
    st.builds(SUBSTANCES.item, st.sampled_from(NAMED), st.none(), st.floats(0.01, 1e5)),
    st.builds(
        SUBSTANCES.item, st.just("67-64-1"), st.sampled_from(sorted(SUBSTANCES.classes)), st.floats(0.01, 1e5)
    ),
)
inventories = st.lists(lines, min_size=1, max_size=5)


def doubled(items: list[Item]) -> list[Item]:
    return [SUBSTANCES.item(i.cas, i.kind, i.tonnes * 2) for i in items]


@pytest.mark.parametrize(
    ("residents", "alpha"),
    [(0, 0.5), (1, 1.0), (29, 1.0), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2.0), (10**6, 2.0)],
)
def test_alpha_follows_the_residents_within_500_m(residents: int, alpha: float, constants: Constants) -> None:
    assert gb18218.alpha_many([residents], constants)[0] == alpha


@pytest.mark.parametrize("residents", [-1, -(10**9), math.nan, math.inf, 10**8])
def test_absurd_residents_have_no_alpha(residents: float, constants: Constants) -> None:
    assert np.isnan(gb18218.alpha_many([residents], constants)[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_inventory"),
        (";；;", "missing_inventory"),
        ("chlorine:5", "bad_cas"),
        ("7782-50-6:5", "bad_cas"),  # the check digit is wrong
        ("67-64-1:5", "unknown_substance"),
        ("67-64-1/W12:5", "unknown_class"),
        (f"{CHLORINE}:", "missing_quantity"),
        (f"{CHLORINE}", "missing_quantity"),
        (f"{CHLORINE}:-1", "bad_quantity"),
        (f"{CHLORINE}:0", "bad_quantity"),
        (f"{CHLORINE}:nan", "bad_quantity"),
        (f"{CHLORINE}:inf", "bad_quantity"),
        (f"{CHLORINE}:1e300", "bad_quantity"),
        (f"{CHLORINE}:9e6;{CHLORINE}:9e6", "bad_quantity"),
        (f"{CHLORINE}:ten", "bad_quantity"),
    ],
)
def test_an_inventory_that_cannot_be_graded_is_named(
    text: str, code: str, read: Callable[[str], list[Item]]
) -> None:
    with pytest.raises(NotGradable) as caught:
        read(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("residents", "code"),
    [
        (None, "missing_residents"),
        (-1, "bad_residents"),
        (10**8, "bad_residents"),
        (math.nan, "bad_residents"),
    ],
)
def test_residents_that_cannot_be_used_are_refused(
    residents: int | None, code: str, constants: Constants, read: Callable[[str], list[Item]]
) -> None:
    with pytest.raises(NotGradable) as caught:
        gb18218.grade(read(f"{CHLORINE}:50"), residents, constants)
    assert caught.value.code == code


def test_the_same_substance_twice_adds_up(read: Callable[[str], list[Item]]) -> None:
    assert [(i.cas, i.tonnes) for i in read(f"{CHLORINE}:5; {CHLORINE}：7")] == [(CHLORINE, 12)]


def test_an_answer_says_method_inputs_cut_offs_and_why(
    constants: Constants, read: Callable[[str], list[Item]]
) -> None:
    answer = gb18218.grade(read(f"{CHLORINE}:12;{AMMONIA}:20"), 60, constants).as_json()
    assert (answer["grade"], answer["word"]["zh"], answer["method"]) == (3, "一般", "gb18218")
    assert answer["colour"] == "#FFF08A"
    assert answer["label"]["zh"] == "3 级重大危险源"
    assert answer["cutoffs"] == {"id": "gb18218-2018", "version": 1, "confirmed": False}
    assert answer["reason"]["zh"] == "氯 12 t、氨 20 t；S = 4.40，α = 1.5，R = 20.4 → 3 级重大危险源"
    assert answer["reason"]["en"].endswith("R = 20.4 -> grade 3")
    assert [(i["cas"], i["q"], i["beta"]) for i in answer["inputs"]["inventory"]] == [
        (CHLORINE, 5, 4),
        (AMMONIA, 10, 2),
    ]


@given(inventories, st.integers(0, 5000))
def test_more_of_everything_never_makes_a_grade_better(items: list[Item], residents: int) -> None:
    less, more = (gb18218.grade(one, residents, shipped()) for one in (items, doubled(items)))
    assert more.figures["r"] == pytest.approx(2 * float(less.figures["r"] or 0), rel=1e-6, abs=2e-9)
    if less.grade is not None:
        assert more.grade is not None
        assert more.grade <= less.grade


@given(inventories, st.integers(0, 200), st.integers(0, 200))
def test_more_people_never_make_a_grade_better(items: list[Item], few: int, more: int) -> None:
    one, other = (gb18218.grade(items, few, shipped()), gb18218.grade(items, few + more, shipped()))
    assert (one.grade is None) == (other.grade is None)
    if one.grade is not None and other.grade is not None:
        assert other.grade <= one.grade


@given(st.lists(st.tuples(inventories, st.integers(0, 500)), max_size=6))
def test_many_at_once_are_graded_as_one_by_one(rows: list[tuple[list[Item], int]]) -> None:
    many = gb18218.grade_many([items for items, _ in rows], [people for _, people in rows], shipped())
    for at, (items, people) in enumerate(rows):
        alone = gb18218.grade(items, people, shipped())
        assert many.zh[at] == alone.reason.zh
        assert (None if np.isnan(many.grade[at]) else Grade(int(many.grade[at]))) == alone.grade


@given(st.floats(0, 1e6))
def test_the_grade_of_r_has_its_boundaries_at_10_50_and_100(r: float) -> None:
    level = shipped().steps("gb18218-2018.grades")(r)
    rounded = round(r, 9)
    assert level == (1 if rounded >= 100 else 2 if rounded >= 50 else 3 if rounded >= 10 else 4)


@given(inventories)
def test_an_inventory_reads_back_as_it_is_written(items: list[Item]) -> None:
    whole = [
        SUBSTANCES.item(i.cas, i.kind, float(f"{i.tonnes:g}"))
        for i in {(i.cas, i.kind): i for i in items}.values()
    ]
    assert parse_inventory(";".join(i.written for i in whole), SUBSTANCES) == whole
