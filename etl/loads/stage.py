"""Staging: the rows of a file, as they stand, in one working table of the load. The file is read once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_postgresql import dbapi
from psycopg import sql
from sqlalchemy import Connection, Engine

from etl.loads.cells import BLANKS, LOST
from etl.loads.sqltools import STAGE, run, stage_table
from etl.sources.model import Finding, ReadOptions, TableFacts
from etl.sources.open import open_table
from layers.errors import RiskmapError

_SQL_TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
    pa.binary(): "bytea",
}
Advance = Callable[[int], None]
COPIES = 2
LOST_TEXT = "enc_lossy"


@dataclass(frozen=True)
class Staged:
    """What stands in the working table now."""

    facts: TableFacts
    rows: int
    findings: list[Finding]


def stage_file(engine: Engine, load_id: str, path: Path, options: ReadOptions, advance: Advance) -> Staged:
    """Read one table of a file into ``stage.raw_<load>``, replacing what stood there; ``advance`` counts rows.

    The reading process and the copy run side by side. The table holds ``_row`` (from 1), ``_line``, ``c1`` … ``cn`` in
    the order of the columns, ``_wkb`` and ``_wkb_z`` (coordinates of the file), ``_fault``.

    Raises:
        BadFile: whatever is wrong with the file, by name; the working table is left away.
    """
    drop_stage(engine, load_id)
    try:
        with open_table(path, options) as table:
            with engine.begin() as connection:
                _create(connection, load_id, table.schema)
            batches = _Staging(iter(table.reader), advance)
            try:
                _copy(engine, load_id, table.schema, batches)
            except dbapi.Error as error:
                if batches.fault is not None:
                    raise batches.fault from error
                raise psycopg.OperationalError(str(error)) from error
            end, facts = table.end, table.facts
    except BaseException:
        drop_stage(engine, load_id)
        raise
    told = [*facts.findings, *end.findings]
    known = any(f.code == LOST_TEXT for f in told)
    return Staged(facts, end.rows, [*told, *([] if known else batches.findings())])


def stage_rows(engine: Engine, load_id: str, batch: pa.RecordBatch) -> list[Finding]:
    """Put rows that are at hand into ``stage.raw_<load>``, replacing what stood there; returns what was noticed."""
    drop_stage(engine, load_id)
    with engine.begin() as connection:
        _create(connection, load_id, batch.schema)
    batches = _Staging(iter([batch]), lambda rows: None)
    _copy(engine, load_id, batch.schema, batches)
    return batches.findings()


def staged_rows(connection: Connection, load_id: str) -> int | None:
    """Return how many rows are staged; None when there is no table (or the server has emptied it: 0)."""
    name = f"{STAGE}.raw_{load_id}"
    found = run(
        connection, sql.SQL("SELECT to_regclass({}) IS NOT NULL").format(sql.Literal(name))
    ).fetchone()
    if not found or not found[0]:
        return None
    counted = run(
        connection, sql.SQL("SELECT count(*) FROM {}").format(stage_table("raw", load_id))
    ).fetchone()
    return int(counted[0]) if counted else None


def stands(connection: Connection, load_id: str) -> bool:
    """Whether the checked rows of a load are there: a crash of the server empties working tables as a whole."""
    name = f"{STAGE}.ready_{load_id}"
    found = run(
        connection, sql.SQL("SELECT to_regclass({}) IS NOT NULL").format(sql.Literal(name))
    ).fetchone()
    if not found or not found[0]:
        return False
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(stage_table("ready", load_id))
    any_row = run(connection, query).fetchone()
    return any_row is not None and bool(any_row[0])


def drop_stage(engine: Engine, load_id: str) -> None:
    """Let the working tables of a load go."""
    with engine.begin() as connection:
        drop_stage_tables(connection, load_id)


def drop_stage_tables(connection: Connection, load_id: str) -> None:
    """Let the working tables of a load go, in the caller's transaction."""
    for prefix in ("raw", "at", "read", "ready"):
        run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(stage_table(prefix, load_id)))


def _create(connection: Connection, load_id: str, schema: pa.Schema) -> None:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(_SQL_TYPES[field.type]))
        for field in schema
    ]
    run(
        connection,
        sql.SQL("CREATE UNLOGGED TABLE {} ({}) WITH (autovacuum_enabled = off)").format(
            stage_table("raw", load_id), sql.SQL(", ").join(columns)
        ),
    )


def _copy(engine: Engine, load_id: str, schema: pa.Schema, batches: _Staging) -> None:
    """Copy Arrow batches in binary, each connection of the driver's own in one transaction."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def copy() -> None:
        reader = pa.RecordBatchReader.from_batches(schema, iter(batches))
        with dbapi.connect(url) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest(f"raw_{load_id}", reader, mode="append", db_schema_name=STAGE)
            connection.commit()

    with ThreadPoolExecutor(COPIES) as pool:
        for done in [pool.submit(copy) for _ in range(COPIES)]:
            done.result()


class _Staging:
    """Batches on their way to the database: text trimmed and null where empty, lost characters noticed, rows counted.

    Two connections copy at a time, since reading is quicker than one copy. ADBC tells a failure here as a text only:
    it is kept.
    """

    def __init__(self, reader: Iterator[pa.RecordBatch], advance: Advance) -> None:
        self._reader, self._advance = reader, advance
        self._turn = threading.Lock()
        self.fault: RiskmapError | None = None
        self.lossy = False

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        while (batch := self._next()) is not None:
            yield self._trimmed(batch)

    def _next(self) -> pa.RecordBatch | None:
        with self._turn:
            if self.fault is not None:
                return None
            try:
                batch = next(self._reader, None)
                self._advance(batch.num_rows if batch is not None else 0)
            except RiskmapError as error:
                self.fault = error
                raise
            return batch

    def _trimmed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = list(batch.columns)
        for at, field in enumerate(batch.schema):
            if pa.types.is_string(field.type) and field.name != "_fault":
                trimmed = pc.utf8_trim(columns[at], characters=BLANKS)
                empty = pc.equal(pc.binary_length(trimmed), 0)
                columns[at] = pc.if_else(empty, pa.scalar(None, pa.string()), trimmed)
                self.lossy = self.lossy or bool(pc.any(pc.match_substring(columns[at], LOST)).as_py())
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def findings(self) -> list[Finding]:
        """Return what was noticed on the way."""
        if not self.lossy:
            return []
        zh, en = "有文字含已丢失的字符（U+FFFD）", "some text holds characters that were lost (U+FFFD)"
        return [Finding(LOST_TEXT, "warning", zh, en)]
