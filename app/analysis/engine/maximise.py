"""The best sites for a gain that falls with every further cover: MCLP, MEXCLP and backup are one problem.

A row reached k times is worth w g(k) with g concave. Maximised is a bound per group of rows, cut from above by the
tangents of g at the solutions met: theta <= sum w (g(k0) + g'(k0) (k - k0)), which hold for every layout because g is
concave (Benders cuts of Cordeau, Furini and Ljubic 2019 when g(k) = min(k, 1)). First the relaxation is cut until it
holds, then whole solutions are, until bound and best solution meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from app.analysis.engine.demand import Indices
from app.analysis.engine.problem import Rows
from app.analysis.engine.solver import INF, Clock, Model
from layers.geo import Bools, Floats

GROUPS = 16
CLOSE = 1e-6  # single precision of a product; any piece beside a kink gives a cut that holds
Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Sites chosen (indices past the standing ones count from their number on), their worth, and the proven bound."""

    status: Status
    chosen: tuple[int, ...]
    value: float
    bound: float
    alternatives: tuple[tuple[tuple[int, ...], float], ...] = ()

    @property
    def gap(self) -> float:
        """How much better an unknown plan could be at most, as a part of the larger of value and bound."""
        return abs(self.bound - self.value) / max(abs(self.bound), abs(self.value), 1e-12)


