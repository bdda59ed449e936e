"""Which county a place lies in, for a million places at once: squares wholly in one county need no geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from etl.loads.sqltools import SCHEMA, Sql, run, stage_table
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import current_versions

CELL_DEGREES = 0.02
"""About 2 km: some 26,000 squares over the province, nine tenths of them wholly inside one county."""
ADMIN_ROLE = "admin"


@dataclass(frozen=True)
class Counties:
    """A table of administrative areas to judge places by, and the version its squares are kept under."""

    version: str
    table: sql.Identifier
    key: str


def served_counties(connection: Connection, registry: Registry) -> Counties | None:
    """Return the served version of the layer of administrative areas, None when nothing is loaded."""
    layer = admin_layer(registry)
    version = current_versions(connection).get(layer.id) if layer else None
    if version is None or layer is None or version.layout != layer.layout:
        return None
    return Counties(version.version, sql.Identifier(SCHEMA, str(version.table_name)), layer.key)


def staged_counties(load_id: str, layer: VectorLayer) -> Counties:
    """Return the administrative areas of a load that is checked and will be committed with others."""
    return Counties(f"load-{load_id}", stage_table("ready", load_id), layer.key)


def admin_layer(registry: Registry) -> VectorLayer | None:
    """Return the layer of administrative areas."""
    found = [x for x in registry.values() if isinstance(x, VectorLayer) and x.role == ADMIN_ROLE]
    return found[0] if found else None


def county_shapes(connection: Connection, counties: Counties) -> tuple[list[str], list[BaseGeometry]]:
    """Return the codes and the shapes (degrees) of the counties."""
    rows = run(
        connection,
        sql.SQL(
            "SELECT {0}, ST_AsBinary(geom) FROM {1} WHERE level = 'county' AND geom IS NOT NULL ORDER BY {0}"
        ).format(sql.Identifier(counties.key), counties.table),
    ).fetchall()
    return [row[0] for row in rows], [shapely.from_wkb(bytes(row[1])) for row in rows]


def ensure_cells(connection: Connection, counties: Counties) -> str:
    """Make the squares of the counties where they are missing; returns the version they are kept under. Costs about
    a second, once per version of the counties."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM layer.county_cell WHERE version = {})")
    known = run(connection, query.format(sql.Literal(counties.version))).fetchone()
    if not known or not known[0]:
        _make(connection, counties.version, *county_shapes(connection, counties))
    return counties.version


def rename_cells(connection: Connection, load_id: str, version: str) -> None:
    """Keep the squares of a load's counties under the version that the load has become."""
    run(
        connection,
        sql.SQL(
            "UPDATE layer.county_cell SET version = {0} WHERE version = {1}"
            " AND NOT EXISTS (SELECT FROM layer.county_cell WHERE version = {0})"
        ).format(sql.Literal(version), sql.Literal(f"load-{load_id}")),
    )


def _make(connection: Connection, version: str, codes: list[str], shapes: list[BaseGeometry]) -> None:
    cells: dict[tuple[int, int], list[tuple[str, bytes | None]]] = {}
    for code, shape in zip(codes, shapes, strict=True):
        shapely.prepare(shape)
        west, south, east, north = (int(np.floor(v / CELL_DEGREES)) for v in shape.bounds)
        ix, iy = (a.ravel() for a in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
        boxes = shapely.box(
            ix * CELL_DEGREES, iy * CELL_DEGREES, (ix + 1) * CELL_DEGREES, (iy + 1) * CELL_DEGREES
        )
        touched = shapely.intersects(shape, boxes)
        whole = shapely.contains_properly(shape, boxes)
        pieces = np.full(len(boxes), None, dtype=object)
        cut = touched & ~whole
        pieces[cut] = shapely.to_wkb(
            shapely.set_srid(shapely.intersection(shape, boxes[cut]), 4326), include_srid=True
        )
        for at in np.flatnonzero(touched):
            cells.setdefault((int(ix[at]), int(iy[at])), []).append((code, pieces[at]))
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    driver.execute(
        "CREATE TEMP TABLE cell_in (ix integer, iy integer, code text, piece geometry) ON COMMIT DROP"
    )
    with driver.cursor().copy("COPY cell_in (ix, iy, code, piece) FROM STDIN") as copy:
        for (x, y), members in cells.items():
            for code, piece in members:
                copy.write_row((x, y, code, piece.hex() if piece else None))
    run(
        connection,
        sql.SQL(
            "INSERT INTO layer.county_cell (version, ix, iy, codes, pieces)"
            " SELECT {}, ix, iy, array_agg(code ORDER BY code),"
            " CASE WHEN count(piece) > 0 THEN array_agg(piece ORDER BY code) END FROM cell_in GROUP BY ix, iy"
        ).format(sql.Literal(version)),
    )
    run(connection, sql.SQL("DROP TABLE cell_in"))
    run(connection, sql.SQL("ANALYZE layer.county_cell"))


def county_join(version: str, ix: Sql, iy: Sql) -> sql.Composed:
    """Return the join that gives each row its square (``k``); ``ix`` and ``iy`` are the numbers of ``cell_of``."""
    return sql.SQL("LEFT JOIN layer.county_cell k ON k.version = {} AND k.ix = {} AND k.iy = {}").format(
        sql.Literal(version), ix, iy
    )


def cell_of(point: sql.SQL | sql.Composed) -> tuple[sql.Composed, sql.Composed]:
    """Return the two numbers of the square a point lies in."""
    size = sql.Literal(CELL_DEGREES)
    return (
        sql.SQL("floor(ST_X({}) / {})::integer").format(point, size),
        sql.SQL("floor(ST_Y({}) / {})::integer").format(point, size),
    )


def county_of(point: sql.SQL | sql.Composed) -> sql.Composed:
    """Return the code of the county a point lies in, null in none; needs ``county_join``."""
    return sql.SQL(
        "CASE WHEN k.pieces IS NULL THEN k.codes[1] ELSE stage.county_among(k.codes, k.pieces, {}) END"
    ).format(point)
