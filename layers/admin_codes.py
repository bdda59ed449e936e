"""Codes of administrative divisions (GB/T 2260) of the province, with the time each was in use.

A code says little without a date: 330103 is gone since April 2021, and 330110 still exists but names a third of the
ground it named before. The table (data/admin_codes.csv) was compiled from the yearly lists of the Ministry of Civil
Affairs as collected in yescallop/areacodes and cn/GB2260, and checked against the list of June 2023; dates are as
precise as those lists (a year means: by the end of it). ``confidence`` medium marks what was not found in a list.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

Status = Literal["current", "retired", "unknown", "same_number_other_ground"]


@dataclass(frozen=True)
class AdminCode:
    """One code. ``since`` and ``until`` (None: still in use, or not known) bound its use.

    ``successors`` cover the ground of a retired code today. ``ground_since`` says since when a code that still exists
    names other ground than before, and ``ground_successors`` which codes cover the earlier ground today.
    """

    code: str
    name: str
    level: Literal["province", "city", "county", "statistical"]
    since: date | None
    until: date | None
    successors: tuple[str, ...]
    ground_since: date | None
    ground_successors: tuple[str, ...]
    source: str
    confidence: Literal["high", "medium"]


@dataclass(frozen=True)
class CodeVerdict:
    """What a code means. ``successors`` are the codes of today for the ground it stood for at the date of the data."""

    code: str
    status: Status
    name: str | None
    successors: tuple[str, ...]
    since: date | None
    zh: str
    en: str


@cache
def admin_codes() -> dict[str, AdminCode]:
    """Return the table, by code."""
    text = files("layers.data").joinpath("admin_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: _row(row) for row in csv.DictReader(text.splitlines())}


def normal_code(text: str) -> str | None:
    """Return the six digits of a county in a code as files have it, None where there are none.

    Understood: ``330106``, ``330106.0`` (a number that went through a spreadsheet), ``330106003`` and
    ``330106003012`` (town and village codes, which begin with their county's), blanks around them.
    """
    match = re.fullmatch(r"\s*(\d{6})(?:\d{3}|\d{6})?(?:\.0+)?\s*", text)
    return match[1] if match else None


def check_code(code: str, on: date | None = None) -> CodeVerdict:
    """Say what a code means in data of a date (None: today)."""
    entry = admin_codes().get(code)
    if entry is None:
        zh, en = f"{code} 不在本省行政区划代码表中", f"{code} is no code of this province"
        return CodeVerdict(code, "unknown", None, (), None, zh, en)
    if entry.until is not None:
        after = _names(entry.successors)
        zh = f"{code} {entry.name}已于 {_when(entry.until)} 撤销，现为 {after}"
        en = f"{code} was retired by {_when(entry.until)}; its ground is now {after}"
        return CodeVerdict(code, "retired", entry.name, entry.successors, entry.until, zh, en)
    if on is not None and entry.since is not None and on < entry.since:
        zh = f"{code} {entry.name}自 {_when(entry.since)} 才有，晚于数据日期 {on}"
        en = f"{code} exists since {_when(entry.since)} only, later than the data ({on})"
        return CodeVerdict(code, "unknown", entry.name, (), entry.since, zh, en)
    if on is not None and entry.ground_since is not None and on < entry.ground_since:
        after = _names(entry.ground_successors)
        zh = f"{code} {entry.name}的范围在 {_when(entry.ground_since)} 变动过；{on} 的范围现属 {after}"
        en = f"{code} names other ground since {_when(entry.ground_since)}; that of {on} is now in {after}"
        successors = entry.ground_successors
        return CodeVerdict(
            code, "same_number_other_ground", entry.name, successors, entry.ground_since, zh, en
        )
    zh, en = f"{code} {entry.name}", f"{code} is in use"
    if entry.ground_since is not None:
        zh += f"（{_when(entry.ground_since)} 起范围有变）"
        en += f" (for other ground since {_when(entry.ground_since)})"
    return CodeVerdict(code, "current", entry.name, (code,), entry.since, zh, en)


@cache
def retired_codes() -> dict[str, tuple[str, ...]]:
    """Return the county codes that are no longer in use, with those that cover their ground today."""
    return {
        code: e.successors for code, e in admin_codes().items() if e.until is not None and e.level == "county"
    }


@cache
def ground_of(code: str) -> frozenset[str]:
    """Return all codes of today that cover some of the ground a code has ever stood for; the code itself if unknown."""
    entry = admin_codes().get(code)
    if entry is None:
        return frozenset((code,))
    found = {*entry.successors, *entry.ground_successors}
    return frozenset(found if entry.until is not None or not entry.since else found | {code})


def _row(row: dict[str, str]) -> AdminCode:
    return AdminCode(
        row["code"],
        row["name"],
        row["level"],  # type: ignore[arg-type]
        _date(row["since"], first=True),
        _date(row["until"], first=False),
        tuple(filter(None, row["successors"].split(";"))),
        _date(row["ground_since"], first=False),
        tuple(filter(None, row["ground_successors"].split(";"))),
        row["source"],
        row["confidence"],  # type: ignore[arg-type]
    )


def _date(text: str, *, first: bool) -> date | None:
    """Return the first or last day a year may mean; a month means its first day."""
    if not text:
        return None
    year, _, month = text.partition("-")
    if month:
        return date(int(year), int(month), 1)
    return date(int(year), 1, 1) if first else date(int(year), 12, 31)


def _when(day: date) -> str:
    """Write a date as precisely as it is known: year ends stand for the year."""
    return str(day.year) if (day.month, day.day) in ((12, 31), (1, 1)) else f"{day:%Y-%m}"


def _names(codes: tuple[str, ...]) -> str:
    table = admin_codes()
    return "、".join(f"{code} {table[code].name}" if code in table else code for code in codes)
