"""Alpha of major hazard installations computed again from the population raster, beside the declared one.

Residents are counted within 500 m outside the plant boundary where one is loaded, else round the point, which then
misses those near the far side of the plant. The recomputed grade is shown; the official one stays the declared one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from psycopg import sql
from sqlalchemy import Connection

from etl.loads.sqltools import SCHEMA, Sql, run
from layers.constants.model import Constants
from layers.exposure import persons_within, surroundings
from layers.grading.gb18218 import alpha_many
from layers.grading.inventory import SET

TABLE = "recomputed_alpha"
COLUMNS = {
    "code": "text",
    "alpha_declared": "double precision",
    "residents_raster": "bigint",
    "alpha_raster": "double precision",
    "r_raster": "double precision",
    "gb18218_grade_raster": "bigint",
    "boundary": "text",
}


def recompute(
    connection: Connection, tables: Mapping[str, str], raster: Path | None, constants: Constants
) -> sql.Identifier:
    """Fill a temporary table with a row per installation that has an inventory, and return its name.

    Without a raster the recomputed columns stay empty.
    """
    frame = _installations(connection, tables)
    frame["alpha_declared"] = alpha_many(frame["residents_500m"].astype(float), constants)
    people = np.full(len(frame), np.nan)
    if raster is not None and len(frame):
        distance = constants.number(f"{SET}.alpha_distance")
        people = persons_within(raster, surroundings(frame["shape"].tolist(), distance))
    whole = np.round(people)
    frame["residents_raster"] = whole
    frame["alpha_raster"] = alpha_many(whole, constants)
    weighted = frame["r_value"].astype(float) / frame["alpha_declared"]
    frame["r_raster"] = (weighted * frame["alpha_raster"]).round(4)
    graded = constants.steps(f"{SET}.grades").many(frame["r_raster"])
    frame["gb18218_grade_raster"] = np.where(frame["gb18218_grade"].notna(), graded, np.nan)
    return _store(connection, frame)


def _installations(connection: Connection, tables: Mapping[str, str]) -> pd.DataFrame:
    boundary = tables.get("plant_boundary")
    shapes: Sql = sql.SQL("NULL::geometry")
    joined: Sql = sql.SQL("")
    if boundary is not None:
        shapes = sql.SQL("b.geom")
        joined = sql.SQL("LEFT JOIN {} b ON b.code = h.code").format(sql.Identifier(SCHEMA, boundary))
    query = sql.SQL(
        "SELECT h.code, h.residents_500m, h.r_value, h.gb18218_grade, {0} IS NOT NULL,"
        " ST_AsBinary(coalesce({0}, h.geom)) FROM {1} h {2} WHERE h.s_value IS NOT NULL ORDER BY h.code"
    ).format(shapes, sql.Identifier(SCHEMA, tables["hazard_source"]), joined)
    rows = run(connection, query).fetchall()
    names = ["code", "residents_500m", "r_value", "gb18218_grade", "has_boundary", "wkb"]
    frame = pd.DataFrame(rows, columns=names)
    frame["boundary"] = np.where(frame["has_boundary"].astype(bool), "plant", "point")
    frame["shape"] = shapely.from_wkb([bytes(one) for one in frame["wkb"]])
    return frame


def _store(connection: Connection, frame: pd.DataFrame) -> sql.Identifier:
    table = sql.Identifier(TABLE)
    listed = sql.SQL(", ").join(
        [sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(t)) for n, t in COLUMNS.items()]
    )
    run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    run(connection, sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(table, listed))
    columns = [frame[n].astype(object).where(frame[n].notna(), None).tolist() for n in COLUMNS]
    whole = [n for n, (_, kind) in enumerate(COLUMNS.items()) if kind == "bigint"]
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    with driver.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in zip(*columns, strict=True):
            copy.write_row([int(v) if n in whole and v is not None else v for n, v in enumerate(row)])
    return table
