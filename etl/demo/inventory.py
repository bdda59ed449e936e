"""Inventories of the demo's major hazard installations: tonnes that lead to a wanted GB 18218 grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.constants.shipped import shipped
from layers.grading import gb18218
from layers.grading.inventory import Item, Substances

# What is found together, by industry (CAS numbers; substances and thresholds as in the grading table).
MIXES: dict[str, tuple[str, ...]] = {
    "石油化工": ("71-43-2", "108-88-3", "86290-81-5", "68476-85-7", "75-21-8", "1333-74-0"),
    "基础化工": ("7782-50-5", "7664-41-7", "7647-01-0", "7446-09-5", "1333-74-0", "67-56-1"),
    "精细化工": ("7782-50-5", "75-44-5", "74-90-8", "50-00-0", "108-88-3", "67-56-1"),
    "医药化工": ("108-88-3", "67-56-1", "64-17-5", "7647-01-0", "7664-41-7", "50-00-0"),
    "液化气储配": ("68476-85-7", "74-82-8"),
    "危化品仓储": ("67-56-1", "64-17-5", "71-43-2", "86290-81-5", "108-88-3"),
    "氟化工": ("7664-39-3", "7782-50-5", "7647-01-0"),
    "冷链液氨": ("7664-41-7",),
}
BANDS = {1: (102.0, 420.0), 2: (51.0, 98.0), 3: (10.5, 48.0), 4: (1.1, 9.6)}
RESIDENTS = ((0, 0), (1, 29), (30, 49), (50, 99), (100, 900))
RESIDENT_SHARES = (0.3, 0.34, 0.14, 0.12, 0.1)
LARGEST_T = 60_000.0  # tonnes of one substance that still look like one site


@dataclass(frozen=True)
class Stock:
    """An inventory in the file's notation and the residents within 500 m (persons)."""

    inventory: str
    residents_500m: int


def _draw(industry: str, grade: int, rng: np.random.Generator) -> tuple[list[Item], int]:
    constants = shipped()
    substances = Substances.of(constants)
    low, high = RESIDENTS[int(rng.choice(len(RESIDENTS), p=RESIDENT_SHARES))]
    residents = int(rng.integers(low, high + 1))
    mix = MIXES[industry]
    chosen = rng.choice(len(mix), size=min(len(mix), int(rng.integers(1, 4))), replace=False)
    parts = rng.dirichlet(np.full(len(chosen), 1.2))
    wanted = float(np.exp(rng.uniform(*np.log(BANDS[grade]))))
    wanted /= float(gb18218.alpha_many([residents], constants)[0])
    items: list[Item] = []
    for part, index in zip(parts, chosen, strict=True):
        one = substances.item(mix[int(index)], None, 1.0)
        tonnes = round(float(part) * wanted * one.threshold_t / one.beta, 1)
        if tonnes > 0:
            items.append(substances.item(one.cas, None, tonnes))
    return items, residents


def stock(industry: str, grade: int, rng: np.random.Generator) -> Stock:
    """Return an inventory whose assessment gives exactly ``grade`` (1 to 4) with S >= 1."""
    for _ in range(400):
        items, residents = _draw(industry, grade, rng)
        if not items or max(item.tonnes for item in items) > LARGEST_T:
            continue
        result = gb18218.grade(items, residents, shipped())
        if result.figures["gb18218_grade"] == grade:
            return Stock(";".join(sorted(item.written for item in items)), residents)
    raise RuntimeError(f"no inventory of {industry} reaches grade {grade}")
