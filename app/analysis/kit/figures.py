"""The figures of one demand, all read off its histogram of signatures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.analysis.coverage_result import BaseShare, CountyShare, DemandFigures, LossShare, Words
from app.analysis.engine.measures import by_times, covered, expected, gini, losses, shares
from app.analysis.engine.signatures import Histogram
from app.analysis.kit.flights import Site
from app.analysis.model import County
from layers.geo import Floats

WORST_PAIRS = 10
TITLES = {
    "people": (Words(zh="人口", en="people"), "persons"),
    "area": (Words(zh="陆域", en="land"), "m²"),
    "hazards": (Words(zh="危险源（按等级加权）", en="hazard sources, weighted by grade"), "points"),
    "shelters": (Words(zh="避灾安置场所（按容量）", en="shelters, by places"), "persons"),
    "incidents": (Words(zh="事件", en="incidents"), "weight"),
}


def share(part: float, whole: float) -> float:
    """A part of a whole from 0 to 1; 0 of nothing."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def _worst_county(counties: Sequence[County], held: Floats, total: Floats) -> CountyShare | None:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares_of = np.where(total > 0, held / total, np.inf)[: len(counties)]
    if not shares_of.size or not np.isfinite(shares_of).any():
        return None
    worst = int(np.argmin(shares_of))
    county = counties[worst]
    return CountyShare(
        code=county.code,
        name=county.name,
        name_en=county.name_en,
        covered_share=min(1.0, float(shares_of[worst])),
    )


def figures_of(
    name: str, found: Histogram, sites: Sequence[Site], counties: Sequence[County], busy: float
) -> DemandFigures:
    """Everything the histogram of one demand says. Regions past the counties are land in no county."""
    title, unit = TITLES[name]
    weight, n = found.total[:, 0], found.n
    total, held = float(weight.sum()), covered(found.bits, weight)
    of_base = shares(found.bits, weight, n)
    by_region, reached = found.weight[:, :, 0].sum(axis=1), found.weight[:, found.bits != 0, 0].sum(axis=1)
    part = np.divide(reached, by_region, out=np.zeros_like(reached), where=by_region > 0)

    def lost(at_once: int, most: int) -> list[LossShare]:
        rows = losses(found.bits, weight, n, at_once)[:most]
        return [
            LossShare(lost=[sites[i].id for i in row.lost], remains_share=share(row.remains, total))
            for row in rows
        ]

    return DemandFigures(
        id=name,
        title=title,
        unit=unit,
        total=total,
        covered=held,
        covered_share=share(held, total),
        times_shares=[share(float(w), total) for w in by_times(found.bits, weight, n)],
        bases=[
            BaseShare(
                id=site.id,
                reached=float(of_base.alone[i]),
                unique=float(of_base.unique[i]),
                shapley=float(of_base.shapley[i]),
            )
            for i, site in enumerate(sites)
        ],
        n1=lost(1, n),
        n2=lost(2, WORST_PAIRS) if n > 1 else [],
        busy_fraction=busy,
        expected_share=share(expected(found.bits, weight, [busy] * n), total),
        worst_county=_worst_county(counties, reached, by_region),
        gini=gini(part[: len(counties)], by_region[: len(counties)]),
        doubt_share=share(float(found.doubt[0]), total),
    )
