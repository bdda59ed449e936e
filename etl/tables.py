"""Writing one version of a vector layer: copy, order, index, count. All inside the caller's transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from etl.progress import Reporter
from layers.kinds.vector import SCHEMA, VectorLayer
from layers.model import FieldType
from layers.store import CURRENT, VERSION

COPY_REPORT_EVERY = 2000


@dataclass(frozen=True)
class Written:
    """What a version holds: table name, rows, count per legend class, bounds in degrees."""

    table_name: str
    rows: int
    class_counts: list[dict[str, Any]]
    bounds: tuple[float, float, float, float]


def as_fields(layer: VectorLayer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the fields of the layer as plain values: None for missing, int for integers (pandas makes them float)."""
    columns = {}
    for spec in layer.fields:
        values = frame[spec.name]
        plain = values.astype(object).where(values.notna(), None)
        if spec.type is FieldType.INTEGER:
            plain = pd.Series([None if v is None else int(v) for v in plain], index=plain.index, dtype=object)
        columns[spec.name] = plain
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)


def content_version(layer: VectorLayer, frame: gpd.GeoDataFrame, about: str) -> str:
    """Return the version: 12 hex digits of a hash of the rows, of what is said about them, and of the tile format."""
    digest = hashlib.sha256(f"{layer.id}|{layer.layout}|{about}".encode())
    for spec in layer.fields:
        digest.update("\x1f".join(map(str, frame[spec.name])).encode())
    for shape in shapely.to_wkb(frame.geometry.to_numpy()):
        digest.update(shape)
    return digest.hexdigest()[:12]


def write_table(
    connection: Connection, layer: VectorLayer, frame: gpd.GeoDataFrame, version: str, reporter: Reporter
) -> Written:
    """Create ``layer.<id>__<version>`` with its rows in spatial order, its indexes and its statistics."""
    table = layer.table(f"{layer.id}__{version}")
    table.drop(connection, checkfirst=True)  # left over from a run that was killed; never a served one
    table.create(connection)
    _copy(connection, layer, frame, reporter)
    _fill(connection, layer, table.name)
    with reporter.step(f"{layer.id}: index"):
        _index(connection, layer, table.name)
    counts = _class_counts(connection, layer, table.name)
    box = connection.execute(
        select(
            *(
                getattr(func, f)(func.ST_Extent(table.c.geom))
                for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")
            )
        )
    ).one()
    return Written(table.name, len(frame), counts, (box[0], box[1], box[2], box[3]))


def _copy(connection: Connection, layer: VectorLayer, frame: gpd.GeoDataFrame, reporter: Reporter) -> None:
    names = [f.name for f in layer.fields]
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    cursor = driver.cursor()
    types = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(str(c.type)))
        for c in layer.table("stage").columns
        if c.name in names
    )
    cursor.execute(sql.SQL("CREATE TEMP TABLE stage ({}, geom geometry) ON COMMIT DROP").format(types))
    columns = sql.SQL(", ").join(map(sql.Identifier, [*names, "geom"]))
    shapes = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), 4326), hex=True, include_srid=True)
    values = [[_clean(v) for v in frame[name]] for name in names]
    with (
        reporter.step(f"{layer.id}: copy", total=len(frame)) as advance,
        cursor.copy(sql.SQL("COPY stage ({}) FROM STDIN").format(columns)) as copy,
    ):
        for number, row in enumerate(zip(*values, shapes, strict=True), start=1):
            copy.write_row(row)
            if number % COPY_REPORT_EVERY == 0:
                advance(COPY_REPORT_EVERY)
        advance(len(frame) % COPY_REPORT_EVERY)


def _clean(value: Any) -> Any:
    """PostgreSQL text cannot hold a NUL; it means nothing in these files either."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def _fill(connection: Connection, layer: VectorLayer, table_name: str) -> None:
    """Move the staged rows into the table: neighbours together (Hilbert order), nested areas the large first."""
    names = [f.name for f in layer.fields]
    label = sql.SQL(
        ", ST_Transform((ST_MaximumInscribedCircle("
        "(SELECT d.geom FROM ST_Dump(geom) d ORDER BY ST_Area(d.geom) DESC LIMIT 1))).center, 3857)"
        if layer.labelled
        else ""
    )
    extra = ["label_point"] if layer.labelled else []
    order = sql.SQL("ST_Area(geom) DESC, geom" if layer.nested else "geom")
    statement = sql.SQL(
        "INSERT INTO {table} (fid, {columns}) "
        "SELECT row_number() OVER (ORDER BY {order}), {fields}, geom, ST_Transform(geom, 3857){label} "
        "FROM stage ORDER BY {order}"
    ).format(
        table=sql.Identifier(SCHEMA, table_name),
        columns=sql.SQL(", ").join(map(sql.Identifier, [*names, "geom", "tile_geom", *extra])),
        fields=sql.SQL(", ").join(map(sql.Identifier, names)),
        label=label,
        order=order,
    )
    _execute(connection, statement)
    _execute(connection, sql.SQL("DROP TABLE stage"))


def _index(connection: Connection, layer: VectorLayer, table_name: str) -> None:
    table = sql.Identifier(SCHEMA, table_name)
    gist = ["geom", "tile_geom", *(["label_point"] if layer.labelled else [])]
    for column in gist:
        _execute(
            connection, sql.SQL("CREATE INDEX ON {} USING gist ({})").format(table, sql.Identifier(column))
        )
    key = sql.Identifier(layer.key)
    _execute(connection, sql.SQL("CREATE UNIQUE INDEX ON {} ({})").format(table, key))
    _execute(connection, sql.SQL("ANALYZE {}").format(table))


def _execute(connection: Connection, statement: sql.Composed | sql.SQL) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    driver.execute(statement)


def _class_counts(connection: Connection, layer: VectorLayer, table_name: str) -> list[dict[str, Any]]:
    if layer.legend is None:
        return []
    column = layer.table(table_name).c[layer.legend.field]
    rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
    return [{"value": value, "count": count} for value, count in rows]


def publish(connection: Connection, row: dict[str, Any]) -> None:
    """Write the catalogue row of a new version (not yet the current one)."""
    connection.execute(insert(VERSION).values(row).on_conflict_do_nothing())


def make_current(connection: Connection, versions: dict[str, str]) -> None:
    """Serve these versions from now on: one catalogue row per layer, no DDL."""
    for layer_id, version in versions.items():
        row = insert(CURRENT).values(layer=layer_id, version=version)
        connection.execute(row.on_conflict_do_update(index_elements=["layer"], set_={"version": version}))
