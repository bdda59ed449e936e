"""The table that holds the rows of all versions of a vector layer: its shape, its indexes, and new ones of it.

A row is in version n when ``since <= n`` and (``until`` is null or ``until > n``). Besides the columns that a version
shows (``VectorLayer.table``) a heap has just these two.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from psycopg import sql
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine

from etl.loads.ready import hash_of_good
from etl.loads.sqltools import SCHEMA, Sql, columns, run
from layers.kinds.vector import (
    DOT_UNITS,
    GENERAL_UNITS,
    GENERAL_ZOOMS,
    VectorLayer,
    general_columns,
    tile_unit_m,
)

# Parallel plans for the passes over all rows: by default PostgreSQL counts what they cost as if the rows went far.
QUICK = (
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL maintenance_work_mem = '256MB'",
    "SET LOCAL max_parallel_workers_per_gather = 1",  # the process that writes computes too
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL parallel_tuple_cost = 0",
    "SET LOCAL min_parallel_table_scan_size = '8MB'",
    "SET LOCAL synchronize_seqscans = off",
    # 9,000 rows say where points lie and which classes there are; the usual 30,000 took a tenth of a regrade
    "SET LOCAL default_statistics_target = 30",
)


SIZES = ("tile_size", "tile_x", "tile_y")
INLINE_BYTES = 4_080
"""Rows up to this size stay in one piece: of two shapes of a hundred vertices the one for tiles needs no look-up."""
FEW_VERTICES = 8
"""A polygon of no more vertices is not generalised."""


def be_quick(connection: Connection) -> None:
    """Let the statements of this transaction use memory and cores as a load may."""
    for setting in QUICK:
        run(connection, sql.SQL(setting))


def row_columns(layer: VectorLayer) -> list[str]:
    """Return the columns that a source of rows has."""
    return [*(f.name for f in layer.fields), "geom", "geom_z", "row_hash"]


def shaped(
    layer: VectorLayer, rows: Sql, seq: int, *, marks: bool = False, has_z: bool = False
) -> sql.Composed:
    """Return rows in the shape of the heap: ``since`` is ``seq``.

    ``rows`` is a query of ``_row`` and the row columns. With ``marks`` it has ``_bad`` and ``_warn``, which are handed
    on, and ``row_hash`` is still to be computed (``has_z``: some rows have heights); bad rows then have no
    geometry, and the rows stay as the file has them: offices write county by county, and sorting a million rows costs a
    fifth of their load. Without, neighbours come together (Hilbert order).
    """
    flat = layer.geometry_type
    good = sql.SQL("CASE WHEN NOT f._bad THEN f.geom END") if marks else sql.SQL("f.geom")
    listed: list[Sql] = [
        sql.SQL("f._row AS fid"),
        columns([f.name for f in layer.fields], "f"),
        sql.SQL("{}::geometry({}, 4326) AS geom").format(good, sql.SQL(flat)),
        sql.SQL("f.geom_z::geometry(GeometryZ, 4326) AS geom_z"),
        sql.SQL("{} AS row_hash").format(hash_of_good(layer, has_z)) if marks else sql.SQL("f.row_hash"),
        sql.SQL("f._tile::geometry({}, 3857) AS tile_geom").format(sql.SQL(flat)),
    ]
    drawn = _with(rows, sql.SQL("ST_Transform({}, 3857) AS _tile").format(good))
    if layer.shape == "polygon":
        drawn = generalised(drawn, layer)
        listed.append(columns([*SIZES, *general_columns()], "f"))
        listed.append(sql.SQL("NULL::bigint AS cut_id"))
    if layer.labelled:
        listed.append(sql.SQL("{} AS label_point").format(_label(good)))
    listed.append(sql.SQL("{}::bigint AS since, NULL::bigint AS until").format(sql.Literal(seq)))
    if marks:
        listed.append(sql.SQL("f._row, f._bad, f._warn"))
    order = sql.SQL("" if marks else " ORDER BY f.geom")
    return sql.SQL("SELECT {} FROM ({} OFFSET '0') f{}").format(sql.SQL(", ").join(listed), drawn, order)


def generalised(rows: Sql, layer: VectorLayer) -> sql.Composed:
    """Add ``tile_size`` and the generalised shapes to rows that have ``_tile``, each made of the finer one before it.

    Null where a shape would save nothing: few vertices, or so small that a square is drawn. The common borders of
    adjoining areas are generalised afterwards, all together.
    """
    drawn = _with(rows, sql.SQL("Box2D(f._tile) AS _box"))
    middle = (
        "(ST_XMin(f._box) + ST_XMax(f._box)) / 2 AS tile_x, (ST_YMin(f._box) + ST_YMax(f._box)) / 2 AS tile_y"
    )
    size = "greatest(ST_XMax(f._box) - ST_XMin(f._box), ST_YMax(f._box) - ST_YMin(f._box)) AS tile_size"
    drawn = _with(_with(drawn, sql.SQL(size)), sql.SQL(middle))
    finer: list[Sql] = [sql.SQL("f._tile")]
    for zoom in reversed(GENERAL_ZOOMS):
        name, unit = sql.Identifier(f"general_{zoom}"), tile_unit_m(zoom)
        shape = sql.SQL(
            "CASE WHEN f.tile_size >= {dot} AND ST_NPoints(f._tile) > {few}"
            " THEN ST_Simplify(coalesce({finer}), {units}, true) END"
        ).format(
            dot=sql.Literal(DOT_UNITS * unit),
            few=sql.Literal(FEW_VERTICES),
            finer=sql.SQL(", ").join(finer),
            units=sql.Literal(GENERAL_UNITS * unit),
        )
        plain = sql.SQL("NULL") if layer.adjoining else shape
        drawn = _with(drawn, sql.SQL("{}::geometry(Geometry, 3857) AS {}").format(plain, name))
        finer.insert(0, sql.SQL("f.{}").format(name))
    return drawn


def _with(rows: Sql, column: Sql) -> sql.Composed:
    """Add a column to a query; the fence lets what is used twice be computed once."""
    return sql.SQL("SELECT f.*, {} FROM ({} OFFSET '0') f").format(column, rows)


def _label(geometry: Sql) -> sql.Composed:
    """Where a name is written: the middle of the largest circle in the largest part."""
    return sql.SQL(
        "ST_Transform((ST_MaximumInscribedCircle((SELECT d.geom FROM ST_Dump({}) d"
        " ORDER BY ST_Area(d.geom) DESC LIMIT 1))).center, 3857)::geometry(Point, 3857)"
    ).format(geometry)


def new_heap(connection: Connection, layer: VectorLayer, name: str, rows: Sql, seq: int) -> None:
    """Make and index a heap of the rows of a query (the row columns)."""
    numbered = sql.SQL("SELECT row_number() OVER () AS _row, s.* FROM ({}) s").format(rows)
    table = sql.Identifier(SCHEMA, name)
    statement = sql.SQL("CREATE TABLE {} WITH (toast_tuple_target = {}) AS {}")
    run(connection, statement.format(table, sql.Literal(INLINE_BYTES), shaped(layer, numbered, seq)))
    index_heap(connection, layer, name)


def keys_are_unique(connection: Connection, layer: VectorLayer, ready: Sql) -> bool:
    """Try to make the unique index of a table of checked rows; False, and nothing made, where keys stand twice."""
    try:
        with connection.begin_nested():
            _index(connection, layer, ready, layer.key)
    except UniqueViolation:
        return False
    return True


BUILDERS = 2
"""Indexes that are built at a time, each on a connection of its own."""


@contextmanager
def indexed_ahead(engine: Engine, layer: VectorLayer, ready: Sql) -> Iterator[None]:
    """Index a table of checked rows that may become a heap, beside what is done meanwhile: two build faster than one.

    The unique index is not among them: it is made where keys are judged. Who writes to the table meanwhile waits.
    """

    def build(column: str) -> None:
        with engine.begin() as connection:
            be_quick(connection)
            _index(connection, layer, ready, column)

    columns_ = _indexed(layer)[:-1]
    with ThreadPoolExecutor(BUILDERS) as pool:
        begun = [pool.submit(build, column) for column in columns_]
        yield
        for done in begun:
            done.result()


def promote(
    connection: Connection, layer: VectorLayer, ready: sql.Identifier, name: str, *, bad: bool
) -> None:
    """Make a heap of a table of checked rows that has its shape: no row is written again. ``bad``: some rows of it
    are bad, and go."""
    if bad:
        run(connection, sql.SQL("DELETE FROM {} WHERE _bad").format(ready))
    run(
        connection,
        sql.SQL("ALTER TABLE {} DROP COLUMN _row, DROP COLUMN _bad, DROP COLUMN _warn").format(ready),
    )
    run(connection, sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(ready))
    run(connection, sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(ready, sql.Identifier(SCHEMA)))
    moved = sql.Identifier(SCHEMA, ready.as_string(None).rpartition(".")[2].strip('"'))
    run(connection, sql.SQL("ALTER TABLE {} RENAME TO {}").format(moved, sql.Identifier(name)))
    index_heap(connection, layer, name)


def index_heap(connection: Connection, layer: VectorLayer, name: str) -> None:
    """Make the indexes that a heap still lacks, and analyse it."""
    table = sql.Identifier(SCHEMA, name)
    there = run(
        connection,
        sql.SQL(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = {}::regclass"
        ).format(sql.Literal(table.as_string(None))),
    ).fetchall()
    for column in _indexed(layer):
        if (column,) not in there:
            _index(connection, layer, table, column)
    run(connection, sql.SQL("ANALYZE {}").format(table))
    run(
        connection,
        sql.SQL(
            "CREATE TRIGGER only_by_loads BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}"
            " FOR EACH STATEMENT EXECUTE FUNCTION layer.only_by_loads()"
        ).format(table),
    )


def _indexed(layer: VectorLayer) -> list[str]:
    """Return the first columns of the indexes; the key is the last."""
    return ["geom", "tile_geom", *(["label_point"] if layer.labelled else []), layer.key]


def _index(connection: Connection, layer: VectorLayer, table: Sql, column: str) -> None:
    if column == layer.key:
        statement = sql.SQL("CREATE UNIQUE INDEX ON {} ({}, since)")
    else:
        statement = sql.SQL("CREATE INDEX ON {} USING gist ({})")
    run(connection, statement.format(table, sql.Identifier(column)))


def add_rows(connection: Connection, layer: VectorLayer, name: str, rows: Sql, seq: int) -> list[str]:
    """Add the rows of a query (the row columns) to a heap; returns their boxes as PostGIS writes them."""
    table = sql.Identifier(SCHEMA, name)
    numbered = sql.SQL(
        "SELECT coalesce((SELECT max(fid) FROM {}), 0) + row_number() OVER () AS _row, s.* FROM ({}) s"
    ).format(table, rows)
    names = ["fid", *(f.name for f in layer.fields), "geom", "geom_z", "row_hash", "tile_geom"]
    if layer.shape == "polygon":
        names += [*SIZES, *general_columns(), "cut_id"]
    names += [*(["label_point"] if layer.labelled else []), "since", "until"]
    added = run(
        connection,
        sql.SQL("INSERT INTO {} ({}) {} RETURNING Box2D(geom)::text").format(
            table, columns(names), shaped(layer, numbered, seq)
        ),
    )
    return [row[0] for row in added.fetchall() if row[0]]
