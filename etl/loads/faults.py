"""The faults of a load: written set-based, kept whole, read back page by page, with the bad rows as they stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.ready import Reading
from etl.loads.rules import not_a_row, staged_column
from etl.loads.sqltools import SCHEMA, Sql, all_of, run, stage_table
from etl.sources.remarks import FAULT as NOT_A_ROW
from layers.errors import BadFile

LONGEST_VALUE = 80
FEW_ROWS = 10_000
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Fault:
    """One fault of one row. ``row`` counts data rows of the file from 1, ``line`` is where the row begins in a text or
    a sheet, counted as an editor or a spreadsheet does (None in other formats); ``field`` may be ``geometry``."""

    row: int
    line: int | None
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
        kinds: dict[tuple[str, str], list[Fault]] = {}
        for one in faults:
            kinds.setdefault((one.field, one.code), []).append(one)
        zh = [
            f"字段 {same[0].field}：{_said(same[0])}{same[0].zh}（{_rows_zh(same)}）"
            for same in kinds.values()
        ]
        en = [
            f"field {same[0].field}: {_said(same[0])}{same[0].en} ({_rows_en(same)})"
            for same in kinds.values()
        ]
        super().__init__(
            f"{file} 有 {rows} 行不能使用，未载入任何数据。" + "；".join(zh),
            f"{file} has {rows} rows that cannot be used; nothing was loaded. " + "; ".join(en),
            file=file,
            rows=rows,
            load=load_id,
        )


def _said(fault: Fault) -> str:
    return f"{fault.value!r} " if fault.value else ""


def _rows_zh(faults: list[Fault]) -> str:
    first, lines = faults[:SHOWN_ROWS], _lines(faults, "、")
    shown, more = "、".join(str(f.row) for f in first), "等" if len(faults) > SHOWN_ROWS else ""
    return f"数据第 {shown} {more}行" + (f"，文件第 {lines} {more}行" if lines else "")


def _rows_en(faults: list[Fault]) -> str:
    first, lines = faults[:SHOWN_ROWS], _lines(faults, ", ")
    shown, more = ", ".join(str(f.row) for f in first), " and more" if len(faults) > SHOWN_ROWS else ""
    return f"data row {shown}{more}" + (f"; line {lines}{more} of the file" if lines else "")


def _lines(faults: list[Fault], comma: str) -> str:
    """Return the lines of the first rows; nothing where the format has no lines."""
    return comma.join(str(f.line) for f in faults[:SHOWN_ROWS] if f.line is not None)


def forget_faults(connection: Connection, load_id: str) -> None:
    """Take the faults and the bad rows of an earlier check away."""
    for name in ("load_error", "load_bad_row"):
        table = sql.Identifier(SCHEMA, name)
        run(connection, sql.SQL("DELETE FROM {} WHERE load = {}").format(table, sql.Literal(load_id)))


def name_faults(connection: Connection, load_id: str, reading: Reading, ready: Sql, many: int) -> None:
    """Read the marked rows (so ``many``) once more, then ask each rule of them.

    Of the errors of a field only the gravest is told, of a line that is no data only that it is none.
    """
    which: Sql = sql.SQL("SELECT _row FROM {} WHERE _bad OR _warn").format(ready)
    if many <= FEW_ROWS:  # a list is hashed, which is quicker than a join
        numbers = [row[0] for row in run(connection, which).fetchall()]
        which = sql.SQL("SELECT unnest({}::bigint[])").format(sql.Literal(numbers))
    raw = stage_table("raw", load_id)
    marked = sql.SQL("(SELECT * FROM {} WHERE _row IN ({}))").format(raw, which)
    run(connection, sql.SQL("CREATE TEMP TABLE marked ON COMMIT DROP AS {}").format(reading.rows(marked)))
    graver: dict[tuple[str, str], list[Sql]] = {}
    for rule in reading.rules:
        before = graver.setdefault((rule.field, rule.severity), [])
        ruled_out = before if rule.code == NOT_A_ROW else [*before, not_a_row()]
        unless = [sql.SQL("({}) IS NOT TRUE").format(condition) for condition in ruled_out]
        run(
            connection,
            sql.SQL(
                "INSERT INTO layer.load_error (load, row, key, field, code, severity, value, zh, en)"
                " SELECT {load}, _row, {key}, {field}, {code}, {severity}, left(coalesce({value}, ''), {longest}),"
                " {zh}, {en} FROM marked WHERE {condition}"
            ).format(
                load=sql.Literal(load_id),
                key=_key_text(reading),
                field=sql.Literal(rule.field),
                code=sql.Literal(rule.code),
                severity=sql.Literal(rule.severity),
                value=rule.value,
                longest=sql.Literal(LONGEST_VALUE),
                zh=rule.zh,
                en=rule.en,
                condition=all_of([rule.condition, *unless]),
            ),
        )
        before.append(rule.condition)
    run(connection, sql.SQL("DROP TABLE marked"))


def _key_text(reading: Reading) -> Sql:
    key = next(c for c in reading.cells if c.field.name == reading.layer.key)
    return key.text_of(staged_column(key.field.name))


def name_lines(connection: Connection, load_id: str) -> None:
    """Say of each fault at which line of the text or row of the sheet its row begins."""
    run(
        connection,
        sql.SQL(
            "UPDATE layer.load_error e SET line = r._line FROM {} r"
            " WHERE e.load = {} AND r._row = e.row AND r._line IS NOT NULL"
        ).format(stage_table("raw", load_id), sql.Literal(load_id)),
    )


def refuse_repeated_keys(connection: Connection, load_id: str, key: str, ready: Sql) -> int:
    """Mark rows that repeat a key: the first row of a key stands; the others are bad. Returns how many."""
    values = {
        "load": sql.Literal(load_id),
        "key": sql.Identifier(key),
        "field": sql.Literal(key),
        "ready": ready,
        "raw": stage_table("raw", load_id),
    }
    marked = run(
        connection,
        sql.SQL(
            "WITH twice AS (SELECT {key} AS k, min(_row) AS first FROM {ready} WHERE NOT _bad"
            " GROUP BY {key} HAVING count(*) > 1), bad AS (UPDATE {ready} r SET _bad = true FROM twice t"
            " WHERE r.{key} = t.k AND NOT r._bad AND r._row > t.first RETURNING r._row, r.{key}::text AS k, t.first)"
            " INSERT INTO layer.load_error (load, row, key, field, code, severity, value, zh, en)"
            " SELECT {load}, b._row, k, {field}, 'key_duplicate', 'error', k,"
            " '与数据第 ' || first || ' 行' || coalesce('（文件第 ' || f._line || ' 行）', '') || '主键重复',"
            " 'repeats the key of data row ' || first || coalesce(' (line ' || f._line || ' of the file)', '')"
            " FROM bad b LEFT JOIN {raw} f ON f._row = b.first"
        ).format(**values),
    )
    return marked.rowcount


def refuse_known_keys(connection: Connection, load_id: str, key: str, ready: Sql, served: Sql) -> int:
    """In append mode a key that is served already makes a row bad. Returns how many."""
    marked = run(
        connection,
        sql.SQL(
            "WITH bad AS (UPDATE {ready} r SET _bad = true FROM {served} c WHERE c.{key} = r.{key} AND NOT r._bad"
            " RETURNING r._row, r.{key}::text AS k) INSERT INTO layer.load_error"
            " (load, row, key, field, code, severity, value, zh, en) SELECT {load}, _row, k, {field}, 'key_exists',"
            " 'error', k, '图层里已有此主键；要更新请用 upsert 方式',"
            " 'is served already; use the upsert mode to update it' FROM bad"
        ).format(
            ready=ready,
            served=served,
            key=sql.Identifier(key),
            load=sql.Literal(load_id),
            field=sql.Literal(key),
        ),
    )
    return marked.rowcount


def keep_bad_rows(connection: Connection, load_id: str, names: list[str], ready: Sql) -> None:
    """Keep the bad rows as they stood in the file, by column name, with their geometry in the file's coordinates."""
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
            "INSERT INTO layer.load_bad_row (load, row, line, cells, shape)"
            " SELECT {}, x._row, x._line, {}, coalesce(x._wkb_z, x._wkb)"
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
            "SELECT row, line, key, field, code, severity, value, zh, en FROM layer.load_error WHERE {}"
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
