"""Public facts the demo data stands on: divisions and census of 2020, town positions, civil airfields.

Codes are GB/T 2260 as of the census day (2020-11-01); populations are the 2020 census (persons);
positions are WGS84 degrees, good to about 0.02 degree.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CENSUS_TOTAL = 64_567_588  # persons, Zhejiang, 2020-11-01


@dataclass(frozen=True)
class City:
    """A prefecture-level city; ``phone_prefix`` is its area code."""

    code: str
    name: str
    name_en: str
    phone_prefix: str


@dataclass(frozen=True)
class County:
    """A county-level division: seat in degrees, population in persons, number of towns and streets."""

    code: str
    name: str
    name_en: str
    city_code: str
    lon: float
    lat: float
    population: int
    towns: int


@dataclass(frozen=True)
class Town:
    """A town that gives its county a second centre."""

    county_code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Park:
    """A made-up chemical park near a real industrial coast or valley; ``weight`` is relative size."""

    county_code: str
    lon: float
    lat: float
    weight: float


@dataclass(frozen=True)
class Airfield:
    """A civil airfield (OurAirports, public domain); ``base`` is the demo base code or empty."""

    code: str
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float
    county_code: str
    base: str


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def cities() -> tuple[City, ...]:
    """Return the 11 cities, by code."""
    return tuple(City(**row) for row in _rows("cities.csv"))


@cache
def counties() -> tuple[County, ...]:
    """Return the 90 counties of the census day, by code."""
    return tuple(
        County(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            city_code=row["city_code"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            population=int(row["population"]),
            towns=int(row["towns"]),
        )
        for row in _rows("counties.csv")
    )


@cache
def towns() -> tuple[Town, ...]:
    """Return towns that shape the county cells and the settlement pattern."""
    return tuple(
        Town(row["county_code"], row["name"], float(row["lon"]), float(row["lat"]))
        for row in _rows("towns.csv")
    )


@cache
def parks() -> tuple[Park, ...]:
    """Return the 36 demo chemical parks."""
    return tuple(
        Park(row["county_code"], float(row["lon"]), float(row["lat"]), float(row["weight"]))
        for row in _rows("parks.csv")
    )


@cache
def airfields() -> tuple[Airfield, ...]:
    """Return the civil airfields; five of them carry a rescue base."""
    return tuple(
        Airfield(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            county_code=row["county_code"],
            base=row["base"],
        )
        for row in _rows("airfields.csv")
    )
