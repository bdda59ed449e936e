"""Letting go of old versions: the newest stay, so that open pages, comparisons and rollbacks have them."""

from __future__ import annotations

from contextlib import suppress

from psycopg import sql
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, delete, select

from etl.loads.pieces import forget_pieces
from etl.loads.sqltools import SCHEMA, run
from layers.kinds.raster_maxima import maxima_of
from layers.store import CURRENT, VERSION, Files

KEEP = 20
"""Versions per layer. An unchanged row is stored once however many versions show it."""
KEEP_ARCHIVES = 3
"""Archives per layer; the tiles of older versions come from the database."""


def prune(engine: Engine, store: Files) -> list[str]:
    """Drop versions beyond the newest per layer, tables no version names and archives of older versions.

    A version that somebody is reading just now is left for the next time. Returns what was dropped.
    """
    dropped: list[str] = []
    with engine.begin() as connection:
        # a reader of an old version would make us wait, and everybody behind us
        run(connection, sql.SQL("SET LOCAL lock_timeout = '200ms'"))
        rows = connection.execute(
            select(VERSION, CURRENT.c.version.is_not(None).label("served"))
            .outerjoin(
                CURRENT, (CURRENT.c.layer == VERSION.c.layer) & (CURRENT.c.version == VERSION.c.version)
            )
            .order_by(
                VERSION.c.layer, CURRENT.c.version.is_(None), VERSION.c.seq.desc(), VERSION.c.loaded_at.desc()
            )
        ).mappings()
        seen: dict[str, int] = {}
        for row in rows.all():
            place = seen[row["layer"]] = seen.get(row["layer"], 0) + 1
            if place > KEEP_ARCHIVES and row["archive_file"]:
                (store.archives / row["archive_file"]).unlink(missing_ok=True)
                same = (VERSION.c.layer == row["layer"]) & (VERSION.c.version == row["version"])
                connection.execute(VERSION.update().where(same).values(archive_file=None))
            if place <= KEEP:
                continue
            connection.execute(
                delete(VERSION).where(VERSION.c.layer == row["layer"], VERSION.c.version == row["version"])
            )
            dropped.append(f"{row['layer']}@{row['version']}")
            if row["raster_file"]:
                for file in (
                    store.rasters / row["raster_file"],
                    maxima_of(store.rasters / row["raster_file"]),
                ):
                    file.unlink(missing_ok=True)
        _drop_unnamed(connection)
    return dropped


def _drop_unnamed(connection: Connection) -> None:
    """Drop views and heaps that no version names, and the county squares of versions that are gone."""
    named = {
        n for pair in connection.execute(select(VERSION.c.table_name, VERSION.c.heap)) for n in pair if n
    }
    relations = run(
        connection,
        sql.SQL(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = {}::regnamespace AND relkind IN ('r', 'v')"
            " AND strpos(relname, '__') > 0 ORDER BY relkind DESC"
        ).format(sql.Literal(SCHEMA)),
    ).fetchall()
    for name, kind in relations:
        if name in named:
            continue
        what = sql.SQL("VIEW" if kind == "v" else "TABLE")
        with suppress(LockNotAvailable), connection.begin_nested():
            run(connection, sql.SQL("DROP {} {}").format(what, sql.Identifier(SCHEMA, name)))
    forget_pieces(connection)
    run(connection, sql.SQL(_OLD_SQUARES))


_OLD_SQUARES = """
DELETE FROM layer.county_frame WHERE version NOT IN (SELECT version FROM layer.version) AND version NOT IN
    (SELECT 'load-' || id FROM layer.load WHERE state IN ('staged', 'checked', 'committing'))
"""
