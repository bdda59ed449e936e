"""Clearing away what loads have left behind: after a crash, or when nobody came back to them."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta

from psycopg import sql
from sqlalchemy import Engine, select, update

from etl.loads.record import LOAD, OPEN_STATES
from etl.loads.sqltools import STAGE, run
from layers.kinds.raster_maxima import PARTIAL
from layers.store import Files

ABANDONED_AFTER = timedelta(days=30)
ABANDONED = {
    "code": "abandoned",
    "zh": "无人处理，30 天后自动放弃",
    "en": "nobody went on with it for 30 days, so it was discarded",
}
YOUNG_S = 24 * 3600
"""A folder of this age without a load may belong to an upload that is just arriving."""


QUIET_S = 600
"""A file that is being written grows every few seconds."""


def tidy(engine: Engine, store: Files) -> list[str]:
    """End loads that nobody has touched for 30 days, and drop the working tables and received files of loads that are
    not open, and half-written copies of rasters that nobody writes any more; returns what was removed."""
    removed: list[str] = []
    with engine.begin() as connection:
        connection.execute(
            update(LOAD)
            .where(LOAD.c.state.in_(OPEN_STATES), LOAD.c.started_at < datetime.now(UTC) - ABANDONED_AFTER)
            .values(
                state="discarded",
                finished_at=datetime.now(UTC),
                message=ABANDONED["zh"],
                counts=LOAD.c.counts + {"problem": ABANDONED},
            )
        )
        # the tables first: a load is on record before it has any, so none of a load that begins just now is taken
        tables = run(
            connection,
            sql.SQL(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = {}::regnamespace"
            ).format(sql.Literal(STAGE)),
        ).fetchall()
        kept = set(connection.execute(select(LOAD.c.id).where(LOAD.c.state.in_(OPEN_STATES))).scalars())
        for (name,) in tables:
            if name.partition("_")[2] not in kept:
                run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(STAGE, name)))
                removed.append(name)
    for folder in store.uploads.iterdir() if store.uploads.is_dir() else ():
        if folder.name not in kept and time.time() - folder.stat().st_mtime > YOUNG_S:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder.name)
    for file in store.rasters.glob("stage-*.tif") if store.rasters.is_dir() else ():
        if file.stem.partition("-")[2] not in kept:
            file.unlink(missing_ok=True)
            removed.append(file.name)
    for file in store.rasters.glob(f"*{PARTIAL}") if store.rasters.is_dir() else ():
        if time.time() - file.stat().st_mtime > QUIET_S:
            file.unlink(missing_ok=True)
            removed.append(file.name)
    return removed
