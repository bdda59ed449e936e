"""Demo hazard sources: 947 major hazard installations and 70,659 chemical firms."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.demo.facts import counties, parks
from etl.demo.inventory import stock
from etl.demo.names import ASSESSOR, INDUSTRIES, INDUSTRY_SHARES, MAJOR_INDUSTRIES, bureau
from etl.demo.places import Places, Points
from etl.demo.risk_plan import UNGRADED, allowed, industry_weight
from etl.demo.share import share_out

MAJORS = {1: 43, 2: 142, 3: 331, 4: 431}  # by GB 18218 grade: 947
FIRMS = 70_659
SCORED = {1: 71, 2: 1_413, 3: 17_665}  # firms by colour of their score; the others are blue or not scored
UNSCORED_SHARE = 0.012  # firms without a score in counties that are graded at all
RED_LINE = 9  # firms that are red outright whatever their score
SCORE_BANDS = {1: (41.0, 59.9), 2: (60.0, 74.9), 3: (75.0, 89.9), 4: (90.0, 99.5)}
FIRST_DAY, DAYS = date(2024, 1, 8), 960
PARK_SPREAD = 0.011  # degrees, standard deviation


def _days(count: int, rng: np.random.Generator) -> list[str]:
    return [(FIRST_DAY + timedelta(days=int(d))).isoformat() for d in rng.integers(0, DAYS, count)]


def _sites(
    code: str, count: int, in_parks: float, places: Places, rng: np.random.Generator
) -> tuple[Points, npt.NDArray[np.bool_]]:
    """Return points of one county and which of them stand in a park."""
    own = [park for park in parks() if park.county_code == code]
    inside = rng.random(count) < (in_parks if own else 0.0)
    points = places.settled(code, count, rng, power=0.75)
    if own:
        share = np.array([park.weight for park in own])
        which = rng.choice(len(own), size=count, p=share / share.sum())
        for index, park in enumerate(own):
            here = inside & (which == index)
            points[here] = places.around(code, (park.lon, park.lat), int(here.sum()), PARK_SPREAD, rng)
    return points, inside


def majors(places: Places, seed: int) -> pd.DataFrame:
    """Return the major hazard installations, grade by grade over the counties that may hold them."""
    rng = np.random.default_rng([seed, 2])
    weight = industry_weight()
    names = {county.code: county.name for county in counties()}
    per_county: dict[str, list[int]] = {}
    for grade, count in MAJORS.items():
        shares = {code: weight[code] for code in allowed(grade)}
        for code, number in share_out(count, shares, least=1).items():
            per_county.setdefault(code, []).extend([grade] * number)
    rows: list[dict[str, object]] = []
    for code in sorted(per_county):
        grades = per_county[code]
        points, _ = _sites(code, len(grades), 0.85, places, rng)
        days = _days(len(grades), rng)
        for number, (grade, point, day) in enumerate(zip(grades, points, days, strict=True), start=1):
            industry = str(rng.choice(MAJOR_INDUSTRIES))
            made = stock(industry, grade, rng)
            rows.append(
                {
                    "code": f"MH{code}{number:04d}",
                    "name": f"{names[code]}演示重大危险源{number:03d}号",
                    "kind": "major_hazard",
                    "industry": industry,
                    "county_code": code,
                    "inventory": made.inventory,
                    "residents_500m": made.residents_500m,
                    "supervisor": bureau(names[code]),
                    "assessed_on": day,
                    "lon": point[0],
                    "lat": point[1],
                }
            )
    return pd.DataFrame(rows).assign(assessor=ASSESSOR, red_line=False, firm_score=np.nan)


def _colours(codes: npt.NDArray[np.str_], in_park: npt.NDArray[np.bool_], rng: np.random.Generator) -> Points:
    """Return the colour (1 to 4, 0 for no score) of each firm; firms in parks come first in the worse ones."""
    colour = np.full(len(codes), 4)
    colour[(rng.random(len(codes)) < UNSCORED_SHARE) | np.isin(codes, sorted(UNGRADED))] = 0
    turn = np.argsort(rng.random(len(codes)) - 0.4 * in_park, kind="stable")
    free = {
        code: [i for i in turn[codes[turn] == code] if colour[i] == 4] for code in np.unique(codes).tolist()
    }
    for grade, count in SCORED.items():
        shares = {code: float(len(free[code])) for code in allowed(grade)}
        for code, number in share_out(count, shares, least=1).items():
            colour[free[code][:number]] = grade
            free[code] = free[code][number:]
    return colour.astype(np.float64)


def _scores(colour: Points, rng: np.random.Generator) -> Points:
    score = np.full(len(colour), np.nan)
    for grade, (low, high) in SCORE_BANDS.items():
        here = colour == grade
        score[here] = np.round(rng.uniform(low, high, int(here.sum())), 1)
    return score


def firms(places: Places, seed: int) -> pd.DataFrame:
    """Return the chemical firms: where people live and in the parks, with a score of 0 to 100."""
    rng = np.random.default_rng([seed, 3])
    weight = {county.code: (county.population / 1e5) ** 0.9 + 0.5 for county in counties()}
    for park in parks():
        weight[park.county_code] += park.weight * 0.5
    number = share_out(FIRMS, weight)
    placed = [(code, *_sites(code, number[code], 0.3, places, rng)) for code in sorted(number)]
    codes = np.concatenate([np.repeat(code, number[code]) for code, _, _ in placed])
    points = np.concatenate([points for _, points, _ in placed])
    colour = _colours(codes, np.concatenate([inside for _, _, inside in placed]), rng)
    serial = np.concatenate([np.arange(1, number[code] + 1) for code, _, _ in placed])
    names = {county.code: county.name for county in counties()}
    red_line = np.zeros(FIRMS, dtype=bool)
    red_line[rng.choice(np.flatnonzero(colour == 1), size=RED_LINE, replace=False)] = True
    return pd.DataFrame(
        {
            "code": [f"CF{code}{n:05d}" for code, n in zip(codes, serial, strict=True)],
            "name": [f"{names[code]}演示化工{n:04d}号企业" for code, n in zip(codes, serial, strict=True)],
            "kind": "firm",
            "industry": rng.choice(INDUSTRIES, size=FIRMS, p=INDUSTRY_SHARES),
            "county_code": codes,
            "inventory": None,
            "residents_500m": pd.array([None] * FIRMS, dtype="Int64"),
            "supervisor": [bureau(names[code]) for code in codes],
            "assessed_on": [
                day if graded else None for day, graded in zip(_days(FIRMS, rng), colour > 0, strict=True)
            ],
            "assessor": [ASSESSOR if graded else None for graded in colour > 0],
            "red_line": red_line,
            "firm_score": _scores(colour, rng),
            "lon": points[:, 0],
            "lat": points[:, 1],
        }
    )
