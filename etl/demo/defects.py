"""Demo defects with their clocks, and sensitive targets near the installations."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from etl.demo.facts import counties
from etl.demo.places import Places

DEFECTS = {"city": 297, "county": 827}
"""As many as the summary of 2019 names in two of its rounds; places and days are made up."""
OPEN_SHARE = 0.22
TARGETS = 2_400
TARGET_KINDS = ("school", "hospital", "care_home", "market", "dwelling")
TARGET_SHARES = (0.3, 0.08, 0.12, 0.1, 0.4)
TARGET_WORDS = {
    "school": "学校",
    "hospital": "医院",
    "care_home": "养老院",
    "market": "市场",
    "dwelling": "居住区",
}


def defects(sources: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return defects at hazard sources: most are closed, some within their clock, some past it."""
    rng = np.random.default_rng([seed, 15])
    rows: list[dict[str, object]] = []
    for level, count in DEFECTS.items():
        chosen = sources.iloc[rng.choice(len(sources), count, replace=False)]
        for number, one in enumerate(chosen.itertuples(), start=1):
            found = date(2026, 1, 5) + timedelta(days=int(rng.integers(0, 300)))
            closed = None if rng.random() < OPEN_SHARE else found + timedelta(days=int(rng.integers(3, 80)))
            rows.append(
                {
                    "code": f"YH{level[:2].upper()}{number:04d}",
                    "name": f"{one.name}隐患",
                    "level": level,
                    "county_code": one.county_code,
                    "object_code": one.code,
                    "found_on": found.isoformat(),
                    "closed_on": closed.isoformat() if closed else None,
                    "lon": one.lon,
                    "lat": one.lat,
                }
            )
    return pd.DataFrame(rows)


def targets(places: Places, sources: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return sensitive targets: half where people live, half within a kilometre or two of an installation."""
    rng = np.random.default_rng([seed, 16])
    order = counties()
    majors = sources[sources.kind == "major_hazard"][["county_code", "lon", "lat"]].to_dict("records")
    weight = np.array([county.population for county in order], dtype=np.float64)
    rows: list[dict[str, object]] = []
    for number in range(1, TARGETS + 1):
        kind = str(rng.choice(TARGET_KINDS, p=TARGET_SHARES))
        if number % 2:
            code = order[int(rng.choice(len(order), p=weight / weight.sum()))].code
            lon, lat = places.settled(code, 1, rng)[0]
        else:
            near = majors[int(rng.integers(len(majors)))]
            code = str(near["county_code"])
            lon, lat = places.around(code, (near["lon"], near["lat"]), 1, 0.008, rng)[0]
        persons = int(rng.integers(5, 90) if kind == "dwelling" and number % 3 else rng.integers(60, 1800))
        rows.append(
            {
                "code": f"FH{number:05d}", "name": f"演示{TARGET_WORDS[kind]}{number:04d}", "kind": kind,
                "persons": persons, "county_code": code, "lon": lon, "lat": lat,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
