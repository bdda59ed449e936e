"""The book of loads: who is at work on a load, and how it ends on record, whatever happens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from etl.loads import record
from etl.loads.record import Load
from etl.loads.stage import drop_stage
from etl.progress import Reporter
from layers.errors import BadInput, Conflict, NotFound, Unavailable
from layers.registry import Registry
from layers.store import Files

FAILED = {"code": "failed", "zh": "程序出错，载入未生效", "en": "the program failed; nothing was loaded"}
DATABASE_GONE = (
    PoolTimeout,
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


@dataclass
class LoadBook:
    """The records of the loads over one database and one state directory."""

    engine: Engine
    registry: Registry
    store: Files
    reporter: Reporter

    def get(self, load_id: str) -> Load:
        """Return a load as it is on record."""
        with self.engine.connect() as connection:
            return record.get(connection, load_id)

    def must_be_open(self, load: Load) -> None:
        """Refuse work on a load that has ended (code ``load_ended``)."""
        if not load.open:
            raise Conflict(
                f"载入 {load.id} 已结束（{load.state}）",
                f"load {load.id} has ended ({load.state})",
                code="load_ended",
                state=load.state,
            )

    @contextmanager
    def working(self, load_id: str) -> Iterator[None]:
        """Be the only one at work on a load; whoever dies lets go by dying."""
        with self.engine.connect() as connection:
            got = _lock(connection, "pg_try_advisory_lock", load_id)
            if not got:
                raise Conflict(
                    f"载入 {load_id} 正在处理中", f"load {load_id} is being worked on", code="load_busy"
                )
            try:
                yield
            finally:
                _lock(connection, "pg_advisory_unlock", load_id)

    @contextmanager
    def on_record(self, load: Load) -> Iterator[None]:
        """End a load as refused when its file is at fault, as failed when we are; whatever the reason, on record."""
        try:
            yield
        except Conflict:
            raise
        except (BadInput, NotFound) as error:
            self.end(load, "refused", error.zh, {"code": error.code, "zh": error.zh, "en": error.en})
            error.where.setdefault("load", load.id)
            raise
        except DATABASE_GONE as error:  # the load stays open: it goes on when the database is back
            raise Unavailable(
                "数据库连接中断或资源不足，恢复后可继续此载入",
                "the database went away or has no room; the load can go on when it is back",
                code="database_unavailable",
                load=load.id,
            ) from error
        except Exception as error:
            self.end(load, "failed", f"{type(error).__name__}: {error}"[:2000], FAILED)
            raise

    def end(self, load: Load, state: str, message: str, problem: dict[str, str]) -> None:
        """End a load with what went wrong; its working tables and its copy of the file go."""
        load.state, load.message, load.finished_at = state, message, datetime.now(UTC)
        load.counts = {**load.counts, "problem": problem}
        self.note(load)
        with self.quietly():
            drop_stage(self.engine, load.id)
        self.forget_file(load)

    def note(self, load: Load, *, fresh: bool = False) -> None:
        """Put a load on record if the database is there to take it."""
        with self.quietly(), self.engine.begin() as connection:
            if fresh:
                record.create(connection, load)
            else:
                record.save(connection, load)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """The database may be what failed; the first error is the one to tell."""
        try:
            yield
        except (SQLAlchemyError, psycopg.Error):
            self.reporter.say("the record could not be written (is the database still there?)")

    def keep(self, load: Load) -> None:
        """Write what is known of a load now."""
        with self.engine.begin() as connection:
            record.save(connection, load)

    def forget_file(self, load: Load) -> None:
        """Delete the copy of an uploaded file; a file that lies elsewhere is the officer's own."""
        folder = self.store.uploads / load.id
        if load.path and Path(load.path).is_relative_to(folder):
            shutil.rmtree(folder, ignore_errors=True)

    def refuse(self, load: Load) -> None:
        """End a load whose open questions nobody is there to answer."""
        said = "；".join(q["zh"] for q in load.questions)
        first = load.questions[0]
        self.end(load, "refused", said, {"code": first["code"], "zh": first["zh"], "en": first["en"]})


def _lock(connection: Connection, function: str, load_id: str) -> bool:
    got = connection.execute(text(f"SELECT {function}(hashtext(:name))"), {"name": f"riskmap.work.{load_id}"})
    return bool(got.scalar_one())
