"""From demand and sites to rows: places that the same sites reach are one row, so a million become thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.analysis.engine.demand import Demand, Indices
from app.analysis.engine.reach import Reach
from app.analysis.engine.signatures import MOST_REACHES, Bits, place_bits
from layers.geo import Bools, Floats


@dataclass(frozen=True, eq=False)
class Rows:
    """Distinct rows: ``cover`` (r, sites), ``weight`` (r,), ``region`` (r,). Rows that no site reaches are among them.

    The first ``fixed`` sites stand already; sites are cells' centres or places as the demand has them.
    """

    cover: Bools
    weight: Floats
    region: Indices
    fixed: int

    @property
    def sites(self) -> int:
        """All sites, those that stand included."""
        return int(self.cover.shape[1])

    @property
    def total(self) -> float:
        """All weight."""
        return float(self.weight.sum())

    def counts(self, chosen: Sequence[int]) -> Indices:
        """How many of the chosen sites reach each row."""
        return np.asarray(self.cover[:, list(chosen)].sum(axis=1), dtype=np.intp)

    @cached_property
    def dense(self) -> NDArray[np.float32]:
        """cover as numbers, for products."""
        return self.cover.astype(np.float32)

    def times(self, y: Floats) -> Floats:
        """cover @ y, to single precision; whole y give whole numbers."""
        return np.asarray(self.dense @ y.astype(np.float32), dtype=np.float64)

    def summed(self, values: Floats) -> Floats:
        """values @ cover, to single precision: for each site the sum over the rows it reaches."""
        return np.asarray(values.astype(np.float32) @ self.dense, dtype=np.float64)


def merged(cover_words: list[Bits], region: Indices, weight: Floats, sites: int, fixed: int) -> Rows:
    """Merge equal rows of 64-bit words. A hash finds them; rows that it puts together wrongly would be noticed."""
    random = np.random.default_rng(1)
    keys = np.asarray(region, dtype=np.uint64) * np.uint64(random.integers(1, 2**63) | 1)
    for word in cover_words:
        keys = (keys ^ (keys >> np.uint64(29))) * np.uint64(random.integers(1, 2**63) | 1)
        keys = keys + word * np.uint64(random.integers(1, 2**63) | 1)
    index, found = pd.factorize(keys)
    first = np.zeros(found.size, dtype=np.intp)
    first[index[::-1]] = np.arange(index.size)[::-1]
    columns: list[Indices | Bits] = [*cover_words, region]
    for column in columns:
        if (column[first][index] != column).any():
            raise ArithmeticError("two different rows have one hash")
    words = np.stack([word[first] for word in cover_words], axis=1)
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return Rows(
        cover=bits[:, :sites].astype(np.bool_),
        weight=np.bincount(index, weight, minlength=found.size).astype(np.float64),
        region=region[first],
        fixed=fixed,
    )


def rows_of(
    demand: Demand, fixed: Sequence[Reach], candidates: Sequence[Reach], by_region: bool = False
) -> Rows:
    """Rows of a demand (its first weight) under the standing and the possible sites; by_region keeps regions apart."""
    reaches = [*fixed, *candidates]
    words = [
        place_bits(demand, reaches[at : at + MOST_REACHES]) for at in range(0, len(reaches), MOST_REACHES)
    ]
    region = demand.region if by_region else np.zeros(len(demand), dtype=np.intp)
    return merged(words, region, demand.weight[:, 0], len(reaches), len(fixed))
