"""Demo rescue: five air bases on real civil airfields, 340 landing points, and the teams of each county."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.demo.facts import airfields, counties
from etl.demo.places import Places
from etl.demo.share import share_out

LANDING_POINTS = 340
KINDS = ("field", "hospital", "heliport")
KIND_SHARES = (0.66, 0.22, 0.12)
WORDS = {"field": "演示起降场", "hospital": "演示医院停机坪", "heliport": "演示直升机场"}
AIRCRAFT = {"B1": 3, "B2": 1, "B3": 2, "B4": 1, "B5": 1}


TEAMS = (
    ("fire", "fire;chemical;earthquake", (12, 45), "演示消防救援站"),
    ("medical", "medical", (6, 20), "演示急救站"),
    ("social", "flood;geology;typhoon", (15, 60), "演示志愿救援队"),
)
SPECIALIST = (
    ("flood;typhoon", "演示水域救援队"),
    ("chemical;fire", "演示危化救援队"),
    ("geology;earthquake", "演示山地救援队"),
)
STATUS, STATUS_SHARES = ("ready", "out", "off"), (0.88, 0.08, 0.04)


def teams(places: Places, seed: int) -> pd.DataFrame:
    """Return a fire station, an ambulance station and volunteers in each county, and a specialist team in most."""
    rng = np.random.default_rng([seed, 6])
    rows: list[dict[str, object]] = []
    for at, county in enumerate(counties()):
        skills, name = SPECIALIST[at % len(SPECIALIST)]
        kinds = [*TEAMS, ("specialist", skills, (20, 60), name)]
        points = places.settled(county.code, len(kinds), rng, power=0.7)
        for number, ((kind, skills, (low, high), word), point) in enumerate(
            zip(kinds, points, strict=True), start=1
        ):
            rows.append(
                {
                    "code": f"RT{county.code}{number:02d}",
                    "name": f"{county.name}{word}",
                    "kind": kind,
                    "skills": skills,
                    "people": int(rng.integers(low, high)),
                    "status": str(rng.choice(STATUS, p=STATUS_SHARES)),
                    "phone": f"0000-{int(rng.integers(10_000_000)):08d}",
                    "county_code": county.code,
                    "lon": point[0],
                    "lat": point[1],
                }
            )
    return pd.DataFrame(rows)


def bases() -> pd.DataFrame:
    """Return the five bases: positions are facts, aircraft and readiness are demo."""
    rows = [
        {
            "code": field.base,
            "name": field.name,
            "name_en": field.name_en,
            "status": "ready",
            "preparation_min": 15,
            "aircraft": "演示直升机（大型）" if field.base == "B1" else "演示直升机（中型）",
            "aircraft_count": AIRCRAFT[field.base],
            "cruise_kmh": 200,
            "is_main": "是" if field.base == "B1" else "否",
            "county_code": field.county_code,
            "lon": field.lon,
            "lat": field.lat,
        }
        for field in airfields()
        if field.base
    ]
    return pd.DataFrame(rows)


def landing_points(places: Places, seed: int) -> pd.DataFrame:
    """Return the civil airfields that are no base, and made-up landing points in every county."""
    rng = np.random.default_rng([seed, 5])
    known = [field for field in airfields() if not field.base]
    rows: list[dict[str, object]] = [
        {
            "code": f"LP-{field.code}",
            "name": field.name,
            "kind": field.kind,
            "county_code": field.county_code,
            "lon": field.lon,
            "lat": field.lat,
        }
        for field in known
    ]
    share = share_out(LANDING_POINTS - len(known), {c.code: c.towns + 4.0 for c in counties()}, least=1)
    for county in counties():
        points = places.settled(county.code, share[county.code], rng, power=0.5)
        for number, point in enumerate(points, start=1):
            kind = str(rng.choice(KINDS, p=KIND_SHARES))
            rows.append(
                {
                    "code": f"LP{county.code}{number:02d}",
                    "name": f"{county.name}{WORDS[kind]}{number:02d}",
                    "kind": kind,
                    "county_code": county.code,
                    "lon": point[0],
                    "lat": point[1],
                }
            )
    return pd.DataFrame(rows)
