"""Other plans beside the best one: single sites exchanged, each valued exactly. They come out of time too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.analysis.engine.maximise import Plan, Worth, evaluate
from app.analysis.engine.problem import Rows
from app.analysis.engine.solver import Clock
from layers.geo import Bools, Floats

Costs = Callable[[list[int]], Floats]
"""Given a plan less one site: what it costs with each of the sites put in; infinite where that is no plan."""


def with_neighbours(plan: Plan, costs: Costs, fixed: int, most: int, clock: Clock) -> Plan:
    """The plan with up to ``most`` alternatives: those it has, then the cheapest that differ from it in one site.

    Raises Cancelled.
    """
    wanted = most - len(plan.alternatives)
    if wanted <= 0 or len(plan.chosen) <= fixed:
        return plan
    known = {plan.chosen, *(chosen for chosen, _ in plan.alternatives)}
    found: dict[tuple[int, ...], float] = {}
    for at in range(fixed, len(plan.chosen)):
        clock.check()
        rest = [*plan.chosen[:at], *plan.chosen[at + 1 :]]
        cost = costs(rest)
        cost[rest] = np.inf
        for site in np.argsort(cost, kind="stable")[: most + 1]:
            other = tuple(sorted([*rest, int(site)]))
            if np.isfinite(cost[site]) and other not in known:
                found[other] = float(cost[site])
    best = sorted(found.items(), key=lambda one: (one[1], one[0]))[:wanted]
    return replace(plan, alternatives=(*plan.alternatives, *best))


def of_worth(plan: Plan, worth: Worth, most: int, clock: Clock, must: Bools | None = None) -> Plan:
    """Neighbours of a plan of maximise; rows in ``must`` stay reached."""
    rows = worth.rows

    def costs(rest: list[int]) -> Floats:
        y = np.isin(np.arange(rows.sites), rest).astype(np.float64)
        sums, _, coefficients = worth.tangents(y)  # of a row one more site is one step along its slope
        gains = np.array([worth.objective(one) for one in (sums[:, None] + coefficients).T])
        return np.where(_keeps(rows, rest, must), -gains, np.inf)

    known = {chosen for chosen, _ in plan.alternatives}
    if len(known) >= most:
        return plan
    near = with_neighbours(replace(plan, alternatives=()), costs, rows.fixed, most + len(known), clock)
    others = near.alternatives
    more = [(chosen, evaluate(worth, chosen)) for chosen, _ in others if chosen not in known]
    return replace(plan, alternatives=(*plan.alternatives, *more)[:most])


def _keeps(rows: Rows, rest: list[int], must: Bools | None) -> Bools:
    if must is None:
        return np.ones(rows.sites, dtype=np.bool_)
    missed = must & (rows.counts(rest) == 0)
    return np.asarray(rows.cover[missed].all(axis=0), dtype=np.bool_)


def of_cover(plan: Plan, rows: Rows, most: int, clock: Clock) -> Plan:
    """Neighbours of a plan of fewest: as many sites that reach all as well."""
    must: Bools = np.asarray(rows.cover.any(axis=1), dtype=np.bool_)

    def costs(rest: list[int]) -> Floats:
        return np.where(_keeps(rows, rest, must), plan.value, np.inf)

    return with_neighbours(plan, costs, rows.fixed, most, clock)


def of_waits(plan: Plan, seconds: Floats, weight: Floats | None, fixed: int, most: int, clock: Clock) -> Plan:
    """Neighbours of a plan of p_center, or with weights of p_median."""

    def costs(rest: list[int]) -> Floats:
        waits = seconds[:, rest].min(axis=1) if rest else np.full(len(seconds), np.inf)
        each = np.minimum(seconds, waits[:, None])
        return np.asarray(each.max(axis=0, initial=0.0) if weight is None else weight @ each)

    return with_neighbours(plan, costs, fixed, most, clock)
