"""Rows that cannot be used: what is wrong, in which row and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layers.errors import BadFile

SHOWN = 20
KEPT = 1000


@dataclass(frozen=True)
class Refusal:
    """One row that was refused. ``row`` counts data rows from 1; ``field`` may be ``geometry``."""

    row: int
    field: str
    code: str
    value: str
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """Describe the refusal for the ledger."""
        return {
            "row": self.row,
            "field": self.field,
            "code": self.code,
            "value": self.value,
            "zh": self.zh,
            "en": self.en,
        }


class RowsRefused(BadFile):
    """A file with rows that cannot be used, loaded under the rule that all rows must be good."""

    code = "rows_refused"

    def __init__(self, file: str, refusals: Sequence[Refusal]) -> None:
        self.refusals = list(refusals)
        rows = len({r.row for r in refusals})
        zh = [f"第 {r.row} 行，字段 {r.field}：{r.zh}" for r in refusals[:SHOWN]]
        en = [f"row {r.row}, field {r.field}: {r.en}" for r in refusals[:SHOWN]]
        super().__init__(
            f"{file} 有 {rows} 行不能使用，未载入任何数据。" + "；".join(zh),
            f"{file} has {rows} rows that cannot be used; nothing was loaded. " + "; ".join(en),
            file=file,
            rows=rows,
        )
