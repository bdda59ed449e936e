"""Risk zones from graded hazard sources: the worst member decides, with counts and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.cells import SQL_NAMES
from etl.loads.ready import row_hash
from etl.loads.sqltools import SCHEMA, columns, run
from layers.kinds.vector import VectorLayer

INPUTS = ("admin_area", "hazard_source")
DERIVED: Mapping[str, str] = {
    "risk_zone": "risk_zone.sql",
    "risk_grid": "risk_grid.sql",
    "major_hazard": "major_hazard.sql",
}
"""Layer id: the SQL that computes its rows. A county each, a 500 m square (EPSG:4549) that holds a hazard source, and
the hazard sources of kind ``major_hazard``."""


def compute_rows(connection: Connection, layer: VectorLayer, tables: Mapping[str, str]) -> sql.Identifier:
    """Compute the rows of a derived layer into a temporary table and return its name, a source for ``write_version``.

    ``tables`` names the tables of the layers in ``INPUTS``.
    """
    body = files("etl.derive").joinpath(DERIVED[layer.id]).read_text(encoding="utf-8")
    script = sql.SQL(body).format(**{name: sql.Identifier(SCHEMA, tables[name]) for name in INPUTS})
    table = sql.Identifier(f"derived_{layer.id}")
    typed = [
        sql.SQL("s.{0}::{1} AS {0}").format(sql.Identifier(f.name), sql.SQL(SQL_NAMES[f.type]))
        for f in layer.fields
    ]
    run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    run(
        connection,
        sql.SQL(
            "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT *, {} AS row_hash FROM"
            " (SELECT {}, s.geom, NULL::geometry AS geom_z FROM ({}) s) f"
        ).format(table, row_hash(layer, False), sql.SQL(", ").join(typed), script),
    )
    run(connection, sql.SQL("ANALYZE {}").format(table))
    return table


def newest_date(connection: Connection, layer: VectorLayer, table: sql.Identifier) -> object:
    """Return the latest assessment in computed rows, None when none is dated."""
    name = next((n for n in ("graded_on", "assessed_on") if any(f.name == n for f in layer.fields)), None)
    if name is None:
        return None
    row = run(connection, sql.SQL("SELECT max({}) FROM {}").format(columns([name]), table)).fetchone()
    return row[0] if row else None
