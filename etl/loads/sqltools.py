"""Composed SQL on a SQLAlchemy connection: names are quoted by psycopg, never put in by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Cursor, sql
from sqlalchemy import Connection

STAGE = "stage"
SCHEMA = "layer"
AS_LOAD = sql.SQL("SET LOCAL riskmap.load = 'on'")
"""Rows of heaps and pieces change by loads only (``layer.only_by_loads``): pages would not hear of anything else."""
Sql = sql.SQL | sql.Composed | sql.Literal | sql.Identifier


def run(
    connection: Connection, statement: Sql, params: Sequence[Any] | Mapping[str, Any] | None = None
) -> Cursor[Any]:
    """Run a composed statement on the driver's connection, inside the caller's transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    cursor: Cursor[Any] = driver.execute(statement, params)
    return cursor


def all_of(parts: Sequence[Sql], word: str = "AND") -> Sql:
    """Join conditions; none of them is true."""
    if not parts:
        return sql.SQL("true" if word == "AND" else "false")
    return sql.SQL(f" {word} ").join([sql.SQL("({})").format(part) for part in parts])


def stage_table(prefix: str, load_id: str) -> sql.Identifier:
    """Return the name of a working table of a load."""
    return sql.Identifier(STAGE, f"{prefix}_{load_id}")


def columns(names: Sequence[str], of: str | None = None) -> sql.Composed:
    """Return a list of quoted columns, with the table's alias in front where one is given."""
    return sql.SQL(", ").join([sql.Identifier(of, n) if of else sql.Identifier(n) for n in names])
