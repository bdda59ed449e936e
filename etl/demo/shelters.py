"""Demo shelters: 8,250 in three levels, of which 3,218 (39 %) are standardised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.demo.facts import City, County, cities, counties
from etl.demo.places import Places
from etl.demo.share import share_out

TOTAL, STANDARDISED = 8_250, 3_218
TOWNSHIP_TOTAL = 2_000  # one or two a town
LEAST_PLACES = {"county": 200, "township": 100, "village": 50}
MOST_PLACES = {"county": 2_600, "township": 640, "village": 240}
STATUS = ("closed", "open", "opening", "full", "unusable")
STATUS_SHARES = (0.905, 0.06, 0.012, 0.004, 0.019)
KINDS = (
    "flood;typhoon",
    "flood;typhoon;geology",
    "typhoon;earthquake",
    "flood;typhoon;earthquake;geology;fire;chemical",
)
KIND_SHARES = (0.42, 0.3, 0.1, 0.18)


def _levels() -> dict[str, list[str]]:
    """Return the levels of each county's shelters: one to three of the county, one or two a town, the rest villages."""
    county_level = {c.code: 1 + (c.population > 450_000) + (c.population > 1_000_000) for c in counties()}
    township = share_out(TOWNSHIP_TOTAL, {c.code: float(c.towns) for c in counties()}, least=1)
    left = TOTAL - TOWNSHIP_TOTAL - sum(county_level.values())
    village = share_out(left, {c.code: c.towns * 8 + (c.population / 1e5) * 4 for c in counties()})
    return {
        code: ["county"] * county_level[code] + ["township"] * township[code] + ["village"] * village[code]
        for code in sorted(county_level)
    }


def _capacity(level: str, rng: np.random.Generator) -> int:
    low, high = LEAST_PLACES[level], MOST_PLACES[level]
    return int(round(low + (high - low) * float(rng.beta(1.3, 4.0)), -1))


def _one(number: int, level: str, county: County, city: City, rng: np.random.Generator) -> dict[str, object]:
    capacity = _capacity(level, rng)
    status = str(rng.choice(STATUS, p=STATUS_SHARES))
    taken = {"open": int(capacity * float(rng.beta(1.2, 5.0))), "full": capacity}
    return {
        "code": f"BZ{county.code}{number:04d}",
        "name": f"{county.name}演示避灾安置点{number:03d}",
        "level": level,
        "county_code": county.code,
        "address": f"{city.name}{county.name}演示路{number}号",
        "capacity": capacity,
        "area_m2": round(capacity * float(rng.uniform(1.6, 4.2)), 0),
        "occupied": taken.get(status, 0),
        "hazards": str(rng.choice(KINDS, p=KIND_SHARES)),
        "status": status,
        "indoor": "否" if rng.random() < 0.08 else "是",
        "phone": f"{city.phone_prefix}-0000{int(rng.integers(10_000)):04d}",
    }


def shelters(places: Places, seed: int) -> pd.DataFrame:
    """Return the shelters, standing where people live."""
    rng = np.random.default_rng([seed, 4])
    city_of = {city.code: city for city in cities()}
    levels = _levels()
    rows: list[dict[str, object]] = []
    rank: list[float] = []
    for county in counties():
        own = levels[county.code]
        points = places.settled(county.code, len(own), rng, power=0.7)
        effort = float(rng.uniform(0.35, 2.2))  # some counties are far ahead with their standardising
        for number, (level, point) in enumerate(zip(own, points, strict=True), start=1):
            row = _one(number, level, county, city_of[county.city_code], rng)
            rows.append(row | {"lon": point[0], "lat": point[1]})
            rank.append(float(rng.exponential()) / effort)
    frame = pd.DataFrame(rows)
    frame["standardised"] = "否"
    frame.loc[np.argsort(np.array(rank), kind="stable")[:STANDARDISED], "standardised"] = "是"
    return frame
