"""Counting in tiles, places and split cells gives what counting one by one gives; the figures follow from it."""

from __future__ import annotations

from itertools import combinations, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.engine import Demand, Flight, Reach, compare, coverage
from app.analysis.engine.measures import by_times, covered, expected, gini, losses, shares
from app.analysis.engine.signatures import place_bits
from layers.errors import BadInput
from layers.geo import GEOD

places = st.tuples(st.floats(118.0, 123.0), st.floats(27.0, 31.2))
layouts = st.lists(places, min_size=1, max_size=6)


def demand(seed: int, n: int = 3000, regions: int = 4) -> Demand:
    random = np.random.default_rng(seed)
    return Demand.of(
        random.uniform(118, 123, n),
        random.uniform(27, 31.2, n),
        np.column_stack([random.random(n), random.integers(0, 5, n)]),
        random.integers(0, regions, n),
        regions,
    )


def reaches(layout: list[tuple[float, float]], km: float) -> list[Reach]:
    return [Reach(lon, lat, Flight(0, 50, radius_m=km * 1000)) for lon, lat in layout]


def held_by(layout: list[tuple[float, float]], km: float, asked: Demand) -> np.ndarray:
    n = len(asked)
    aways = [
        GEOD.inv(np.full(n, lon), np.full(n, lat), asked.points.lon, asked.points.lat)[2]
        for lon, lat in layout
    ]
    return np.array(aways).T <= km * 1000


@settings(max_examples=25)
@given(layouts, st.floats(1, 300), st.integers(0, 50))
def test_the_histogram_is_what_counting_one_by_one_gives(
    layout: list[tuple[float, float]], km: float, seed: int
) -> None:
    asked = demand(seed)
    held = held_by(layout, km, asked)
    bits = (held << np.arange(len(layout))).sum(axis=1).astype(np.uint64)
    assert (place_bits(asked, reaches(layout, km)) == bits).all()
    found = coverage(reaches(layout, km), asked)
    assert found.weight.sum(axis=1) == pytest.approx(asked.totals)
    for i, signature in enumerate(found.bits):
        for region in range(4):
            expected_weight = asked.weight[(bits == signature) & (asked.region == region)].sum(axis=0)
            assert found.weight[region, i] == pytest.approx(expected_weight)
    assert (found.doubt == 0).all()


@settings(max_examples=20)
@given(st.lists(places, min_size=2, max_size=5, unique=True), st.floats(40, 200), st.floats(0, 0.9))
def test_figures_of_bases_follow_from_recounting(
    layout: list[tuple[float, float]], km: float, busy: float
) -> None:
    asked = demand(1, 800)
    n, weight = len(layout), asked.weight[:, 0]
    held = held_by(layout, km, asked)
    found = coverage(reaches(layout, km), asked)
    bits, w = found.bits, found.total[:, 0]

    def value(members: tuple[int, ...]) -> float:
        return float(weight[held[:, list(members)].any(axis=1)].sum()) if members else 0.0

    everyone = tuple(range(n))
    assert covered(bits, w) == pytest.approx(value(everyone))
    assert by_times(bits, w, n) == pytest.approx(np.bincount(held.sum(axis=1), weight, minlength=n + 1))
    fair = np.zeros(n)
    for order in permutations(everyone):
        for i, one in enumerate(order):
            fair[one] += (value(order[: i + 1]) - value(order[:i])) / factorial(n)
    of = shares(bits, w, n)
    assert of.shapley == pytest.approx(fair)
    assert of.unique == pytest.approx(
        [value(everyone) - value(everyone[:i] + everyone[i + 1 :]) for i in everyone]
    )
    assert of.alone == pytest.approx([value((i,)) for i in everyone])
    for at_once in (1, 2):
        truth = {
            lost: value(tuple(i for i in everyone if i not in lost))
            for lost in combinations(everyone, at_once)
        }
        rows = losses(bits, w, n, at_once)
        assert {row.lost: row.remains for row in rows} == pytest.approx(truth)
        assert [row.remains for row in rows] == sorted(row.remains for row in rows)
    chance = 0.0
    for mask in range(1 << n):
        free = tuple(i for i in everyone if mask >> i & 1)
        chance += (1 - busy) ** len(free) * busy ** (n - len(free)) * value(free)
    assert expected(bits, w, [busy] * n) == pytest.approx(chance)


@settings(max_examples=15)
@given(layouts, layouts, st.floats(20, 200))
def test_two_layouts_are_compared_place_by_place(
    a: list[tuple[float, float]], b: list[tuple[float, float]], km: float
) -> None:
    asked = demand(3)
    in_a, in_b = (held_by(layout, km, asked).any(axis=1) for layout in (a, b))
    found = compare(reaches(a, km), reaches(b, km), asked)
    for part, mask in ((found.gained, in_b & ~in_a), (found.lost, in_a & ~in_b), (found.kept, in_a & in_b)):
        assert part.sum(axis=0) == pytest.approx(asked.weight[mask].sum(axis=0))


def test_gini_is_0_for_equal_shares_and_grows_with_inequality() -> None:
    weight = np.array([1.0, 1.0, 2.0])
    assert gini(np.array([0.5, 0.5, 0.5]), weight) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 1.0]), weight) == pytest.approx(0.5)
    assert gini(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(0.5)
    assert gini(np.zeros(3), weight) == 0


@pytest.mark.parametrize(
    ("lon", "weight", "code"),
    [(np.nan, 1.0, "not_finite"), (120.0, np.inf, "not_finite"), (120.0, -1.0, "bad_weight")],
)
def test_a_demand_that_is_none_is_refused_by_name(lon: float, weight: float, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        Demand.of([lon], [29.0], [weight])
    assert caught.value.code == code


def test_nobody_is_no_error() -> None:
    empty = Demand.of([], [], np.zeros((0, 1)))
    assert coverage(reaches([(120, 29)], 50), empty).weight.sum() == 0
