"""The models of siting on a question made ready: the plan, its alternatives, and the best for 1 .. p."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.engine.demand import Demand
from app.analysis.engine.maximise import Plan, Worth, maximise
from app.analysis.engine.neighbours import of_cover, of_waits, of_worth
from app.analysis.engine.p_median import p_median
from app.analysis.engine.problem import Rows
from app.analysis.engine.reach import Reach
from app.analysis.engine.set_cover import fewest, p_center
from app.analysis.engine.solver import Clock
from app.analysis.kit.bases import BadCoverage, uses_radius, uses_time
from app.analysis.kit.figures import share
from app.analysis.model import BaseRow
from app.analysis.siting_params import CurvePoint, SitingParams, Unit
from layers.geo import Floats, distances_m

PAIRS_MAX = 40_000_000
WITHOUT_P = ("lscp", "lscp_b")


class Infeasible(BadCoverage):
    """No plan does what was asked; says what would."""

    code = "infeasible"


@dataclass(frozen=True, eq=False)
class Asked:
    """A question made ready: demand, reaches of standing and possible sites, and who the possible ones are."""

    params: SitingParams
    demand: Demand
    fixed: list[Reach]
    candidates: list[Reach]
    rows: list[BaseRow]
    standing: list[BaseRow]

    @property
    def unit(self) -> Unit:
        """The unit of a plan's value."""
        if self.params.model in ("p_center", "p_median"):
            return "s"
        if self.params.model == "lscp":
            return "bases"
        return "share" if self.params.objective == "equity" and self.params.model != "lscp_b" else "weight"


def _seconds(asked: Asked) -> tuple[Floats, Floats]:
    """Waits (places, sites), and weights of the places. Raises BadCoverage ``problem_too_large``."""
    reaches, demand = [*asked.fixed, *asked.candidates], asked.demand
    size = len(demand) * len(reaches)
    if size > PAIRS_MAX:
        raise BadCoverage(
            f"{len(demand)} 个需求格 × {len(reaches)} 个点过大；请减少候选点",
            f"{len(demand)} places by {len(reaches)} sites is too large for this model; use fewer candidates",
            code="problem_too_large",
            largest_candidates=PAIRS_MAX // max(1, len(demand)),
        )
    seconds = np.stack([reach.seconds(demand.points) for reach in reaches], axis=1)
    if not np.isfinite(seconds).all():
        seconds[np.isinf(seconds)] = 1e7  # walled in by closed airspace: as late as can be told
    return seconds, demand.weight[:, 0]


def check_reachable(asked: Asked, rows: Rows) -> None:
    """Raise Infeasible when some place is beyond every candidate, with the limits at which none is."""
    missing = ~rows.cover.any(axis=1) & (rows.weight > 0)
    if not missing.any() or asked.params.skip_unreachable:
        return
    wait_s, away_m = np.full(len(asked.demand), np.inf), np.full(len(asked.demand), np.inf)
    for reach in [*asked.fixed, *asked.candidates]:
        np.minimum(wait_s, reach.seconds(asked.demand.points), out=wait_s)
        np.minimum(away_m, distances_m(reach.lon, reach.lat, asked.demand.points), out=away_m)
    where: dict[str, float] = {}
    if uses_time(asked.params):
        where["smallest_response_min"] = math.ceil(float(wait_s[np.isfinite(wait_s)].max()) / 6) / 10
    if uses_radius(asked.params):
        where["smallest_radius_km"] = math.ceil(float(away_m.max()) / 100 + 0.001) / 10
    zh = {"smallest_response_min": "响应时间至少 {:g} 分", "smallest_radius_km": "半径至少 {:g} km"}
    en = {"smallest_response_min": "{:g} min of response", "smallest_radius_km": "a radius of {:g} km"}
    left = share(float(rows.weight[missing].sum()), rows.total)
    raise Infeasible(
        f"有 {left:.3%} 的需求任何候选点都够不着；"
        f"需{'且'.join(zh[name].format(value) for name, value in where.items())}，或设 skip_unreachable",
        f"{left:.3%} of the demand is beyond all candidates; it takes "
        f"{' and '.join(en[name].format(value) for name, value in where.items())}, or skip_unreachable",
        code="infeasible",
        unreachable_share=left,
        **where,
    )


