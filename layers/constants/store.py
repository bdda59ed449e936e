"""The table of constants in the database, ``app.constant``: a change adds a row, nothing is overwritten.

Rows of one change share a version; the table at a version is, for each key, the newest row up to it. The table is
made and seeded by the migrations of ``app``; where it does not stand yet, the shipped constants hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from layers.constants.model import Constant, Constants
from layers.constants.shipped import shipped
from layers.constants.values import parse_value, write_value
from layers.kept import CONSTANT, stands
from layers.model import Text as Words


def current_constants(connection: Connection, version: int | None = None) -> Constants:
    """Return the constants as they stand, or as they stood at a version of the table."""
    if not stands(connection, CONSTANT):
        return shipped()
    query = (
        select(CONSTANT).ext(distinct_on(CONSTANT.c.key)).order_by(CONSTANT.c.key, CONSTANT.c.version.desc())
    )
    if version is not None:
        query = query.where(CONSTANT.c.version <= version)
    found = {row["key"]: _constant(row) for row in connection.execute(query).mappings()}
    if not found:
        return shipped()
    known = [
        key for key in shipped() if key in found
    ]  # the order of the shipped file, what was added after it
    return Constants({key: found[key] for key in dict.fromkeys([*known, *found])})


def history(connection: Connection, key: str) -> list[Constant]:
    """Return all versions of a constant, the newest first."""
    query = select(CONSTANT).where(CONSTANT.c.key == key).order_by(CONSTANT.c.version.desc())
    return [_constant(row) for row in connection.execute(query).mappings()]


def add_rows(connection: Connection, rows: list[Constant]) -> None:
    """Add rows; a row that stands already stays as it is."""
    if rows:
        connection.execute(insert(CONSTANT).values([_row(one) for one in rows]).on_conflict_do_nothing())


def _row(one: Constant) -> dict[str, Any]:
    plain = {
        n: getattr(one, n) for n in ("key", "version", "unit", "source", "confidence", "changed_by", "reason")
    }
    return {**plain, "value": write_value(one.value), "zh": one.title.zh, "en": one.title.en}


def _constant(row: Mapping[Any, Any]) -> Constant:
    plain = {
        n: row[n]
        for n in ("key", "version", "unit", "source", "confidence", "changed_by", "reason", "changed_at")
    }
    return Constant(
        value=parse_value(row["value"]),
        title=Words(row["zh"], row["en"]),
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
        **plain,
    )
