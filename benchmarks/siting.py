"""Time of siting, beside the usual compact model in the same solver and (where installed) spopt. Prints seconds.

python benchmarks/siting.py [--large]      --large: a million places, 300 sites
"""

from __future__ import annotations

import importlib.util
import sys
import time

import highspy
import numpy as np

from app.analysis.engine import Demand, Flight, Reach
from app.analysis.engine.maximise import Worth, maximise
from app.analysis.engine.problem import rows_of
from app.analysis.engine.signatures import place_bits
from app.analysis.engine.solver import Clock

P, LIMIT_S = 5, 150.0
COVER = np.array([0.0, 1.0])


def problem(places: int, sites: int) -> tuple[Demand, list[Reach]]:
    random = np.random.default_rng(4)
    demand = Demand.of(
        random.uniform(118, 123, places), random.uniform(27, 31.2, places), random.random(places)
    )
    flight = Flight(900, 200 / 3.6, 2700)
    lon, lat = random.uniform(118, 123, sites), random.uniform(27, 31.2, sites)
    return demand, [Reach(float(x), float(y), flight) for x, y in zip(lon, lat, strict=True)]


def ours(demand: Demand, sites: list[Reach]) -> tuple[float, float, int, float]:
    """Seconds in all, the share of weight, the rows after merging, the gap."""
    start = time.perf_counter()
    rows = rows_of(demand, [], sites)
    plan = maximise(Worth(rows, COVER), P, Clock(LIMIT_S))
    return time.perf_counter() - start, plan.value / rows.total, len(rows.weight), plan.gap


def compact(demand: Demand, sites: list[Reach]) -> tuple[float, float | None]:
    """One row and one column per place, as libraries build it, given to HiGHS; None: no solution in the limit."""
    start = time.perf_counter()
    words = [place_bits(demand, sites[at : at + 64]) for at in range(0, len(sites), 64)]
    cover = np.unpackbits(np.stack(words, axis=1).view(np.uint8), axis=1, bitorder="little")[:, : len(sites)]
    n, j = len(demand), len(sites)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = j + n, n + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(j), demand.weight[:, 0]])
    model.col_lower_, model.col_upper_ = np.zeros(j + n), np.ones(j + n)
    model.row_lower_ = np.concatenate([np.zeros(n), [P]])
    model.row_upper_ = np.concatenate([np.full(n, highspy.kHighsInf), [P]])
    which = np.nonzero(cover)[1]
    counts = cover.sum(axis=1, dtype=np.int64) + 1
    starts = np.concatenate([[0], np.cumsum(counts), [counts.sum() + j]])
    index, value = np.empty(starts[-1], dtype=np.int32), np.ones(starts[-1])
    last = starts[1 : n + 1] - 1
    index[last], value[last] = j + np.arange(n), -1.0
    inner = np.ones(starts[n], dtype=bool)
    inner[last] = False
    index[: starts[n]][inner] = which
    index[starts[n] :] = np.arange(j)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, index, value
    model.integrality_ = [highspy.HighsVarType.kInteger] * j + [highspy.HighsVarType.kContinuous] * n
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 2)
    highs.setOptionValue("time_limit", LIMIT_S)
    highs.passModel(model)
    highs.run()
    done = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    share = highs.getInfo().objective_function_value / float(demand.weight.sum()) if done else None
    return time.perf_counter() - start, share


def spopt(demand: Demand, sites: list[Reach]) -> tuple[float, float]:
    """Seconds and share of spopt's MCLP with PuLP's CBC on the full matrix of seconds."""
    import pulp
    from spopt.locate import MCLP

    start = time.perf_counter()
    seconds = np.stack([reach.seconds(demand.points) for reach in sites], axis=1)
    model = MCLP.from_cost_matrix(seconds, demand.weight[:, 0], 2700, p_facilities=P)
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=LIMIT_S))
    share = float(pulp.value(model.problem.objective)) / float(demand.weight.sum())
    return time.perf_counter() - start, share


def main() -> int:
    sizes = [(1_000, 100), (10_000, 50)]
    sizes += [(1_000_000, 100), (1_000_000, 300)] if "--large" in sys.argv else []
    has_spopt = importlib.util.find_spec("spopt") is not None
    if not has_spopt:
        print("spopt is not installed: pip install spopt pulp, to have it beside")
    for places, count in sizes:
        demand, sites = problem(places, count)
        taken, share, rows, gap = ours(demand, sites)
        print(f"{places:>9,} x {count:3}  ours {taken:7.2f} s  {rows:6,} rows  {share:.4%}  gap {gap:.1e}")
        if places <= 10_000:
            slow, found = compact(demand, sites)
            said = "no solution" if found is None else f"{found:.4%}"
            print(f"{'':15} compact {slow:7.2f} s  {said}   {slow / taken:6.1f} x ours")
            if has_spopt:
                slow, optimum = spopt(demand, sites)
                print(f"{'':17} spopt {slow:7.2f} s  {optimum:.4%}   {slow / taken:6.1f} x ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
