"""The fewest sites that reach every place (LSCP), and within it: fewest minutes to the farthest (p-center).

Rows are brought in only as they are missed, so the bound is one of a relaxation and holds throughout.
"""

from __future__ import annotations

import numpy as np

from app.analysis.engine.maximise import Plan
from app.analysis.engine.problem import Rows
from app.analysis.engine.solver import INF, Clock, Model
from layers.geo import Floats

BATCH = 60


def cover_greedily(rows: Rows) -> list[int]:
    """Sites that reach every row that can be reached, the most useful first, then without those that are idle."""
    chosen = list(range(rows.fixed))
    times = rows.counts(chosen)
    can = rows.cover.any(axis=1)
    while (open_ := can & (times == 0)).any():
        site = int(np.argmax(rows.cover[open_].sum(axis=0)))
        chosen.append(site)
        times = times + rows.cover[:, site]
    for site in chosen[rows.fixed :]:
        if not (can & (times - rows.cover[:, site] == 0)).any():
            chosen.remove(site)
            times = times - rows.cover[:, site]
    return sorted(chosen)


def fewest(rows: Rows, clock: Clock, enough: int | None = None) -> Plan:
    """The least number of new sites that reach every row that any site reaches; ``value`` and ``bound`` count them.

    With ``enough``, stops as soon as so many are known to do or not to do. Raises Cancelled.
    """
    best = cover_greedily(rows)
    value, bound = len(best) - rows.fixed, 0.0
    model = Model(clock)
    standing = (np.arange(rows.sites) < rows.fixed).astype(float)
    model.columns(standing, np.ones(rows.sites), -(1.0 - standing))
    model.whole(rows.sites, True)
    must = rows.cover.any(axis=1)
    size = rows.cover.sum(axis=1)
    y = standing
    while clock.left_s > 0 and value > np.ceil(bound - 1e-6):
        if enough is not None and (value <= enough or np.ceil(bound - 1e-6) > enough):
            break
        missed = np.flatnonzero(must & (rows.times(y) < 0.5))
        if not missed.size:
            best, value = [int(site) for site in np.flatnonzero(y > 0.5)], round(float(y.sum())) - rows.fixed
            break
        for row in missed[np.argsort(size[missed], kind="stable")][:BATCH]:
            model.row(1.0, INF, rows.cover[row].astype(np.float64))
        solved = model.solve()
        bound = max(bound, -solved.bound)
        clock.tell("sites", value, bound)
        if not solved.ended:
            break
        y = np.round(solved.x)
    bound = float(np.ceil(bound - 1e-6)) if value > bound else float(value)
    return Plan(
        "optimal" if value <= bound else "feasible", tuple(best), float(value), min(bound, float(value))
    )


def p_center(seconds: Floats, fixed: int, p: int, clock: Clock) -> Plan:
    """p new sites with the least longest wait. ``seconds`` (places, sites) may be infinite; the standing sites first.

    Thresholds are halved between what is known to do and not to do, each a covering problem; the last one proves
    that nothing shorter than the plan's own longest wait does. Raises Cancelled.
    """
    chosen = _farthest_first(seconds, fixed, p)
    value = _longest(seconds, chosen)
    low = float(seconds.min(axis=1).max(initial=0.0)) - 1e-9  # nobody can wait less, with all sites
    proven = False
    while clock.left_s > 0 and not proven:
        waits = value - low
        limit = low + waits / 2 if waits > 1.0 and np.isfinite(value) else np.nextafter(value, 0.0)
        plan = fewest(_within(seconds, fixed, limit), clock, enough=p)
        if plan.value <= p and _longest(seconds, plan.chosen) <= limit:
            chosen, value = list(plan.chosen), _longest(seconds, plan.chosen)
        elif plan.bound > p or not _all_reached(seconds, limit):
            low, proven = max(low, limit), limit >= np.nextafter(value, 0.0)
        else:
            break
        clock.tell("threshold", value, low)
    while len(chosen) < fixed + p:
        chosen.append(next(site for site in range(seconds.shape[1]) if site not in chosen))
    return Plan("optimal" if proven else "feasible", tuple(sorted(chosen)), value, value if proven else low)


def _within(seconds: Floats, fixed: int, limit: float) -> Rows:
    packed = np.unique(np.packbits(seconds <= limit, axis=1), axis=0)
    cover = np.unpackbits(packed, axis=1)[:, : seconds.shape[1]].astype(np.bool_)
    return Rows(cover, np.ones(len(cover)), np.zeros(len(cover), dtype=np.intp), fixed)


def _all_reached(seconds: Floats, limit: float) -> bool:
    return bool((seconds.min(axis=1) <= limit).all())


def _longest(seconds: Floats, chosen: list[int] | tuple[int, ...]) -> float:
    return float(seconds[:, list(chosen)].min(axis=1).max(initial=0.0)) if len(chosen) else float("inf")


def _farthest_first(seconds: Floats, fixed: int, p: int) -> list[int]:
    """A first plan: again and again the site that is best for whoever waits longest."""
    chosen = list(range(fixed))
    for _ in range(p):
        waits = seconds[:, chosen].min(axis=1) if chosen else np.full(len(seconds), np.inf)
        order = np.argsort(seconds[int(np.argmax(waits))], kind="stable")
        chosen.append(int(next(site for site in order if site not in chosen)))
    return chosen
