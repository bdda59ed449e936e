"""A thin hand on HiGHS: a model that grows row by row, solved again and again within one time limit.

HiGHS has no callback for lazy rows, so models are solved, cut, and solved again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import ArrayLike

from layers.errors import Cancelled
from layers.geo import Floats

INF = highspy.kHighsInf
Tell = Callable[[str, float, float], None]


def nobody(step: str, value: float, bound: float) -> None:
    """Tell nobody."""


@dataclass
class Clock:
    """The time limit of a run (s), whether somebody stopped it, and who is told how far it is."""

    limit_s: float
    stopped: Callable[[], bool] = lambda: False
    tell: Tell = nobody
    began: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """Seconds left; not below 0."""
        return max(0.0, self.began + self.limit_s - time.monotonic())

    def check(self) -> None:
        """Raise Cancelled when somebody stopped the run."""
        if self.stopped():
            raise Cancelled("选址计算已取消", "the siting run was cancelled")


@dataclass(frozen=True, eq=False)
class Solved:
    """Column values, their reduced costs (of a relaxation), the objective and the bound on it; ``ended``: proven."""

    x: Floats
    reduced: Floats
    value: float
    bound: float
    ended: bool
    infeasible: bool


class _Quiet(highspy.Highs):
    """HiGHS that says nothing: its own constructor prints a banner before it can be told not to."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        kinds = range(int(highspy.cb.HighsCallbackType.kCallbackMax) + 1)
        self.callbacks = [
            highspy.highs.HighsCallback(highspy.cb.HighsCallbackType(kind), self) for kind in kinds
        ]
        self.enableCallbacks()  # type: ignore[no-untyped-call]


class Model:
    """A model that is maximised; columns are added first, rows at any time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._highs = _Quiet()
        for name, value in (("threads", 2), ("random_seed", 1), ("mip_rel_gap", 0.0)):
            self._highs.setOptionValue(name, value)
        self._highs.setOptionValue("mip_abs_gap", 1e-9)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._highs.cbMipInterrupt.subscribe(self._interrupt)

    def _interrupt(self, event: highspy.highs.HighsCallbackEvent) -> None:
        if self._clock.stopped():
            event.interrupt()

    def columns(self, lower: ArrayLike, upper: ArrayLike, cost: ArrayLike) -> None:
        """Add columns with these limits and objective coefficients."""
        for low, high, value in zip(np.ravel(lower), np.ravel(upper), np.ravel(cost), strict=True):
            self._highs.addVar(float(low), float(high))
            self._highs.changeColCost(self._highs.getNumCol() - 1, float(value))

    def limits(self, column: int, low: float, high: float) -> None:
        """Change the limits of a column."""
        self._highs.changeColBounds(column, low, high)

    def whole(self, columns: int, yes: bool) -> None:
        """Take the first columns as whole numbers, or as any."""
        kind = highspy.HighsVarType.kInteger if yes else highspy.HighsVarType.kContinuous
        for column in range(columns):
            self._highs.changeColIntegrality(column, kind)

    def row(self, lower: float, upper: float, coefficients: Floats) -> None:
        """Add lower <= coefficients . x <= upper."""
        at = np.flatnonzero(coefficients)
        self._highs.addRow(lower, upper, at.size, at.astype(np.int32), coefficients[at].astype(np.float64))

    def solve(self, start: Floats | None = None) -> Solved:
        """Solve within what is left of the clock. Raises Cancelled."""
        self._clock.check()
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(0.01, self._clock.left_s))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start)
            self._highs.setSolution(solution)
        self._highs.run()
        self._clock.check()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        found = self._highs.getSolution()
        ended = status == highspy.HighsModelStatus.kOptimal
        is_mip = any(kind == highspy.HighsVarType.kInteger for kind in self._highs.getLp().integrality_)
        bound = info.mip_dual_bound if is_mip else info.objective_function_value if ended else INF
        return Solved(
            x=np.array(found.col_value),
            reduced=np.array(found.col_dual),
            value=info.objective_function_value,
            bound=bound,
            ended=ended,
            infeasible=status == highspy.HighsModelStatus.kInfeasible,
        )
