"""Which county a place lies in, for a million places at once: squares wholly in one county need no geometry."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from etl.loads.sqltools import SCHEMA, run, stage_table
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import current_versions

CELL_DEGREES = 0.02
"""About 2 km: some 26,000 squares over the province, eight tenths of them wholly inside one county."""
INSIDE = 1e-9
"""Share of a square that is kept away from the edge of the grid, against rounding."""
ADMIN_ROLE = "admin"


@dataclass(frozen=True)
class Squares:
    """Where the squares of a version of the counties lie: numbers of the first column and row, and how many of each."""

    version: str
    west: int
    south: int
    columns: int
    rows: int


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


def ensure_squares(connection: Connection, counties: Counties) -> Squares | None:
    """Return the squares of the counties, made where they are missing; None without a county. Costs about a second,
    once per version of the counties."""
    query = sql.SQL(
        "SELECT version, west, south, columns, rows FROM layer.county_frame WHERE version = {}"
    ).format(sql.Literal(counties.version))
    known = run(connection, query).fetchone()
    if known is None:
        codes, shapes = county_shapes(connection, counties)
        if not codes:
            return None
        _make(connection, counties.version, codes, shapes)
        known = run(connection, query).fetchone()
    return Squares(*known) if known else None


def rename_squares(connection: Connection, load_id: str, version: str) -> None:
    """Keep the squares of a load's counties under the version that the load has become."""
    run(
        connection,
        sql.SQL(
            "UPDATE layer.county_frame SET version = {0} WHERE version = {1}"
            " AND NOT EXISTS (SELECT FROM layer.county_frame WHERE version = {0})"
        ).format(sql.Literal(version), sql.Literal(f"load-{load_id}")),
    )


def _make(connection: Connection, version: str, codes: list[str], shapes: list[BaseGeometry]) -> None:
    bounds = np.array([shape.bounds for shape in shapes])
    west, south = (int(v) for v in np.floor(bounds[:, :2].min(axis=0) / CELL_DEGREES))
    east, north = (int(v) for v in np.floor(bounds[:, 2:].max(axis=0) / CELL_DEGREES))
    squares = Squares(version, west, south, columns=east - west + 1, rows=north - south + 1)
    only: dict[int, str] = {}
    shared: dict[int, list[tuple[str, bytes]]] = {}
    for code, shape in zip(codes, shapes, strict=True):
        shapely.prepare(shape)
        first_x, first_y, last_x, last_y = (int(np.floor(v / CELL_DEGREES)) for v in shape.bounds)
        ix, iy = (
            a.ravel() for a in np.meshgrid(np.arange(first_x, last_x + 1), np.arange(first_y, last_y + 1))
        )
        boxes = shapely.box(
            ix * CELL_DEGREES, iy * CELL_DEGREES, (ix + 1) * CELL_DEGREES, (iy + 1) * CELL_DEGREES
        )
        cells = (iy - south) * squares.columns + ix - west
        whole = shapely.contains_properly(shape, boxes)
        only |= dict.fromkeys(cells[whole].tolist(), code)
        cut = shapely.intersects(shape, boxes) & ~whole
        pieces = shapely.set_srid(shapely.intersection(shape, boxes[cut]), 4326)
        for cell, piece in zip(cells[cut].tolist(), shapely.to_wkb(pieces, include_srid=True), strict=True):
            shared.setdefault(cell, []).append((code, piece))
    _keep(connection, squares, {cell: code for cell, code in only.items() if cell not in shared}, shared)


def _keep(
    connection: Connection,
    squares: Squares,
    only: dict[int, str],
    shared: dict[int, list[tuple[str, bytes]]],
) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    driver.execute(
        "INSERT INTO layer.county_frame (version, west, south, columns, rows) VALUES (%s, %s, %s, %s, %s)",
        astuple(squares),
    )
    with driver.cursor().copy(
        "COPY layer.county_square (version, cell, code, codes, pieces) FROM STDIN"
    ) as copy:
        for cell, code in only.items():
            copy.write_row((squares.version, cell, code, None, None))
        for cell, members in shared.items():
            pieces = "{" + ":".join(piece.hex() for _, piece in members) + "}"  # ":" parts arrays of geometry
            copy.write_row((squares.version, cell, None, [code for code, _ in members], pieces))
    run(connection, sql.SQL("ANALYZE layer.county_square"))


def square_of(squares: Squares, x: str, y: str) -> sql.Composed:
    """Return the number of the square a place (columns ``x`` and ``y``, degrees) lies in, null outside the grid."""
    return sql.SQL(
        "CASE WHEN {x} >= {west} AND {x} < {east} AND {y} >= {south} AND {y} < {north} THEN"
        " (floor({y} / {size})::integer - {row}) * {columns} + floor({x} / {size})::integer - {column} END"
    ).format(
        x=sql.SQL(x),
        y=sql.SQL(y),
        west=sql.Literal((squares.west + INSIDE) * CELL_DEGREES),
        east=sql.Literal((squares.west + squares.columns - INSIDE) * CELL_DEGREES),
        south=sql.Literal((squares.south + INSIDE) * CELL_DEGREES),
        north=sql.Literal((squares.south + squares.rows - INSIDE) * CELL_DEGREES),
        size=sql.Literal(CELL_DEGREES),
        row=sql.Literal(squares.south),
        columns=sql.Literal(squares.columns),
        column=sql.Literal(squares.west),
    )


def square_join(squares: Squares, square: str) -> sql.Composed:
    """Return the join that gives each row the square (``k``) it lies in; ``square`` as of ``square_of``."""
    return sql.SQL("LEFT JOIN layer.county_square k ON k.version = {} AND k.cell = {}").format(
        sql.Literal(squares.version), sql.SQL(square)
    )


def county_of(point: str) -> sql.Composed:
    """Return the code of the county a point lies in, null in none; needs ``square_join``."""
    return sql.SQL(
        "CASE WHEN k.code IS NOT NULL THEN k.code WHEN k.pieces IS NOT NULL THEN"
        " stage.county_among(k.codes, k.pieces, {}) END"
    ).format(sql.SQL(point))
