"""From the coordinates of a file to degrees: in SQL where PostGIS has the system, else in Python, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from psycopg import sql
from pyproj import CRS, Transformer
from sqlalchemy import Connection

from etl.loads.sqltools import Sql, run, stage_table
from layers.crs.operation import Operation
from layers.kinds.vector import VectorLayer

BATCH = 50_000
MARGIN_DEGREES = 1.0
IDENTITY_Z = sql.SQL("m.z0")


@dataclass(frozen=True)
class Located:
    """SQL parts: ``geometry`` (degrees) and ``in_domain`` over ``p.g0`` (read with ``srid``), ``heights`` over
    ``m.z0``, and a join."""

    srid: int
    geometry: Sql
    in_domain: Sql
    heights: Sql
    join: Sql = field(default_factory=lambda: sql.SQL(""))


def locate(connection: Connection, load_id: str, layer: VectorLayer, operation: Operation) -> Located:
    """Return how the geometry of a load becomes degrees; makes ``stage.at_<load>`` where only Python can do it."""
    if operation.identity:
        return Located(4326, sql.SQL("p.g0"), sql.SQL("p.g0 IS NOT NULL"), IDENTITY_Z)
    known = operation.sql
    if known is not None and (codes := _known_codes(connection, known.from_crs, known.to_crs)) is not None:
        return _in_sql(codes, known.flip, layer)
    _in_python(connection, load_id, operation)
    join = sql.SQL("LEFT JOIN {} a ON a._row = p._row").format(stage_table("at", load_id))
    return Located(0, sql.SQL("a.geom"), sql.SQL("a.geom IS NOT NULL"), sql.SQL("a.geom_z"), join)


def _known_codes(connection: Connection, source: str, target: str) -> tuple[int, int] | None:
    """Return the two codes when they are EPSG codes that this PostGIS knows."""
    codes: list[int] = []
    for name in (source, target):
        kind, _, number = name.partition(":")
        if kind != "EPSG" or not number.isdigit():
            return None
        codes.append(int(number))
    query = sql.SQL("SELECT count(*) FROM spatial_ref_sys WHERE srid = ANY({})").format(sql.Literal(codes))
    found = run(connection, query).fetchone()
    return (codes[0], codes[1]) if found and found[0] == len(set(codes)) else None


def _in_sql(codes: tuple[int, int], flip: bool, layer: VectorLayer) -> Located:
    source, target = codes
    box = sql.SQL("ST_MakeEnvelope({}, {}, {}, {}, {})").format(
        *map(sql.Literal, (*_domain(source, layer), source))
    )
    # what lies far outside the province is not transformed: PROJ would fail on it and take all rows along
    turned = "ST_FlipCoordinates({})" if flip else "{}"
    g0 = sql.SQL(turned).format(sql.SQL("p.g0"))
    # the box test lets a coordinate that is no number pass, PROJ does not; to PostgreSQL NaN is the largest number
    inside = sql.SQL("coalesce({0} @ {1} AND ST_XMin({0}) + ST_YMin({0}) < 'Infinity', false)").format(
        g0, box
    )
    moved = "ST_SetSRID(ST_Transform({}, {}), 4326)"
    geometry = sql.SQL("CASE WHEN {} THEN {} END").format(
        inside, sql.SQL(moved).format(g0, sql.Literal(target))
    )
    z0 = sql.SQL(turned).format(sql.SQL("m.z0"))
    heights = sql.SQL("CASE WHEN m.in_domain THEN {} END").format(
        sql.SQL(moved).format(
            sql.SQL("ST_SetSRID({}, {})").format(z0, sql.Literal(source)), sql.Literal(target)
        )
    )
    return Located(source, geometry, inside, heights)


def _domain(source: int, layer: VectorLayer) -> tuple[float, float, float, float]:
    """Return the box of the layer's extent, and a degree around it, in the coordinates of a system."""
    west, south, east, north = layer.extent
    lon, lat = np.meshgrid(
        np.linspace(west - MARGIN_DEGREES, east + MARGIN_DEGREES, 25),
        np.linspace(south - MARGIN_DEGREES, north + MARGIN_DEGREES, 25),
    )
    # a datum may lie 100 m off: nothing against a degree
    x, y = Transformer.from_crs(CRS(4326), CRS(source), always_xy=True).transform(lon.ravel(), lat.ravel())
    ok = np.isfinite(x) & np.isfinite(y)
    return float(x[ok].min()), float(y[ok].min()), float(x[ok].max()), float(y[ok].max())


def _in_python(connection: Connection, load_id: str, operation: Operation) -> None:
    """Transform the staged geometry batch by batch into ``stage.at_<load>``."""
    raw, at = stage_table("raw", load_id), stage_table("at", load_id)
    run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(at))
    run(
        connection,
        sql.SQL("CREATE UNLOGGED TABLE {} (_row bigint, geom geometry, geom_z geometry)").format(at),
    )
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    last = -1
    while True:
        query = sql.SQL("SELECT _row, _wkb, _wkb_z FROM {} WHERE _row > {} ORDER BY _row LIMIT {}").format(
            raw, sql.Literal(last), sql.Literal(BATCH)
        )
        rows = run(connection, query).fetchall()
        if not rows:
            break
        last = rows[-1][0]
        flat, high = (_moved([row[n] for row in rows], operation) for n in (1, 2))
        copy_to = sql.SQL("COPY {} (_row, geom, geom_z) FROM STDIN").format(at)
        with driver.cursor().copy(copy_to) as copy:
            for row, shape, shape_z in zip(rows, flat, high, strict=True):
                copy.write_row((row[0], shape, shape_z))
    run(connection, sql.SQL("CREATE INDEX ON {} (_row)").format(at))
    run(connection, sql.SQL("ANALYZE {}").format(at))


def _moved(cells: list[bytes | None], operation: Operation) -> list[str | None]:
    """Return hex EWKB in EPSG:4326; None for none and for what cannot be transformed. Heights stay as they are."""
    shapes = shapely.from_wkb(np.array([None if c is None else bytes(c) for c in cells], dtype=object))
    has_z = bool(shapely.has_z(shapes).any())
    places = shapely.get_coordinates(shapes, include_z=has_z)
    if len(places):
        places[:, 0], places[:, 1] = operation.apply(places[:, 0], places[:, 1])
        shapes = shapely.set_coordinates(shapes, places)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[~finite] = None
    hexes = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    return [None if h is None else str(h) for h in hexes]
