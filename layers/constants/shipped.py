"""The constants this program ships with: version 1 of the table."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import cast

from layers.constants.model import Confidence, Constant, Constants
from layers.constants.values import parse_value
from layers.model import Text

SHIPPED_BY = "riskmap"


@cache
def shipped() -> Constants:
    """Return the constants of ``layers/data/constants.csv``."""
    text = files("layers.data").joinpath("constants.csv").read_text(encoding="utf-8")
    rows = (
        Constant(
            key=row["key"],
            value=parse_value(row["value"]),
            unit=row["unit"],
            title=Text(row["zh"], row["en"]),
            source=row["source"],
            confidence=cast(Confidence, row["confidence"]),
            changed_by=SHIPPED_BY,
        )
        for row in csv.DictReader(io.StringIO(text))
    )
    return Constants({row.key: row for row in rows})
