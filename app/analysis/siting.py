"""Siting: where further bases help most, proven best or with the distance to what could be best at most."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from app.analysis.coverage import check_region
from app.analysis.coverage_params import CoverageParams
from app.analysis.coverage_result import Source, Words
from app.analysis.engine.maximise import Plan
from app.analysis.engine.no_fly import NoFly
from app.analysis.engine.problem import Rows, rows_of
from app.analysis.engine.reach import Reach
from app.analysis.engine.solver import Clock
from app.analysis.kit.bases import BadCoverage, check_numbers, check_place, choose, need
from app.analysis.kit.figures import share
from app.analysis.kit.flights import Rules, rules_of, site_of
from app.analysis.kit.plans import Asked, Infeasible, Models
from app.analysis.kit.prepare import Prepared, prepared_for
from app.analysis.kit.scenario import scenario_id
from app.analysis.model import BaseRow, CoverageInputs
from app.analysis.rows import aircraft_rows
from app.analysis.siting_params import Alternative, ChosenSite, SitingParams, SitingResult
from layers.errors import Unavailable
from layers.geo import METRES_PER_DEGREE_MAX

CANDIDATES_MAX = 2000
SOLVER = "HiGHS 1.x, seed 1"


def _grid(step_m: float, prepared: Prepared) -> list[BaseRow]:
    need("候选网格", "grid_m", step_m, (1000, 200_000, "m"), "grid_out_of_range")
    west, south, east, north = shapely.total_bounds(prepared.parts)
    up = step_m / METRES_PER_DEGREE_MAX
    over = up / math.cos(math.radians((south + north) / 2))
    lon, lat = np.meshgrid(np.arange(west + over / 2, east, over), np.arange(south + up / 2, north, up))
    which = np.unique(
        prepared.tree.query(shapely.points(lon.ravel(), lat.ravel()), predicate="intersects")[0]
    )
    return [
        BaseRow(f"{x:.5f},{y:.5f}", f"{x:.3f}, {y:.3f}", round(float(x), 5), round(float(y), 5))
        for x, y in zip(lon.ravel()[which], lat.ravel()[which], strict=True)
    ]


def candidate_rows(
    params: SitingParams, prepared: Prepared, landing: Sequence[BaseRow], no_fly: NoFly | None
) -> list[BaseRow]:
    """The candidates, without those in forbidden areas and closed airspace.

    Raises BadCoverage: bad_forbidden, no_candidates, too_many_candidates.
    """
    found: list[BaseRow] = []
    for i, place in enumerate(params.candidates or []):
        check_place(place, f"candidates.{i}")
        name = f"{place.lon:.6f},{place.lat:.6f}"
        found.append(BaseRow(name, place.name or name, place.lon, place.lat))
    found += landing
    if params.grid_m is not None:
        found += _grid(params.grid_m, prepared)
    for i, drawn in enumerate(params.forbidden or []):
        try:
            area = shapely.make_valid(shapely.from_geojson(json.dumps(drawn.get("geometry", drawn))))
        except (shapely.errors.GEOSException, ValueError) as error:
            raise BadCoverage(
                f"第 {i + 1} 个禁建区不是 GeoJSON 多边形",
                f"forbidden area {i + 1} is not a GeoJSON polygon",
                code="bad_forbidden",
            ) from error
        found = [row for row in found if not shapely.intersects_xy(area, row.lon, row.lat)]
    if no_fly is not None:
        found = [row for row in found if not shapely.intersects_xy(no_fly.area, row.lon, row.lat)]
    if not found:
        raise BadCoverage(
            "没有候选点：请给出 candidates、candidate_kinds 或 grid_m",
            "no candidate: give candidates, candidate_kinds or grid_m",
            code="no_candidates",
        )
    if len(found) > CANDIDATES_MAX:
        raise BadCoverage(
            f"候选点 {len(found)} 个，最多 {CANDIDATES_MAX} 个；请加大网格",
            f"{len(found)} candidates, at most {CANDIDATES_MAX}; use a coarser grid",
            code="too_many_candidates",
        )
    return list({row.id: row for row in found}.values())


@dataclass(frozen=True)
class Question:
    """A question that can be answered: the rules of flight, the bases that stand, and the candidates."""

    prepared: Prepared
    rules: Rules
    standing: list[BaseRow]
    rows: list[BaseRow]


def check(params: SitingParams, inputs: CoverageInputs, landing: Sequence[BaseRow]) -> Question:
    """Refuse, before any work, what cannot be asked. Raises BadCoverage by name (kit/bases.py, candidate_rows)."""
    check_numbers(params)
    need("占用率", "busy_fraction", params.busy_fraction, (0, 0.99, ""), "busy_fraction_out_of_range")
    prepared = prepared_for(inputs)
    rules = rules_of(params, aircraft_rows(inputs.aircraft_file))
    standing = [] if params.fixed == [] else choose(CoverageParams(bases=params.fixed), inputs.bases)
    check_region(prepared, standing)
    rows = candidate_rows(params, prepared, landing, rules.no_fly)
    if params.p > len(rows):
        raise BadCoverage(
            f"候选点只有 {len(rows)} 个，少于 p = {params.p}",
            f"only {len(rows)} candidates for p = {params.p}",
            code="too_few_candidates",
            largest_p=len(rows),
        )
    return Question(prepared, rules, standing, rows)


def _ask(params: SitingParams, inputs: CoverageInputs, landing: Sequence[BaseRow]) -> Asked:
    question = check(params, inputs, landing)
    prepared, rules, standing, rows = question.prepared, question.rules, question.standing, question.rows
    if params.objective == "area":
        demand = prepared.land
    elif prepared.people is not None:
        demand = prepared.people.demand
    else:
        raise Unavailable("还没有载入人口栅格", "no population raster is loaded", code="raster_missing")
    fixed, candidates = _reaches(rules, standing), _reaches(rules, rows)
    return Asked(params, demand, fixed, candidates, rows, standing)


def _reaches(rules: Rules, rows: Sequence[BaseRow]) -> list[Reach]:
    return [site_of(rules, row).reach for row in rows]


def _unreachable(rows: Rows) -> float:
    return share(float(rows.weight[~rows.cover.any(axis=1)].sum()), rows.total)


def _chosen(asked: Asked, rows: Rows, plan: Plan) -> list[ChosenSite]:
    counts, fixed = rows.counts(plan.chosen), len(asked.fixed)
    found = []
    for site in plan.chosen[fixed:]:
        row = asked.rows[site - fixed]
        adds = float(rows.weight[rows.cover[:, site] & (counts == 1)].sum())
        found.append(
            ChosenSite(
                id=row.id,
                name=row.name,
                lon=row.lon,
                lat=row.lat,
                adds=adds,
                adds_share=share(adds, rows.total),
            )
        )
    return sorted(found, key=lambda one: (-one.adds, one.id))


def run(
    params: SitingParams, inputs: CoverageInputs, landing: Sequence[BaseRow] = (), clock: Clock | None = None
) -> SitingResult:
    """Answer one siting question; ``landing`` are the landing points of the kinds asked for.

    Raises BadCoverage by name (kit/bases.py, candidate_rows), Infeasible with what would do, Unavailable
    ``raster_missing``, Cancelled. Out of time it returns the best plan met, its bound and ``partial``.
    """
    began = time.monotonic()
    clock = clock or Clock(params.time_limit_s)
    asked = _ask(params, inputs, landing)
    clock.tell("rows", 0.0, 0.0)
    rows = rows_of(asked.demand, asked.fixed, asked.candidates, by_region=params.objective == "equity")
    models = Models(asked, rows)
    plan = models.solve(params.p, clock, params.alternatives)
    if not plan.chosen and plan.status == "infeasible":
        raise Infeasible("没有可行方案", "no plan is feasible", code="infeasible")
    fixed = len(asked.fixed)
    return SitingResult(
        scenario_id=scenario_id(
            "siting",
            params,
            asked.standing,
            list(aircraft_rows(inputs.aircraft_file).values()),
            inputs.sources,
        ),
        model=params.model,
        objective=params.objective,
        status="optimal" if plan.status == "optimal" else "feasible",
        partial=plan.status != "optimal",
        value=plan.value,
        bound=plan.bound,
        gap=plan.gap,
        unit=asked.unit,
        sites=_chosen(asked, rows, plan),
        covered_share_before=models.covered(range(fixed)),
        covered_share_after=models.covered(plan.chosen),
        unreachable_share=_unreachable(rows),
        alternatives=[
            Alternative(sites=[asked.rows[site - fixed].id for site in chosen[fixed:]], value=value)
            for chosen, value in plan.alternatives
        ],
        curve=models.curve(plan, clock),
        candidates=len(asked.rows),
        rows=len(rows.weight),
        solver=SOLVER,
        seed=1,
        seconds=time.monotonic() - began,
        method=METHOD,
        sources=[Source(**vars(source)) for source in inputs.sources],
    )


METHOD = Words(
    zh="需求格按中心计；到达范围相同的需求格合并（不改变结果）；先贪心交换，再以割平面与 HiGHS 求解，"
    "给出方案值、可证明的上（下）界和差距；差距为 0 即证明最优。",
    en="Cells count by their centre; those that the same sites reach are merged, which changes nothing. Greedy and "
    "exchange first, then cuts with HiGHS; the plan comes with a proven bound, and a gap of 0 proves it best.",
)
