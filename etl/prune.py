"""Letting go of old versions: the newest three of a layer stay, so that open pages and rollbacks have them."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Engine, delete, select, text

from layers.kinds.vector import SCHEMA
from layers.store import CURRENT, VERSION, Files

KEEP = 3


def prune(engine: Engine, store: Files) -> list[str]:
    """Drop versions beyond the newest three per layer, and tables no version names; returns what was dropped."""
    dropped: list[str] = []
    with engine.begin() as connection:
        rows = connection.execute(
            select(
                VERSION.c.layer,
                VERSION.c.version,
                VERSION.c.table_name,
                VERSION.c.raster_file,
                VERSION.c.archive_file,
            )
            .outerjoin(
                CURRENT, (CURRENT.c.layer == VERSION.c.layer) & (CURRENT.c.version == VERSION.c.version)
            )
            .order_by(VERSION.c.layer, CURRENT.c.version.is_(None), VERSION.c.loaded_at.desc())
        ).all()
        seen: dict[str, int] = {}
        for row in rows:
            seen[row.layer] = seen.get(row.layer, 0) + 1
            if seen[row.layer] <= KEEP:
                continue
            connection.execute(
                delete(VERSION).where(VERSION.c.layer == row.layer, VERSION.c.version == row.version)
            )
            dropped.append(f"{row.layer}@{row.version}")
            for folder, name in ((store.rasters, row.raster_file), (store.archives, row.archive_file)):
                if name:
                    (folder / name).unlink(missing_ok=True)
        kept = set(connection.execute(select(VERSION.c.table_name)).scalars())
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), {"schema": SCHEMA}
        ).scalars()
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a live connection always has one
        for name in [t for t in tables if "__" in t and t not in kept]:
            driver.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(SCHEMA, name)))
    return dropped
