"""The two questions to reaches and a demand: who is reached by whom, and what changes between two layouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.engine.demand import Demand
from app.analysis.engine.reach import Reach
from app.analysis.engine.signatures import Histogram, histogram
from layers.geo import Floats


def coverage(reaches: Sequence[Reach], demand: Demand) -> Histogram:
    """Weight of the demand by region and by which reaches hold it (bit i: reach i); see measures.py for the figures."""
    return histogram(demand, reaches)


@dataclass(frozen=True, eq=False)
class Difference:
    """What layout b reaches and a does not, the other way round, and both; each (regions, measures)."""

    gained: Floats
    lost: Floats
    kept: Floats


def compare(a: Sequence[Reach], b: Sequence[Reach], demand: Demand) -> Difference:
    """Compare two layouts over one demand, by region. At most 64 reaches in all."""
    found = histogram(demand, [*a, *b])
    of_a = np.uint64((1 << len(a)) - 1)
    in_a, in_b = found.bits & of_a != 0, found.bits & ~of_a != 0
    return Difference(
        gained=found.weight[:, ~in_a & in_b].sum(axis=1),
        lost=found.weight[:, in_a & ~in_b].sum(axis=1),
        kept=found.weight[:, in_a & in_b].sum(axis=1),
    )