@dataclass(eq=False)
class Worth:
    """What a layout is worth: w g(k), or (``worst``) the least share of any region and a little of all."""

    rows: Rows
    gain: Floats  # g(0), g(1) ... constant past its end
    worst: bool = False
    group: Indices = field(init=False)
    groups: int = field(init=False)
    scale: Floats = field(init=False)

    def __post_init__(self) -> None:
        if self.worst:
            self.groups = int(self.rows.region.max(initial=-1)) + 1
            self.group = self.rows.region
        else:
            first = np.argmax(self.rows.cover, axis=1) if self.rows.sites else np.zeros(len(self.rows.weight))
            self.groups = min(GROUPS, max(1, self.rows.sites))
            self.group = (first * self.groups // max(1, self.rows.sites)).astype(np.intp)
        self.scale = np.ones(self.groups)
        if self.worst:
            self.scale = self.by_group(self.rows.weight)

    def by_group(self, values: Floats) -> Floats:
        """Values of rows summed by group."""
        return np.bincount(self.group, values, minlength=self.groups).astype(np.float64)

    def _piece(self, k: Floats) -> tuple[Indices, Floats]:
        """The whole number at or below k, and the slope of g to the right of it."""
        last = self.gain.size - 1
        below = np.clip(np.floor(k + CLOSE), 0, last).astype(np.intp)
        return below, self.gain[np.minimum(below + 1, last)] - self.gain[below]

    def level(self, k: Floats) -> tuple[Floats, Floats]:
        """g and its slope to the right at k, whole or not."""
        below, slope = self._piece(k)
        return self.gain[below] + slope * np.maximum(k - below, 0.0), slope

    def of(self, times: Floats) -> float:
        """The worth of a layout that reaches each row so many times."""
        by_row = self.rows.weight * self.level(times)[0]
        if not self.worst:
            return float(by_row.sum())
        return self.objective(self.by_group(by_row))

    def objective(self, by_group: Floats) -> float:
        """The worth from the sums of the groups."""
        if not self.worst:
            return float(by_group.sum())
        real = self.scale > 0
        return float((by_group[real] / self.scale[real]).min()) + MEAN * float(
            by_group.sum() / self.scale.sum()
        )

    def tangents(self, y: Floats) -> tuple[Floats, Floats, Floats]:
        """For each group a constant and coefficients with sum <= constant + coefficients . y, exact at this y."""
        below, slope = self._piece(self.rows.times(y))
        weight = self.rows.weight
        steep = weight * slope
        constant = self.by_group(weight * self.gain[below] - steep * below)
        coefficients = np.zeros((self.groups, self.rows.sites))
        for group in np.unique(self.group[steep > 0]):
            mine = np.flatnonzero((self.group == group) & (steep > 0))
            coefficients[group] = steep[mine] @ self.rows.cover[mine].astype(np.float64)
        return constant + coefficients @ y, constant, coefficients


MEAN = 1e-3
"""Of two layouts with the same worst region the one that covers more is better."""


def greedy(worth: Worth, p: int) -> list[int]:
    """Add the best site p times, then exchange single sites as long as that helps."""
    rows = worth.rows
    chosen = list(range(rows.fixed))
    times = rows.counts(chosen).astype(np.float64)
    for _ in range(p):
        chosen.append(_best_addition(worth, times, chosen)[0])
        times += rows.cover[:, chosen[-1]]
    best, better = worth.of(times), True
    while better:
        better = False
        for at in range(rows.fixed, len(chosen)):
            without = times - rows.cover[:, chosen[at]]
            rest = chosen[:at] + chosen[at + 1 :]
            site, _ = _best_addition(worth, without, rest)
            value = worth.of(without + rows.cover[:, site])
            if value > best + 1e-9 * max(1.0, abs(best)):
                times, best, better = without + rows.cover[:, site], value, True
                chosen[at] = site
    return sorted(chosen)


def _best_addition(worth: Worth, times: Floats, chosen: Sequence[int]) -> tuple[int, float]:
    level, slope = worth.level(times)
    weight = worth.rows.weight
    if worth.worst:  # help the regions that are worst off most
        held = np.bincount(worth.group, weight * level, minlength=worth.groups) / np.maximum(
            worth.scale, 1e-12
        )
        weight = weight / np.maximum(worth.scale[worth.group], 1e-12) * np.exp(-8 * held)[worth.group]
    gains = worth.rows.summed(weight * slope)
    gains[list(chosen)] = -np.inf
    return int(np.argmax(gains)), float(gains.max())


def _start(worth: Worth, p: int, clock: Clock) -> Model:
    rows, groups = worth.rows, worth.groups
    model = Model(clock)
    standing = np.arange(rows.sites) < rows.fixed
    model.columns(standing.astype(float), np.ones(rows.sites), np.zeros(rows.sites))
    top = (
        worth.scale
        if worth.worst
        else np.bincount(worth.group, rows.weight, minlength=groups) * worth.gain.max()
    )
    low = np.minimum(0.0, np.bincount(worth.group, rows.weight, minlength=groups) * worth.gain.min())
    cost = np.full(groups, MEAN / max(worth.scale.sum(), 1e-12)) if worth.worst else np.ones(groups)
    model.columns(low, top, cost)
    whole = np.zeros(rows.sites + groups)
    if worth.worst:
        model.columns([0.0], [1.0], [1.0])
        whole = np.append(whole, 0.0)
        for group in np.flatnonzero(worth.scale > 0):
            row = whole.copy()
            row[-1], row[rows.sites + group] = 1.0, -1.0 / worth.scale[group]
            model.row(-INF, 0.0, row)
    row = whole.copy()
    row[rows.fixed : rows.sites] = 1.0
    model.row(p, p, row)
    return model


def _cut(model: Model, worth: Worth, y: Floats, theta: Floats) -> bool:
    """Add the tangents at y that theta breaks; returns whether there were any."""
    sums, constant, coefficients = worth.tangents(y)
    broken = theta - sums > 1e-7 * np.maximum(1.0, np.abs(worth.rows.total))
    for group in np.flatnonzero(broken):
        row = np.zeros(worth.rows.sites + worth.groups + int(worth.worst))
        row[: worth.rows.sites] = -coefficients[group]
        row[worth.rows.sites + group] = 1.0
        model.row(-INF, float(constant[group]), row)
    return bool(broken.any())


def _required(model: Model, worth: Worth, y: Floats, must: Bools) -> bool:
    """Add up to 50 rows of places that have to be reached and are not; returns whether there were any."""
    missed = np.flatnonzero(must & (worth.rows.times(y) < 1 - 1e-6))
    for row in missed[np.argsort(worth.rows.cover[missed].sum(axis=1), kind="stable")][:50]:
        full = np.zeros(worth.rows.sites + worth.groups + int(worth.worst))
        full[: worth.rows.sites] = worth.rows.cover[row]
        model.row(1.0, INF, full)
    return bool(missed.size)


def maximise(
    worth: Worth,
    p: int,
    clock: Clock,
    gap: float = 0.0,
    alternatives: int = 0,
    start: Sequence[int] | None = None,
    must_cover: bool = False,
) -> Plan:
    """Choose p sites beside the standing ones. Always returns the best plan met and a bound, also out of time.

    ``must_cover``: every row that some site reaches has to be reached. Raises Cancelled.
    """
    rows = worth.rows
    must: Bools = np.asarray(rows.cover.any(axis=1) & must_cover, dtype=np.bool_)
    first = list(start) if start is not None else greedy(worth, p)
    best, value = tuple(first), worth.of(rows.counts(first).astype(np.float64))
    if must_cover and (rows.counts(first)[must] < 1).any():
        best, value = (), -np.inf
    model = _start(worth, p, clock)
    _cut(model, worth, np.isin(np.arange(rows.sites), first).astype(float), np.full(worth.groups, np.inf))
    bound = _relax(model, worth, clock, must, value)
    model.whole(rows.sites, True)
    best, value, bound = _whole(model, worth, clock, must, (best, value, bound, gap))
    if not best:
        return Plan("infeasible", (), 0.0, bound)
    done = bound - value <= max(gap * abs(bound), _slack(worth))
    others = _alternatives(model, worth, clock, must, best, alternatives) if done else ()
    return Plan("optimal" if done else "feasible", best, value, max(bound, value), others)


def _slack(worth: Worth) -> float:
    return 1e-6 if worth.worst else 1e-6 * max(1.0, worth.rows.total)


def _relax(model: Model, worth: Worth, clock: Clock, must: Bools, value: float) -> float:
    """Cut the relaxation until it holds; fix sites that cannot be part of a better plan; returns its bound."""
    n = worth.rows.sites
    bound = worth.of(worth.rows.cover.sum(axis=1).astype(np.float64))  # all sites at once
    while clock.left_s > 0:
        solved = model.solve()
        if solved.infeasible or not solved.ended:
            break
        bound = min(bound, solved.bound)
        clock.tell("relaxation", value, bound)
        y = solved.x[:n]
        if not (_cut(model, worth, y, solved.x[n : n + worth.groups]) | _required(model, worth, y, must)):
            hopeless = (y < CLOSE) & (solved.bound + solved.reduced[:n] < value - _slack(worth))
            for site in np.flatnonzero(hopeless[worth.rows.fixed :]) + worth.rows.fixed:
                model.limits(int(site), 0.0, 0.0)
            break
    return bound


Known = tuple[tuple[int, ...], float, float, float]


def _whole(
    model: Model, worth: Worth, clock: Clock, must: Bools, known: Known
) -> tuple[tuple[int, ...], float, float]:
    """Solve, cut and solve again with whole sites until the bound comes down to the best plan."""
    best, value, bound, gap = known
    n = worth.rows.sites
    while clock.left_s > 0 and bound - value > max(gap * abs(bound), _slack(worth)):
        solved = model.solve()
        if solved.infeasible:
            return best, value, min(bound, value) if best else bound
        bound = min(bound, solved.bound)
        if solved.x.size and np.isfinite(solved.value):
            y = np.round(solved.x[:n])
            missing = _required(model, worth, y, must)
            found = worth.of(worth.rows.times(y))
            if not missing and found > value and round(float(y.sum())) == round(float(solved.x[:n].sum())):
                best, value = tuple(int(site) for site in np.flatnonzero(y)), found
            cut = _cut(model, worth, y, solved.x[n : n + worth.groups])
            if solved.ended and not cut and not missing:
                bound = min(bound, max(value, solved.value))
                clock.tell("sites", value, bound)
                break
        clock.tell("sites", value, bound)
        if not solved.ended:
            break
    return best, value, max(bound, value) if best else bound


def _alternatives(
    model: Model, worth: Worth, clock: Clock, must: Bools, best: tuple[int, ...], most: int
) -> tuple[tuple[tuple[int, ...], float], ...]:
    """The next best plans, one after another, each barred from then on."""
    n, found, last = worth.rows.sites, [], best
    for site in range(worth.rows.fixed, n):
        model.limits(site, 0.0, 1.0)
    for _ in range(most):
        row = np.zeros(n + worth.groups + int(worth.worst))
        row[[site for site in last if site >= worth.rows.fixed]] = 1.0
        model.row(-INF, row.sum() - 1, row)
        last, value, bound = _whole(model, worth, clock, must, ((), -np.inf, INF, 0.0))
        if not last or bound - value > _slack(worth):
            break
        found.append((last, value))
    return tuple(found)


def evaluate(worth: Worth, chosen: Sequence[int]) -> float:
    """What a given choice of sites is worth."""
    return worth.of(worth.rows.counts(chosen).astype(np.float64))
