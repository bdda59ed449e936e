"""Cells of a file as values of a field: types, ranges, code lists. A cell that does not fit is named, not bent."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from etl.rows import Refusal
from layers.model import Field, FieldType

BOOLEANS = {
    **dict.fromkeys(("true", "1", "1.0", "是", "有", "y", "yes"), True),
    **dict.fromkeys(("false", "0", "0.0", "否", "无", "n", "no"), False),
}
BIGGEST_INTEGER = 2**63 - 1
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?")
_DAY = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
)
_WORDS = {
    FieldType.TEXT: ("不是文字", "is not text"),
    FieldType.INTEGER: ("不是整数", "is not a whole number"),
    FieldType.DECIMAL: ("不是数", "is not a number"),
    FieldType.BOOLEAN: ("不是 是/否", "is not a yes/no value"),
    FieldType.DATE: ("不是日期（年-月-日）", "is not a date (year-month-day)"),
}


def as_text(value: object) -> str:
    """Return a cell as text; 330102.0 is 330102, because spreadsheets and pandas make numbers of codes."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip()


def parse_whole(text: str) -> int:
    """Read a whole number exactly (``12``, ``12.0``); ValueError for anything else or beyond 64 bits."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    number = int(text.partition(".")[0])
    if abs(number) > BIGGEST_INTEGER:
        raise ValueError(text)
    return number


def parse_decimal(text: str) -> float:
    """Read a finite number; ValueError for anything else."""
    number = float(text) if "_" not in text else math.nan
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def parse_day(text: str) -> date:
    """Read a calendar day: 2025-11-16, 2025/1/6, 20251116, 2025年1月6日, with or without a time of day."""
    found = _DAY.fullmatch(text)
    if not found or (text.isdigit() and len(text) != 8):
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


def parse_yes_no(text: str) -> bool:
    """Read a yes or no in Chinese, English or digits; ValueError for anything else."""
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


_PARSERS: dict[FieldType, Callable[[str], Any]] = {
    FieldType.TEXT: str,
    FieldType.INTEGER: parse_whole,
    FieldType.DECIMAL: parse_decimal,
    FieldType.BOOLEAN: parse_yes_no,
    FieldType.DATE: parse_day,
}


def convert(spec: Field, cells: Sequence[object], rows: Sequence[int], refusals: list[Refusal]) -> list[Any]:
    """Return the values of a column; what does not fit becomes None and is added to the refusals with its row."""
    parse = _PARSERS[spec.type]
    values: list[Any] = []
    for row, cell in zip(rows, cells, strict=True):
        text = "" if cell is None else as_text(cell)
        value = None
        if not text:
            if spec.required:
                refusals.append(
                    refusal(row, spec.name, "value_missing", "", "必填字段为空", "is required and empty")
                )
        else:
            try:
                value = parse(text)
            except (ValueError, OverflowError):
                refusals.append(refusal(row, spec.name, "type_bad", text, *_WORDS[spec.type]))
            else:
                _check(spec, row, text, value, refusals)
        values.append(value)
    return values


def _check(spec: Field, row: int, text: str, value: Any, refusals: list[Refusal]) -> None:
    if spec.minimum is not None and value < spec.minimum:
        zh, en = f"小于最小值 {spec.minimum:g}", f"is below the minimum {spec.minimum:g}"
        refusals.append(refusal(row, spec.name, "out_of_range", text, zh, en))
    if spec.maximum is not None and value > spec.maximum:
        zh, en = f"大于最大值 {spec.maximum:g}", f"is above the maximum {spec.maximum:g}"
        refusals.append(refusal(row, spec.name, "out_of_range", text, zh, en))
    if spec.choices is not None:
        parts = value.split(";") if spec.many else [value]
        if not all(part.strip() in spec.choices for part in parts):
            known = "、".join(spec.choices)
            zh, en = f"不在代码表中（{known}）", f"is not one of {known}"
            refusals.append(refusal(row, spec.name, "code_unknown", text, zh, en))


def refusal(row: int, name: str, code: str, value: object, zh: str, en: str) -> Refusal:
    """Return a refusal whose sentences begin with the offending value."""
    shown = "" if value is None else str(value)[:80]
    said = f"{shown!r} " if shown else ""
    return Refusal(int(row), name, code, shown, f"{said}{zh}", f"{said}{en}")
