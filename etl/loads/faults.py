"""The faults of a load: written set-based, kept whole, read back page by page, with the bad rows as they stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.ready import Reading, fault_query
from etl.loads.sqltools import Sql, run, stage_table
from layers.errors import BadFile

SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """One fault of one row. ``row`` counts data rows of the file from 1; ``field`` may be ``geometry``."""

    row: int
    key: str | None
    field: str
    code: str
    severity: str
    value: str
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """Return the fault as JSON."""
        return asdict(self)


class RowsRefused(BadFile):
    """A file with rows that cannot be used, loaded under the rule that all rows must be good (exit code 3)."""

    code = "rows_refused"

    def __init__(self, file: str, load_id: str, rows: int, faults: list[Fault]) -> None:
        self.faults = faults
        zh = [f"第 {f.row} 行，字段 {f.field}：{_said(f)}{f.zh}" for f in faults]
        en = [f"row {f.row}, field {f.field}: {_said(f)}{f.en}" for f in faults]
        super().__init__(
            f"{file} 有 {rows} 行不能使用，未载入任何数据。" + "；".join(zh),
            f"{file} has {rows} rows that cannot be used; nothing was loaded. " + "; ".join(en),
            file=file,
            rows=rows,
            load=load_id,
        )


def _said(fault: Fault) -> str:
    return f"{fault.value!r} " if fault.value else ""


def write_faults(connection: Connection, load_id: str, reading: Reading, ready: Sql) -> None:
    """Name the faults of the rows that the pass has marked, and mark and name rows that repeat a key."""
    run(connection, sql.SQL("DELETE FROM layer.load_error WHERE load = {}").format(sql.Literal(load_id)))
    raw = stage_table("raw", load_id)
    marked = sql.SQL("(SELECT x.* FROM {} x JOIN {} y ON y._row = x._row WHERE y._bad OR y._warn)").format(
        raw, ready
    )
    any_marked = run(
        connection, sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE _bad OR _warn)").format(ready)
    ).fetchone()
    if any_marked and any_marked[0]:
        run(
            connection,
            sql.SQL(
                "INSERT INTO layer.load_error (load, row, key, field, code, severity, value, zh, en)"
                " SELECT {}, e._row, e.key, e.field, e.code, e.severity, e.value, e.zh, e.en FROM ({}) e"
            ).format(sql.Literal(load_id), fault_query(reading, marked)),
        )
    _repeated_keys(connection, load_id, reading.layer.key, ready)


def _repeated_keys(connection: Connection, load_id: str, key: str, ready: Sql) -> None:
    """The first row of a key stands; the others are bad."""
    values = {
        "load": sql.Literal(load_id),
        "key": sql.Identifier(key),
        "field": sql.Literal(key),
        "ready": ready,
    }
    run(
        connection,
        sql.SQL(
            "WITH twice AS (SELECT {key} AS k, min(_row) AS first FROM {ready} WHERE NOT _bad GROUP BY {key} HAVING count(*) > 1),"
            " bad AS (UPDATE {ready} r SET _bad = true FROM twice t WHERE r.{key} = t.k AND NOT r._bad AND r._row > t.first"
            " RETURNING r._row, r.{key}::text AS k, t.first)"
            " INSERT INTO layer.load_error (load, row, key, field, code, severity, value, zh, en)"
            " SELECT {load}, _row, k, {field}, 'key_duplicate', 'error', k, '与第 ' || first || ' 行主键重复',"
            " 'repeats the key of row ' || first FROM bad"
        ).format(**values),
    )


def refuse_known_keys(connection: Connection, load_id: str, key: str, ready: Sql, served: Sql) -> None:
    """In append mode a key that is served already makes a row bad."""
    run(
        connection,
        sql.SQL(
            "WITH bad AS (UPDATE {ready} r SET _bad = true FROM {served} c WHERE c.{key} = r.{key} AND NOT r._bad"
            " RETURNING r._row, r.{key}::text AS k) INSERT INTO layer.load_error"
            " (load, row, key, field, code, severity, value, zh, en) SELECT {load}, _row, k, {field}, 'key_exists', 'error', k,"
            " '图层里已有此主键；要更新请用 upsert 方式', 'is served already; use the upsert mode to update it' FROM bad"
        ).format(
            ready=ready,
            served=served,
            key=sql.Identifier(key),
            load=sql.Literal(load_id),
            field=sql.Literal(key),
        ),
    )


def keep_bad_rows(connection: Connection, load_id: str, names: list[str], ready: Sql) -> None:
    """Keep the bad rows as they stood in the file, by column name, with their geometry in the file's coordinates."""
    run(connection, sql.SQL("DELETE FROM layer.load_bad_row WHERE load = {}").format(sql.Literal(load_id)))
    pairs = [
        sql.SQL("{}, x.{}").format(sql.Literal(name), sql.Identifier(f"c{at + 1}"))
        for at, name in enumerate(names)
    ]
    chunks = [pairs[at : at + 40] for at in range(0, len(pairs), 40)] or [
        []
    ]  # a function takes 100 arguments
    cells = sql.SQL(" || ").join(
        [sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(chunk)) for chunk in chunks]
    )
    run(
        connection,
        sql.SQL(
            "INSERT INTO layer.load_bad_row (load, row, cells, shape) SELECT {}, x._row, {}, coalesce(x._wkb_z, x._wkb)"
            " FROM {} x JOIN {} y ON y._row = x._row WHERE y._bad"
        ).format(sql.Literal(load_id), cells, stage_table("raw", load_id), ready),
    )


def mark_mended(connection: Connection, load_id: str, parent: str, ready: Sql) -> None:
    """Note which bad rows of the first load a fix brings in: those that are good now."""
    run(
        connection,
        sql.SQL(
            "UPDATE layer.load_bad_row b SET mended = {} FROM {} r WHERE b.load = {} AND b.mended IS NULL"
            " AND b.row = r._row AND NOT r._bad"
        ).format(sql.Literal(load_id), ready, sql.Literal(parent)),
    )


def faults_of(
    connection: Connection, load_id: str, *, limit: int, offset: int = 0, severity: str | None = None
) -> list[Fault]:
    """Return faults in the order of their rows, errors before warnings."""
    where = sql.SQL("load = {}").format(sql.Literal(load_id))
    if severity is not None:
        where += sql.SQL(" AND severity = {}").format(sql.Literal(severity))
    rows = run(
        connection,
        sql.SQL(
            "SELECT row, key, field, code, severity, value, zh, en FROM layer.load_error WHERE {}"
            " ORDER BY severity, row, field LIMIT {} OFFSET {}"
        ).format(where, sql.Literal(limit), sql.Literal(offset)),
    )
    return [Fault(*row) for row in rows]


def every_fault(connection: Connection, load_id: str, page: int = 5000) -> Iterator[Fault]:
    """Return all faults of a load, page by page."""
    offset = 0
    while found := faults_of(connection, load_id, limit=page, offset=offset):
        yield from found
        offset += len(found)


def count_faults(connection: Connection, load_id: str) -> list[dict[str, Any]]:
    """Count the faults of a load by field, code and severity, the most frequent first."""
    rows = run(
        connection,
        sql.SQL(
            "SELECT field, code, severity, count(*) FROM layer.load_error WHERE load = {} GROUP BY 1, 2, 3"
            " ORDER BY severity, 4 DESC, 1, 2"
        ).format(sql.Literal(load_id)),
    )
    return [dict(zip(("field", "code", "severity", "count"), row, strict=True)) for row in rows]
