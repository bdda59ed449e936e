"""Editable rows that flights are made of: aircraft types and weather minima, each with its source and status.

They ship as CSV; a site keeps its own file of aircraft (setting RISKMAP_AIRCRAFT_FILE) with the same columns.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from layers.errors import BadInput

NIGHT_VISIBILITY_M = 3000.0  # EASA/UK SPA.HEMS.120, night, one pilot; unconfirmed for China


@dataclass(frozen=True)
class Aircraft:
    """A type: cruise speed through the air in km/h; endurance, reserve and climb in minutes (None: not stated)."""

    id: str
    name_zh: str
    name_en: str
    cruise_kmh: float
    endurance_min: float | None
    reserve_min: float
    climb_min: float
    status: str
    source: str

    @property
    def usable_min(self) -> float:
        """Endurance less the reserve; infinite where the endurance is not stated."""
        return math.inf if self.endurance_min is None else self.endurance_min - self.reserve_min


@dataclass(frozen=True)
class Minimum:
    """From this visibility (m) on, up to the next, no faster than this (km/h)."""

    visibility_m: float
    most_kmh: float
    status: str
    source: str


def _bad(path: str, line: int, why: str) -> BadInput:
    return BadInput(
        f"机型表 {path} 第 {line} 行有误：{why}",
        f"aircraft table {path}, line {line}: {why}",
        code="bad_aircraft_table",
        row=line,
    )


def _number(row: dict[str, str], name: str, default: float | None = None) -> float | None:
    text = (row.get(name) or "").strip()
    value = float(text) if text else default
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} = {text}")
    return value


def read_aircraft(text: str, path: str) -> dict[str, Aircraft]:
    """Read rows of aircraft by id. Raises BadInput ``bad_aircraft_table`` naming the line."""
    found: dict[str, Aircraft] = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            cruise = _number(row, "cruise_kmh")
            if not row.get("id") or not cruise:
                raise ValueError("id and cruise_kmh above 0 are needed")
            found[row["id"]] = Aircraft(
                id=row["id"],
                name_zh=row.get("name_zh") or row["id"],
                name_en=row.get("name_en") or row["id"],
                cruise_kmh=cruise,
                endurance_min=_number(row, "endurance_min"),
                reserve_min=_number(row, "reserve_min", 0.0) or 0.0,
                climb_min=_number(row, "climb_min", 0.0) or 0.0,
                status=row.get("status") or "unconfirmed",
                source=row.get("source") or "",
            )
        except ValueError as error:
            raise _bad(path, line, str(error)) from error
    return found


@cache
def aircraft_rows(file: Path | None = None) -> dict[str, Aircraft]:
    """The types by id: a site's own file, else the shipped ones. Raises BadInput when the file cannot be read."""
    if file is None:
        shipped = files("app.analysis").joinpath("data/aircraft.csv")
        return read_aircraft(shipped.read_text(encoding="utf-8"), "aircraft.csv")
    try:
        return read_aircraft(file.read_text(encoding="utf-8-sig"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(file.name, 0, "cannot be read as UTF-8") from error


def find_aircraft(rows: dict[str, Aircraft], name: str | None) -> Aircraft | None:
    """The type a base's row names, by id or either name, case and hyphens apart; None when it names none of them."""

    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    if not name:
        return None
    by_name = {plain(text): row for row in rows.values() for text in (row.name_en, row.name_zh, row.id)}
    return by_name.get(plain(name))


@cache
def minima() -> tuple[Minimum, ...]:
    """The speed limits by visibility, rising."""
    text = files("app.analysis").joinpath("data/minima.csv").read_text(encoding="utf-8")
    rows = [
        Minimum(float(r["visibility_m"]), float(r["most_kmh"]), r["status"], r["source"])
        for r in csv.DictReader(text.splitlines())
    ]
    return tuple(sorted(rows, key=lambda row: row.visibility_m))


def speed_limit_kmh(visibility_m: float, night: bool) -> float:
    """The fastest that may be flown: 0 below the least visibility (3 km by night), infinite in good weather."""
    if night and visibility_m < NIGHT_VISIBILITY_M:
        return 0.0
    limit = 0.0
    for row in minima():
        if visibility_m >= row.visibility_m:
            limit = row.most_kmh
    return math.inf if visibility_m >= 3000.0 else limit
