"""Figures from one histogram of signatures: how often covered, by whom alone, what the loss of one or two bases does.

Everything here costs with the number of signatures, not of places. ``weight`` is (s,) of one measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.analysis.engine.signatures import ONE, Bits
from layers.geo import Bools, Floats


def memberships(bits: Bits, n: int) -> Bools:
    """Which of n reaches hold each signature, (s, n)."""
    return np.asarray((bits[:, None] >> np.arange(n, dtype=np.uint64)) & ONE != 0, dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Shares:
    """Per base, in the unit of the weight.

    ``alone``: what it holds; ``unique``: what only it holds, hence what its loss costs; ``shapley``: its fair part of
    what all hold together, adding up to that (weight held by k bases is divided by k).
    """

    alone: Floats
    unique: Floats
    shapley: Floats


def shares(bits: Bits, weight: Floats, n: int) -> Shares:
    """The share of each base."""
    held = memberships(bits, n)
    times = held.sum(axis=1)
    fair = np.divide(weight, times, out=np.zeros_like(weight), where=times > 0)
    return Shares(weight @ held, np.where(times == 1, weight, 0.0) @ held, fair @ held)


def by_times(bits: Bits, weight: Floats, n: int) -> Floats:
    """Weight that is held exactly k times, k = 0..n."""
    times = memberships(bits, n).sum(axis=1)
    return np.bincount(times, weight, minlength=n + 1).astype(np.float64)


def covered(bits: Bits, weight: Floats) -> float:
    """Weight that is held at all."""
    return float(weight[bits != 0].sum())


@dataclass(frozen=True)
class Loss:
    """What remains covered when the bases with these indices are lost."""

    lost: tuple[int, ...]
    remains: float


def losses(bits: Bits, weight: Floats, n: int, at_once: int) -> list[Loss]:
    """Every loss of one or two bases (N-1, N-2), the worst first; ties by index."""
    found = []
    for lost in combinations(range(n), at_once):
        mask = np.uint64(sum(1 << i for i in lost))
        found.append(Loss(lost, float(weight[bits & ~mask != 0].sum())))
    return sorted(found, key=lambda loss: (loss.remains, loss.lost))


def expected(bits: Bits, weight: Floats, busy: Sequence[float]) -> float:
    """Expected covered weight when base i is busy with probability busy[i], independently (Daskin's MEXCLP)."""
    held = memberships(bits, len(busy))
    free = 1.0 - np.where(held, np.asarray(busy, dtype=np.float64), 1.0).prod(axis=1)
    return float(weight @ free)


def gini(share: Floats, weight: Floats) -> float:
    """Gini coefficient of a share over regions that count by weight; 0 all alike, towards 1 all in one.

    With regions in order of rising share, L the running part of the covered weight and W that of the weight:
    1 - sum (L_i + L_(i-1)) (W_i - W_(i-1)). 0 when nothing is covered.
    """
    counted = weight > 0
    share, weight = share[counted], weight[counted]
    order = np.argsort(share, kind="stable")
    held = np.cumsum(share[order] * weight[order])
    if not held.size or held[-1] <= 0:
        return 0.0
    line = np.concatenate([[0.0], held / held[-1]])
    people = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    return float(max(0.0, 1.0 - ((line[1:] + line[:-1]) * np.diff(people)).sum()))
