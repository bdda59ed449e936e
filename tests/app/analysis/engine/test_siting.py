"""Every model of siting is checked against trying all choices."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.engine import Demand, Flight, Reach
from app.analysis.engine.maximise import Worth, evaluate, greedy, maximise
from app.analysis.engine.neighbours import of_cover, of_waits, of_worth
from app.analysis.engine.p_median import p_median
from app.analysis.engine.problem import Rows, rows_of
from app.analysis.engine.set_cover import fewest, p_center
from app.analysis.engine.signatures import place_bits
from app.analysis.engine.solver import Clock
from layers.errors import Cancelled

COVER = np.array([0.0, 1.0])
BUSY = np.array([0.0, 0.7, 0.91, 0.973])
BACKUP = np.array([-1.0, 0.0, 1.0])
quick = settings(max_examples=25, deadline=None)


@st.composite
def instances(draw: st.DrawFn) -> tuple[Rows, int]:
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, sites = draw(st.integers(3, 40)), draw(st.integers(3, 8))
    fixed = draw(st.integers(0, 2))
    p = draw(st.integers(1, min(3, sites - fixed)))
    cover = random.random((rows, sites)) < draw(st.floats(0.1, 0.6))
    return Rows(cover, random.random(rows), random.integers(0, 3, rows), fixed), p


def choices(rows: Rows, p: int) -> list[list[int]]:
    return [[*range(rows.fixed), *new] for new in combinations(range(rows.fixed, rows.sites), p)]


@quick
@given(instances(), st.sampled_from([COVER, BUSY]), st.booleans())
def test_the_best_sites_and_the_next_best_are_those_of_trying_all(
    instance: tuple[Rows, int], gain: np.ndarray, worst: bool
) -> None:
    rows, p = instance
    worth = Worth(rows, gain, worst)
    plan = maximise(worth, p, Clock(30), alternatives=2)
    values = sorted((evaluate(worth, chosen) for chosen in choices(rows, p)), reverse=True)
    assert plan.status == "optimal"
    assert plan.value == pytest.approx(values[0], abs=3e-6)
    assert plan.bound >= values[0] - 1e-9
    assert evaluate(worth, plan.chosen) == pytest.approx(plan.value)
    for (chosen, value), truth in zip(plan.alternatives, values[1:], strict=False):
        assert value == pytest.approx(truth, abs=5e-6)
        assert evaluate(worth, chosen) == pytest.approx(value)


@quick
@given(instances())
def test_the_fewest_sites_that_reach_all_are_those_of_trying_all(instance: tuple[Rows, int]) -> None:
    rows, _ = instance
    can = rows.cover.any(axis=1)
    least = next(
        p for p in range(rows.sites + 1) for c in choices(rows, p) if (rows.counts(c)[can] > 0).all()
    )
    plan = fewest(rows, Clock(30))
    assert (plan.status, plan.value, plan.bound) == ("optimal", least, least)
    assert (rows.counts(plan.chosen)[can] > 0).all()


@quick
@given(instances())
def test_backup_counts_only_places_that_two_sites_really_reach(instance: tuple[Rows, int]) -> None:
    rows, _ = instance
    can = rows.cover.any(axis=1)
    p = int(fewest(rows, Clock(30)).value)
    if p == 0:
        return
    plan = maximise(Worth(rows, BACKUP), p, Clock(30), must_cover=True)
    truth = max(
        float(rows.weight[rows.counts(c) >= 2].sum())
        for c in choices(rows, p)
        if (rows.counts(c)[can] > 0).all()
    )
    assert float(rows.weight[rows.counts(plan.chosen) >= 2].sum()) == pytest.approx(truth, abs=3e-6)


@quick
@given(st.integers(0, 10**6), st.integers(4, 30), st.integers(3, 8), st.integers(0, 1), st.integers(1, 3))
def test_the_shortest_longest_and_mean_waits_are_those_of_trying_all(
    seed: int, places: int, sites: int, fixed: int, p: int
) -> None:
    random = np.random.default_rng(seed)
    seconds, weight = random.uniform(0, 3000, (places, sites)), random.random(places)
    p = min(p, sites - fixed)
    rows = Rows(seconds > 0, weight, np.zeros(places, dtype=np.intp), fixed)
    centre = p_center(seconds, fixed, p, Clock(30))
    assert centre.status == "optimal"
    assert centre.value == pytest.approx(min(seconds[:, c].min(axis=1).max() for c in choices(rows, p)))
    assert seconds[:, list(centre.chosen)].min(axis=1).max() == pytest.approx(centre.value)
    median = p_median(seconds, weight, fixed, p, Clock(30))
    truth = min(float(weight @ seconds[:, c].min(axis=1)) for c in choices(rows, p))
    assert median.status == "optimal"
    assert median.value == pytest.approx(truth, rel=1e-6)


def sites_at_random(seed: int, n: int) -> list[Reach]:
    random = np.random.default_rng(seed)
    return [
        Reach(lon, lat, Flight(900, 55, 2700))
        for lon, lat in zip(random.uniform(118, 123, n), random.uniform(27, 31, n), strict=True)
    ]


def test_equal_rows_are_merged_and_nothing_is_lost() -> None:
    random = np.random.default_rng(3)
    demand = Demand.of(random.uniform(118, 123, 5000), random.uniform(27, 31, 5000), random.random(5000))
    reaches = sites_at_random(1, 70)
    rows = rows_of(demand, reaches[:2], reaches[2:])
    assert rows.total == pytest.approx(demand.weight.sum())
    assert len(np.unique(rows.cover, axis=0)) == len(rows.cover)
    for i in (0, 1, 40, 69):
        held = place_bits(demand, [reaches[i]]) != 0
        assert rows.weight[rows.cover[:, i]].sum() == pytest.approx(demand.weight[held].sum())


def test_out_of_time_the_best_plan_so_far_comes_with_a_bound() -> None:
    random = np.random.default_rng(6)
    demand = Demand.of(random.uniform(118, 123, 9000), random.uniform(27, 31, 9000), random.random(9000))
    worth = Worth(rows_of(demand, [], sites_at_random(2, 120)), COVER)
    plan = maximise(worth, 6, Clock(0.0))
    assert plan.status == "feasible"
    assert len(plan.chosen) == 6
    assert plan.value == pytest.approx(evaluate(worth, greedy(worth, 6)))
    assert plan.bound >= plan.value
    assert math.isfinite(plan.gap)


def test_a_run_that_is_stopped_ends_by_name() -> None:
    worth = Worth(Rows(np.eye(4, dtype=bool), np.ones(4), np.zeros(4, dtype=np.intp), 0), COVER)
    with pytest.raises(Cancelled):
        maximise(worth, 2, Clock(30, stopped=lambda: True))


@quick
@given(instances(), st.sampled_from([COVER, BUSY]), st.booleans())
def test_out_of_time_the_alternatives_are_the_best_with_one_site_exchanged(
    instance: tuple[Rows, int], gain: np.ndarray, worst: bool
) -> None:
    rows, p = instance
    worth = Worth(rows, gain, worst)
    plan = maximise(worth, p, Clock(0.0), alternatives=2)
    assert plan.alternatives == ()
    found = of_worth(plan, worth, 2, Clock(30)).alternatives
    near = [tuple(c) for c in choices(rows, p) if len(set(c) - set(plan.chosen)) == 1]
    truth = sorted((evaluate(worth, chosen) for chosen in near), reverse=True)
    assert [value for _, value in found] == pytest.approx(truth[:2], abs=1e-6)
    assert all(evaluate(worth, chosen) == pytest.approx(value) for chosen, value in found)


@quick
@given(st.integers(0, 10**6), st.integers(4, 30), st.integers(3, 8), st.integers(0, 1), st.integers(1, 3))
def test_alternatives_of_waits_and_covers_are_the_best_with_one_site_exchanged(
    seed: int, places: int, sites: int, fixed: int, p: int
) -> None:
    random = np.random.default_rng(seed)
    seconds, weight = random.uniform(0, 3000, (places, sites)), random.random(places)
    rows = Rows(seconds < 1500, weight, np.zeros(places, dtype=np.intp), fixed)
    p = min(p, sites - fixed)
    for plan, weights in (
        (p_center(seconds, fixed, p, Clock(30)), None),
        (p_median(seconds, weight, fixed, p, Clock(30)), weight),
    ):
        near = [c for c in choices(rows, p) if len(set(c) - set(plan.chosen)) == 1]
        waits = [seconds[:, c].min(axis=1) for c in near]
        truth = sorted(float(one.max() if weights is None else weights @ one) for one in waits)
        found = of_waits(plan, seconds, weights, fixed, 2, Clock(30)).alternatives
        assert [value for _, value in found] == pytest.approx(truth[:2])
    plan = fewest(rows, Clock(30))
    for chosen, value in of_cover(plan, rows, 3, Clock(30)).alternatives:
        assert (len(chosen) - fixed, value) == (plan.value, plan.value)
        assert (rows.counts(chosen)[rows.cover.any(axis=1)] > 0).all()


def test_out_of_time_every_model_has_a_bound_that_holds_and_a_gap_below_one() -> None:
    seconds, weight = np.random.default_rng(9).uniform(60, 3000, (40, 9)), np.ones(40)
    for late, proven in (
        (p_median(seconds, weight, 0, 3, Clock(0.0)), p_median(seconds, weight, 0, 3, Clock(60))),
        (p_center(seconds, 0, 3, Clock(0.0)), p_center(seconds, 0, 3, Clock(60))),
    ):
        assert late.status == "feasible"
        assert late.bound <= proven.value <= late.value
        assert 0 < late.gap < 1
