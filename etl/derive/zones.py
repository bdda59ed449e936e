"""Graded objects with the zones they belong to, and the zones: the worst member decides, with counts and the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection

from etl.derive.alphas import recompute
from etl.loads.cells import SQL_NAMES
from etl.loads.ready import row_hash
from etl.loads.sqltools import SCHEMA, Sql, columns, run
from layers.constants.model import Constants
from layers.kept import OVERRIDE, stands
from layers.kinds.vector import VectorLayer

REQUIRED = ("admin_area", "hazard_source")
OPTIONAL = ("chemical_park", "plant_boundary")
POPULATION = "population"
INPUTS = (*REQUIRED, *OPTIONAL, POPULATION)
OBJECTS = "graded_object"
COUNTIES = "risk_zone"
ZONES = (COUNTIES, "risk_town", "risk_park", "risk_grid")
DERIVED = (OBJECTS, *ZONES, "major_hazard")
"""Layers that are computed, in the order in which they follow from each other."""

EMPTY_AREA = sql.Identifier("no_area")
NO_OVERRIDES = sql.SQL(
    "(SELECT 0 AS id, '' AS layer, '' AS zone, 0 AS grade, '' AS reason, '' AS person, current_date AS until,"
    " now() AS withdrawn_at WHERE false) none"
)
TODAY = sql.SQL("(now() AT TIME ZONE 'Asia/Shanghai')::date")


@dataclass(frozen=True)
class Inputs:
    """What the computed layers follow from: tables of layers by id, the population raster, the constants."""

    tables: Mapping[str, str]
    raster: Path | None
    constants: Constants
    made: dict[str, str] = field(default_factory=dict)
    """Tables of the computed layers written so far."""


def compute_rows(connection: Connection, layer: VectorLayer, inputs: Inputs) -> sql.Identifier:
    """Compute the rows of a derived layer into a temporary table, a source for ``write_version``; return its name."""
    run(connection, sql.SQL(_EMPTY_AREA).format(EMPTY_AREA))
    script = _script(connection, layer, inputs)
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
    run(connection, sql.SQL("ANALYZE {} ({})").format(table, sql.Identifier(layer.key)))
    return table


def newest_date(connection: Connection, layer: VectorLayer, table: sql.Identifier) -> object:
    """Return the latest assessment in computed rows, None when none is dated."""
    name = next((n for n in ("graded_on", "assessed_on") if any(f.name == n for f in layer.fields)), None)
    if name is None:
        return None
    row = run(connection, sql.SQL("SELECT max({}) FROM {}").format(columns([name]), table)).fetchone()
    return row[0] if row else None


def _script(connection: Connection, layer: VectorLayer, inputs: Inputs) -> sql.Composed:
    known: dict[str, Sql] = dict.fromkeys(OPTIONAL, EMPTY_AREA)
    known |= {n: sql.Identifier(SCHEMA, t) for n, t in {**inputs.tables, **inputs.made}.items()}
    known["cell"] = sql.Literal(int(inputs.constants.number("zones.cell")))
    if layer.id == OBJECTS:
        alphas = recompute(connection, inputs.tables, inputs.raster, inputs.constants)
        return sql.SQL(_text("graded_object.sql")).format(**known, alphas=alphas)
    if layer.members is None:
        return sql.SQL(_text(f"{layer.id}.sql")).format(**known)
    overrides = sql.Identifier("app", OVERRIDE.name) if stands(connection, OVERRIDE) else NO_OVERRIDES
    return sql.SQL(_text("zones.sql")).format(
        **known,
        of=sql.Identifier(layer.members),
        layer=sql.Literal(layer.id),
        overrides=overrides,
        today=TODAY,
        zones=sql.SQL(_zones()[layer.id]).format(**known),
    )


_EMPTY_AREA = """
CREATE TEMP TABLE IF NOT EXISTS {}
    (code text, name text, county_code text, park_class text, geom geometry(MultiPolygon, 4326)) ON COMMIT DROP
"""
"""Stands in for an area layer that is not loaded."""


@cache
def _text(name: str) -> str:
    return files("etl.derive").joinpath(name).read_text(encoding="utf-8")


@cache
def _zones() -> dict[str, str]:
    return dict(tomllib.loads(_text("zones_of.toml")))
