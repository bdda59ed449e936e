"""What some layers need between checking and writing: grades computed, cities made of counties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql
from sqlalchemy import Connection

from etl.derive.admin import complete_admin, merge_areas
from etl.derive.clocks import DEFECT_COMPUTED, DEFECT_INPUTS, due_dates
from etl.derive.grades import COMPUTED, INPUTS, PARK_COMPUTED, PARK_INPUTS, grade_hazards, grade_parks
from etl.loads.cells import SQL_NAMES
from etl.loads.ready import hash_of_good
from etl.loads.sqltools import Sql, columns, run
from layers.constants.model import Constants
from layers.constants.store import current_constants
from layers.kinds.vector import VectorLayer


@dataclass(frozen=True)
class ComputedColumns:
    """Columns of a layer that follow from other columns of the same row, computed with the constants as they stand.

    ``compute`` gets a frame of the rows that differ in ``inputs``: of 100,000 firms there are a thousand scores.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]
    compute: Callable[[pd.DataFrame, Constants], pd.DataFrame]


@dataclass(frozen=True)
class CompletedRows:
    """Rows of a small layer that follow from its other rows, computed over all of them with their shapes."""

    complete: Callable[[gpd.GeoDataFrame, dict[str, str]], gpd.GeoDataFrame]


def _areas(frame: gpd.GeoDataFrame, merge: dict[str, str]) -> gpd.GeoDataFrame:
    return complete_admin(merge_areas(frame, merge) if merge else frame)


FINISH: dict[str, ComputedColumns | CompletedRows] = {
    "hazard_source": ComputedColumns(INPUTS, COMPUTED, grade_hazards),
    "chemical_park": ComputedColumns(PARK_INPUTS, PARK_COMPUTED, grade_parks),
    "defect": ComputedColumns(DEFECT_INPUTS, DEFECT_COMPUTED, due_dates),
    "admin_area": CompletedRows(_areas),
}


def needs_finish(layer: VectorLayer) -> bool:
    """Whether a layer has a step between checking and writing."""
    return layer.id in FINISH


def finish(
    connection: Connection, layer: VectorLayer, read: Sql, ready: Sql, merge: dict[str, str], has_z: bool
) -> None:
    """Make the table ``ready`` (with row hashes) out of ``read`` by the layer's own step."""
    step = FINISH[layer.id]
    if isinstance(step, ComputedColumns):
        _compute(connection, layer, step, read, ready, has_z)
    else:
        _complete(connection, layer, step, read, ready, merge, has_z)


def _compute(
    connection: Connection, layer: VectorLayer, step: ComputedColumns, read: Sql, ready: Sql, has_z: bool
) -> None:
    alike = sql.SQL("hash_record_extended(ROW({}), 0)").format(columns(step.inputs, "r"))
    query = sql.SQL("SELECT DISTINCT {}, {} FROM {} r WHERE NOT _bad").format(
        alike, columns(step.inputs, "r"), read
    )
    rows = run(connection, query).fetchall()
    frame = pd.DataFrame(rows, columns=["_alike", *step.inputs], dtype=object)
    done = step.compute(frame, current_constants(connection))
    _copy(connection, layer, "computed", ["_alike", *step.outputs], done, None)
    taken = [f.name for f in layer.fields]
    values = sql.SQL(", ").join(
        [sql.Identifier("c" if name in step.outputs else "r", name) for name in taken]
    )
    _create(
        connection,
        layer,
        ready,
        sql.SQL(
            "SELECT r._row, {}, r.geom, r.geom_z, r._bad, r._warn FROM {} r"
            " LEFT JOIN computed c ON NOT r._bad AND c._alike = {}"
        ).format(values, read, alike),
        has_z,
    )
    run(connection, sql.SQL("DROP TABLE computed"))


def _complete(
    connection: Connection,
    layer: VectorLayer,
    step: CompletedRows,
    read: Sql,
    ready: Sql,
    merge: dict[str, str],
    has_z: bool,
) -> None:
    names = ["_row", *(f.name for f in layer.fields)]
    query = sql.SQL("SELECT {}, ST_AsBinary(geom) FROM {} WHERE NOT _bad ORDER BY _row").format(
        columns(names), read
    )
    rows = run(connection, query).fetchall()
    frame = gpd.GeoDataFrame(
        pd.DataFrame([row[:-1] for row in rows], columns=names, dtype=object),
        geometry=shapely.from_wkb([bytes(row[-1]) for row in rows]),
        crs="EPSG:4326",
    )
    done = step.complete(frame, merge)
    done["_row"] = done["_row"].astype(object).where(done["_row"].notna(), 0)
    _copy(connection, layer, "completed", names, done, done.geometry.to_numpy())
    listed = columns([f.name for f in layer.fields])
    _create(
        connection,
        layer,
        ready,
        sql.SQL(
            "SELECT _row, {0}, geom, NULL::geometry AS geom_z, false AS _bad,"
            " _row IN (SELECT _row FROM {1} WHERE _warn) AS _warn FROM completed"
            " UNION ALL SELECT _row, {0}, geom, geom_z, _bad, _warn FROM {1} WHERE _bad"
        ).format(listed, read),
        has_z,
    )
    run(connection, sql.SQL("DROP TABLE completed"))


def _create(connection: Connection, layer: VectorLayer, ready: Sql, query: Sql, has_z: bool) -> None:
    run(
        connection,
        sql.SQL("CREATE UNLOGGED TABLE {} AS SELECT *, {} AS row_hash FROM ({}) f").format(
            ready, hash_of_good(layer, has_z), query
        ),
    )


def _copy(
    connection: Connection,
    layer: VectorLayer,
    table: str,
    names: Sequence[str],
    frame: pd.DataFrame,
    shapes: Any,
) -> None:
    """Copy a frame into a temporary table; None stays null."""
    types = {"_row": "bigint", "_alike": "bigint", **{f.name: SQL_NAMES[f.type] for f in layer.fields}}
    listed = [sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(types[n])) for n in names]
    geometry = [] if shapes is None else [sql.SQL("geom geometry")]
    name = sql.Identifier(table)
    run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    run(
        connection,
        sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(
            name, sql.SQL(", ").join([*listed, *geometry])
        ),
    )
    plain = [frame[n].astype(object).where(frame[n].notna(), None).tolist() for n in names]
    if shapes is not None:
        plain.append(shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True).tolist())
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    to = columns([*names, *(["geom"] if shapes is not None else [])])
    with driver.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, to)) as copy:
        for row in zip(*plain, strict=True):
            copy.write_row(row)
    run(connection, sql.SQL("ANALYZE {}").format(name))
