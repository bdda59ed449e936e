"""Names of columns: spellings that agree, and names that are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etl.sources.model import Finding
from layers.errors import BadFile

MOST_COLUMNS = 2_000
_BRACKETED = re.compile(r"\s*[（(\[【][^（）()\[\]【】]*[）)\]】]\s*$")
_NOISE = re.compile(r"[\s_\-—.·:：/\\()（）\[\]【】*]+")


def plain(name: str) -> str:
    """Return a name without case, spaces, brackets and separators, so that spellings of it agree."""
    return _NOISE.sub("", name).casefold()


def without_unit(name: str) -> str:
    """Return a name without what stands in brackets at its end: 容量（人）, 经度(°)."""
    return _BRACKETED.sub("", name) or name


def unique_names(file: str, cells: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """Return the names in a header row: trimmed, blank ones at the end dropped, repeated ones numbered.

    Raises:
        BadFile: more columns than a table may have (code ``too_many_columns``).
    """
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise BadFile(
            f"{file} 有 {len(names)} 列，超过上限 {MOST_COLUMNS}",
            f"{file} has {len(names)} columns, more than {MOST_COLUMNS}",
            code="too_many_columns",
            file=file,
        )
    result: list[str] = []
    findings: list[Finding] = []
    for number, name in enumerate(names, 1):
        unique, copy = name or f"列{number}", 1
        while unique in result:
            copy += 1
            unique = f"{name or f'列{number}'}_{copy}"
        if unique != name:
            zh = f"第 {number} 列的列名 {name!r} 为空或重复，改称 {unique}"
            en = f"column {number} is called {name!r}, which is empty or used before; it is called {unique} now"
            findings.append(Finding("field_renamed", "warning", zh, en, {"field": unique, "column": number}))
        result.append(unique)
    return result, findings