def _gain(params: SitingParams, sites: int) -> Floats:
    if params.model == "mexclp":
        return np.asarray(1.0 - params.busy_fraction ** np.arange(sites + 1), dtype=np.float64)
    return np.array([-1.0, 0.0, 1.0]) if params.model == "lscp_b" else np.array([0.0, 1.0])


class Models:
    """The model asked for, ready to be solved for any p."""

    def __init__(self, asked: Asked, rows: Rows) -> None:
        self.asked, self.rows = asked, rows
        self._waits: tuple[Floats, Floats] | None = None
        self._shares = replace(
            rows, weight=rows.weight / max(rows.total, 1e-300)
        )  # of about one, as solvers like it

    def solve(self, p: int, clock: Clock, alternatives: int) -> Plan:
        """The best plan with p new sites (lscp, lscp_b: with the fewest), and others beside it.

        Raises Infeasible, Cancelled, BadCoverage ``problem_too_large``.
        """
        params = self.asked.params
        if params.model in ("p_center", "p_median"):
            return self._by_waits(p, clock, alternatives)
        if params.model in WITHOUT_P:
            return self._cover(clock, alternatives)
        worth = Worth(self._shares, _gain(params, self.rows.fixed + p), params.objective == "equity")
        plan = maximise(worth, p, clock, params.gap_target, alternatives)
        return self._weighed(of_worth(plan, worth, alternatives, clock))

    def _by_waits(self, p: int, clock: Clock, alternatives: int) -> Plan:
        params, fixed = self.asked.params, self.rows.fixed
        if self._waits is None:
            self._waits = _seconds(self.asked)
        seconds, weight = self._waits
        if params.model == "p_center":
            lived = seconds[weight > 0]
            return of_waits(p_center(lived, fixed, p, clock), lived, None, fixed, alternatives, clock)
        shares = weight / max(float(weight.sum()), 1e-300)
        plan = p_median(seconds, shares, fixed, p, clock, params.gap_target)
        return of_waits(plan, seconds, shares, fixed, alternatives, clock)

    def _cover(self, clock: Clock, alternatives: int) -> Plan:
        check_reachable(self.asked, self.rows)
        plan = fewest(self.rows, clock)
        if self.asked.params.model == "lscp":
            return of_cover(plan, self.rows, alternatives, clock)
        worth = Worth(self._shares, _gain(self.asked.params, self.rows.sites))
        twice = maximise(
            worth, int(plan.value), clock, alternatives=alternatives, start=plan.chosen, must_cover=True
        )
        must = np.asarray(self.rows.cover.any(axis=1), dtype=np.bool_)
        fewest_known = plan.status == "optimal"
        proven = twice if fewest_known else replace(twice, status="feasible")
        return self._weighed(of_worth(proven, worth, alternatives, clock, must))

    def _weighed(self, plan: Plan) -> Plan:
        if self.asked.unit != "weight":
            return plan
        total = self.rows.total
        others = tuple((chosen, value * total) for chosen, value in plan.alternatives)
        return replace(plan, value=plan.value * total, bound=plan.bound * total, alternatives=others)

    def covered(self, chosen: Sequence[int]) -> float:
        """The share of the weight that these sites reach."""
        return share(float(self.rows.weight[self.rows.counts(chosen) > 0].sum()), self.rows.total)

    def curve(self, last: Plan, clock: Clock) -> list[CurvePoint] | None:
        """The best with 1 .. p new sites, each within its part of the time that is left; ``last`` is the one with p.

        None where it was not asked for, and for lscp and lscp_b, which find p themselves.
        """
        params = self.asked.params
        if not params.curve or params.model in WITHOUT_P:
            return None
        points = []
        for p in range(1, params.p + 1):
            part = Clock(clock.left_s / max(1, params.p - p), clock.stopped, clock.tell)
            plan = last if p == params.p else self.solve(p, part, 0)
            status = "optimal" if plan.status == "optimal" else "feasible"
            covered = self.covered(plan.chosen)
            points.append(
                CurvePoint(p=p, status=status, value=plan.value, bound=plan.bound, covered_share=covered)
            )
        return points
