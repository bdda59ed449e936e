"""p new sites with the least weighted wait: Benders cuts in closed form (Duran-Mateluna, Ales and Elloumi 2023).

For a place with waits d in rising order and a fractional choice y, let d* be the wait at which the sites chosen so far
make one whole. Then its wait is at least d* - sum (d* - d_j) y_j over the nearer sites, for every choice.
"""

from __future__ import annotations

import numpy as np

from app.analysis.engine.demand import Indices
from app.analysis.engine.maximise import Plan
from app.analysis.engine.solver import INF, Clock, Model
from layers.geo import Floats

GROUPS = 12


def _value(seconds: Floats, weight: Floats, chosen: list[int]) -> float:
    return float(weight @ seconds[:, chosen].min(axis=1))


def _first(seconds: Floats, weight: Floats, fixed: int, p: int) -> list[int]:
    """Add the best site p times, then exchange single sites as long as that helps."""
    chosen = list(range(fixed))
    waits = seconds[:, chosen].min(axis=1) if chosen else np.full(len(seconds), seconds.max(initial=0.0))

    def best_with(waits: Floats, taken: list[int]) -> tuple[float, int]:
        costs = weight @ np.minimum(seconds, waits[:, None])
        costs[taken] = np.inf
        return float(costs.min()), int(np.argmin(costs))

    for _ in range(p):
        chosen.append(best_with(waits, chosen)[1])
        waits = np.minimum(waits, seconds[:, chosen[-1]])
    value, better = _value(seconds, weight, chosen), True
    while better:
        better = False
        for at in range(fixed, len(chosen)):
            rest = chosen[:at] + chosen[at + 1 :]
            without = (
                seconds[:, rest].min(axis=1) if rest else np.full(len(seconds), seconds.max(initial=0.0))
            )
            cost, site = best_with(without, rest)
            if cost < value * (1 - 1e-12):
                chosen[at], value, better = site, cost, True
    return chosen


def _cuts(
    seconds: Floats, order: Indices, weight: Floats, group: Indices, y: Floats
) -> tuple[Floats, Floats]:
    """For each group a constant and coefficients with waits >= constant - coefficients . y, exact at a whole y."""
    ordered = np.cumsum(y[order], axis=1)
    at = np.argmax(ordered >= 1 - 1e-9, axis=1)
    reach = seconds[np.arange(len(seconds)), order[np.arange(len(seconds)), at]]
    constant = np.bincount(group, weight * reach, minlength=GROUPS).astype(np.float64)
    nearer = weight[:, None] * np.maximum(reach[:, None] - seconds, 0.0)
    coefficients = np.zeros((GROUPS, seconds.shape[1]))
    for one in range(GROUPS):
        coefficients[one] = nearer[group == one].sum(axis=0)
    return constant, coefficients


def p_median(seconds: Floats, weight: Floats, fixed: int, p: int, clock: Clock, gap: float = 0.0) -> Plan:
    """The plan with the least weighted sum of waits over places; ``seconds`` (places, sites) finite, standing first.

    Always returns the best plan met and a bound. Raises Cancelled.
    """
    sites = seconds.shape[1]
    best = _first(seconds, weight, fixed, p)
    value, bound = _value(seconds, weight, best), float(weight @ seconds.min(axis=1))  # with all the sites
    order = np.argsort(seconds, axis=1, kind="stable")
    group = np.arange(len(seconds)) * GROUPS // max(1, len(seconds))
    model = Model(clock)
    standing = (np.arange(sites) < fixed).astype(float)
    model.columns(standing, np.ones(sites), np.zeros(sites))
    model.columns(np.zeros(GROUPS), np.full(GROUPS, INF), -np.ones(GROUPS))
    row = np.zeros(sites + GROUPS)
    row[fixed:sites] = 1.0
    model.row(p, p, row)
    y, whole = np.isin(np.arange(sites), best).astype(float), False
    theta = np.full(GROUPS, -1.0)
    slack = 1e-7 * max(1.0, value)
    while True:
        constant, coefficients = _cuts(seconds, order, weight, group, y)
        broken = constant - coefficients @ y - theta > slack / GROUPS
        for one in np.flatnonzero(broken):
            row = np.concatenate([coefficients[one], np.zeros(GROUPS)])
            row[sites + one] = 1.0
            model.row(float(constant[one]), INF, row)
        if not broken.any() and not whole:
            whole = True
            model.whole(sites, True)
        if clock.left_s <= 0 or value - bound <= max(gap * value, 2 * slack):
            break
        solved = model.solve()
        if not solved.ended and not solved.x.size:
            break
        bound = max(bound, -solved.bound) if np.isfinite(solved.bound) else bound
        y, theta = solved.x[:sites], solved.x[sites:]
        if whole:
            y = np.round(y)
            met = [int(site) for site in np.flatnonzero(y)]
            if len(met) == fixed + p and _value(seconds, weight, met) < value:
                best, value = met, _value(seconds, weight, met)
        clock.tell("sites" if whole else "relaxation", value, bound)
        if not solved.ended:
            break
    done = value - bound <= max(gap * value, 2 * slack)
    return Plan("optimal" if done else "feasible", tuple(sorted(best)), value, min(bound, value))
