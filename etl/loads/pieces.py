"""Large polygons cut into pieces, one per tile of zoom 12: above the generalised zooms a tile reads a piece, not the
whole border of a county."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.sqltools import AS_LOAD, SCHEMA, run
from layers.kinds.tile_sql import BUFFER
from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, PIECE_ZOOM, TILE_EXTENT, VectorLayer

FEW_VERTICES = 256
"""A polygon of no more vertices is read whole: that costs less than finding a piece."""
MOST_TILES = 40_000
"""A polygon whose box covers more tiles stays whole: it is no area of a province."""
COARSE_ZOOM = 9
"""Zoom of the pieces that the pieces are cut from: the whole border is read 64 times less often."""
MARGIN = 2 * BUFFER / TILE_EXTENT
"""How far a piece reaches beyond its tile, in its side: no cut edge comes into the margin that a tile draws."""

# Each step is fenced off, so that a border is read once per coarse piece and not once per piece.
_CUT = """
WITH coarse AS MATERIALIZED (
    SELECT h.cut_id, x, y, ST_ClipByBox2D(h.tile_geom, ST_TileEnvelope({coarse}, x, y, margin => {margin})) AS geom
    FROM {table} h,
        generate_series(greatest(floor((ST_XMin(h.tile_geom) + {half}) / {side} - {margin})::integer, 0),
                        least(floor((ST_XMax(h.tile_geom) + {half}) / {side} + {margin})::integer, {last})) x,
        generate_series(greatest(floor(({half} - ST_YMax(h.tile_geom)) / {side} - {margin})::integer, 0),
                        least(floor(({half} - ST_YMin(h.tile_geom)) / {side} + {margin})::integer, {last})) y
    WHERE h.since = {seq} AND h.cut_id IS NOT NULL
), fine AS MATERIALIZED (
    SELECT c.cut_id, (c.x << {fine} - {coarse}) + i AS x, (c.y << {fine} - {coarse}) + j AS y, c.geom
    FROM coarse c, generate_series(0, {inside}) i, generate_series(0, {inside}) j
    WHERE NOT ST_IsEmpty(c.geom)
), cut AS MATERIALIZED (
    SELECT cut_id, x, y, ST_ClipByBox2D(geom, ST_TileEnvelope({fine}, x, y, margin => {margin})) AS geom FROM fine
)
INSERT INTO layer.piece (cut_id, x, y, heap, geom)
SELECT cut_id, x, y, {heap}, geom FROM cut WHERE NOT ST_IsEmpty(geom)
"""


def cut_large(connection: Connection, layer: VectorLayer, heap: str, seq: int) -> int:
    """Cut the large polygons among the rows that version ``seq`` added; returns the number of pieces."""
    if layer.shape != "polygon":
        return 0
    side = MERCATOR_CIRCUMFERENCE_M / (1 << PIECE_ZOOM)
    table = sql.Identifier(SCHEMA, heap)
    named = run(
        connection,
        sql.SQL(
            "UPDATE {} SET cut_id = nextval('layer.cut_id') WHERE since = {} AND cut_id IS NULL AND tile_size > {}"
            " AND (ST_XMax(tile_geom) - ST_XMin(tile_geom)) * (ST_YMax(tile_geom) - ST_YMin(tile_geom)) < {}"
            " AND ST_NPoints(tile_geom) > {}"
        ).format(table, *map(sql.Literal, (seq, side, MOST_TILES * side * side, FEW_VERTICES))),
    ).rowcount
    if not named:
        return 0
    return run(
        connection,
        sql.SQL(_CUT).format(
            table=table,
            **{
                name: sql.Literal(value)
                for name, value in {
                    "heap": heap,
                    "seq": seq,
                    "half": MERCATOR_CIRCUMFERENCE_M / 2,
                    "coarse": COARSE_ZOOM,
                    "fine": PIECE_ZOOM,
                    "last": (1 << COARSE_ZOOM) - 1,
                    "inside": (1 << PIECE_ZOOM - COARSE_ZOOM) - 1,
                    "side": MERCATOR_CIRCUMFERENCE_M / (1 << COARSE_ZOOM),
                    "margin": MARGIN,
                }.items()
            },
        ),
    ).rowcount


def forget_pieces(connection: Connection) -> None:
    """Delete the pieces of heaps that are gone."""
    run(connection, AS_LOAD)
    run(
        connection,
        sql.SQL("DELETE FROM layer.piece WHERE to_regclass(format('%I.%I', {}, heap)) IS NULL").format(
            sql.Literal(SCHEMA)
        ),
    )
