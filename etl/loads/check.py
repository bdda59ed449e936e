"""The check of a staged load: every row read, located and judged, every fault on record, the change counted."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
from psycopg import sql
from sqlalchemy import Connection, Engine

from etl.loads import record
from etl.loads.counties import ensure_squares
from etl.loads.faults import (
    forget_faults,
    keep_bad_rows,
    name_faults,
    name_lines,
    refuse_known_keys,
    refuse_repeated_keys,
)
from etl.loads.finish import finish, needs_finish
from etl.loads.heap import INLINE_BYTES, be_quick, indexed_ahead, keys_are_unique, shaped
from etl.loads.locate import locate
from etl.loads.mapping import Mapping, map_columns
from etl.loads.preview import change_of, moved
from etl.loads.questions import option, question
from etl.loads.reading import KnownPlaces, read_coordinates
from etl.loads.ready import Reading, hashed, marked_rows
from etl.loads.record import Load
from etl.loads.sqltools import SCHEMA, Sql, run, stage_table
from etl.loads.stage import LOST_TEXT
from etl.loads.versions import next_seq, served
from etl.progress import Reporter
from etl.sources.model import Finding
from layers.crs.offset import FEWEST_MOVED, moved_note
from layers.errors import BadFile
from layers.kinds.vector import VectorLayer

LARGE = 50_000
"""From so many rows on it pays to build indexes side by side."""
WITH_LINES = ("csv", "xlsx")
USUAL_ENCODINGS = ("gb18030", "utf-8", "big5")


def check(
    engine: Engine, load: Load, layer: VectorLayer, known: KnownPlaces, offsets: bool, reporter: Reporter
) -> None:
    """Check a staged load against its layer and keep its record; fills ``counts``, ``questions``, ``operation``.

    In two transactions, so that what takes longest where the rows become the table as they are, its indexes, begins
    while the rows are judged. Broken off between the two, the load is staged and will be checked anew.

    Raises:
        BadFile: no rows, no geometry, or a mapping that names what is not there.
    """
    with reporter.step(f"{layer.id}: check"), engine.begin() as connection:
        reading = mark_rows(connection, load, layer, known, offsets)
        if reading is None:
            record.save(connection, load)
            return
    is_ahead = load.shaped is not None and load.rows_in >= LARGE
    ahead = indexed_ahead(engine, layer, stage_table("ready", load.id)) if is_ahead else nullcontext()
    with reporter.step(f"{layer.id}: judge"), ahead, engine.begin() as connection:
        judge_rows(connection, load, reading)
        record.save(connection, load)


def mark_rows(
    connection: Connection,
    load: Load,
    layer: VectorLayer,
    known: KnownPlaces,
    offsets: bool,
) -> Reading | None:
    """Check the rows of a staged load against its layer in one pass; fills ``questions``, ``operation``, ``shaped``.

    ``stage.ready_<load>`` then holds the rows as the layer keeps them, with their marks. Returns how they were read,
    for ``judge_rows``; None with an open question: then nothing is checked.

    Raises:
        BadFile: no rows, no geometry, or a mapping that names what is not there.
    """
    assert load.facts is not None  # noqa: S101 - staged loads have facts
    load.questions, load.counts = [], {}
    if not load.rows_in:  # before anything is asked about it
        raise _without_rows(load)
    if load.facts.geometry == "none" and load.facts.format in WITH_LINES:
        load.questions.append(_coordinates_question(load))
        return None
    if load.facts.geometry == "none":
        raise BadFile(
            f"{load.file} 没有几何",
            f"{load.file} has no geometry",
            code="no_geometry",
            file=load.file,
        )
    mapping = map_columns(layer, load.facts.columns, load.profile, load.file)
    if (asked := _encoding_question(load)) is not None:
        load.questions.append(asked)
    if mapping.missing:
        load.questions.append(_missing(layer, mapping, load))
    operation = read_coordinates(connection, load, layer, mapping, known, offsets)
    if operation is None or load.questions:
        return None
    counties = known.counties(connection)
    reading = Reading(
        layer=layer,
        profile=load.profile,
        columns=load.facts.columns,
        mapping=mapping,
        located=locate(connection, load.id, layer, operation),
        has_z=load.facts.has_z,
        lossy=any(f.code == LOST_TEXT for f in load.findings),
        counties=ensure_squares(connection, counties) if counties else None,
    )
    _build(connection, load, layer, reading)
    return reading


def judge_rows(connection: Connection, load: Load, reading: Reading) -> None:
    """Name the faults of the marked rows and count what the load would change; fills ``counts`` and ``base``.

    The faults are in ``layer.load_error``, the bad rows as they stood in ``layer.load_bad_row``.

    Raises:
        BadFile: no row was asked for.
    """
    assert load.facts is not None  # noqa: S101 - staged loads have facts
    be_quick(connection)
    layer, ready = reading.layer, stage_table("ready", load.id)
    _judge(connection, load, reading, ready)
    good = None if needs_finish(layer) else load.counts["selected"] - load.counts["bad"]
    change, parent = change_of(connection, layer, ready, good)
    load.base = parent.version if parent else None
    if parent is not None and change.changed >= FEWEST_MOVED:
        _compare_places(load, moved(connection, layer, ready, parent))
    load.counts = {**change.as_json(), **load.counts}
    load.rows_refused = load.counts["bad"]
    if load.rows_refused:
        keep_bad_rows(connection, load.id, [c.name for c in load.facts.columns], ready)
    load.state = "checked"


def _build(connection: Connection, load: Load, layer: VectorLayer, reading: Reading) -> None:
    raw, read, ready = (stage_table(name, load.id) for name in ("raw", "read", "ready"))
    for table in (read, ready):
        run(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    be_quick(connection)
    unfinished = needs_finish(layer)
    query = marked_rows(reading, raw)
    load.shaped = None
    if unfinished:
        _create(connection, read, query, "UNLOGGED ")
        finish(connection, layer, read, ready, load.profile.merge, reading.has_z)
        run(connection, sql.SQL("DROP TABLE {}").format(read))
    elif served(connection, layer) is not None:
        _create(connection, ready, hashed(layer, query, reading.has_z), "UNLOGGED ")
    else:  # the layer is empty: the checked rows become its table as they are
        load.shaped = next_seq(connection, layer)
        _create(connection, ready, shaped(layer, query, load.shaped, marks=True, has_z=reading.has_z), "")


def _create(connection: Connection, table: Sql, query: Sql, kind: str) -> None:
    run(
        connection,
        sql.SQL("CREATE {}TABLE {} WITH (autovacuum_enabled = off, toast_tuple_target = {}) AS {}").format(
            sql.SQL(kind), table, sql.Literal(INLINE_BYTES), query
        ),
    )


def _judge(connection: Connection, load: Load, reading: Reading, ready: Sql) -> None:
    """Count the rows the pass has marked, name their faults, and find keys that stand twice or are served already."""
    forget_faults(connection, load.id)
    marks = run(
        connection,
        sql.SQL(
            "SELECT count(*) FILTER (WHERE _bad), count(*) FILTER (WHERE _warn AND NOT _bad),"
            " count(*) FILTER (WHERE _row > 0) FROM {}"
        ).format(ready),
    ).fetchone()
    assert marks is not None  # noqa: S101 - an aggregate always gives a row
    bad, warned, selected = marks
    if not selected:
        raise _without_rows(load)
    if bad or warned:
        name_faults(connection, load.id, reading, ready, bad + warned)
    layer = reading.layer
    # the unique index is needed anyway where the rows become the table, and finds out for nothing
    if load.shaped is None or not keys_are_unique(connection, layer, ready):
        bad += refuse_repeated_keys(connection, load.id, layer.key, ready)
    parent = served(connection, layer)
    if load.profile.mode == "append" and parent is not None:
        known = sql.Identifier(SCHEMA, str(parent.table_name))
        bad += refuse_known_keys(connection, load.id, layer.key, ready, known)
    if (bad or warned) and load.facts is not None and load.facts.format in WITH_LINES:
        name_lines(connection, load.id)
    load.counts = {"bad": bad, "warned": warned, "selected": selected}


def _compare_places(load: Load, places: list[tuple[float, ...]]) -> None:
    """Note where the objects that are served already moved together, as an offset datum moves them."""
    x, y, to_x, to_y = np.array(places, dtype=np.float64).reshape(-1, 4).T
    note = moved_note((x, y), (to_x, to_y))
    known = any(f.code == "offset_suspected" for f in load.findings)
    if note is not None and not known:
        code, zh, en = note
        load.findings = [*load.findings, Finding(code, "warning", zh, en, {"step": "crs"})]


def _without_rows(load: Load) -> BadFile:
    where = bool(load.profile.where) and load.rows_in > 0
    return BadFile(
        f"{load.file} 没有符合 where 条件的行" if where else f"{load.file} 没有数据行",
        f"{load.file} has no row that fits 'where'" if where else f"{load.file} has no rows",
        code="empty_file",
        file=load.file,
    )


def _coordinates_question(load: Load) -> dict[str, object]:
    names = "、".join(c.name for c in load.facts.columns) if load.facts else ""
    given = "、".join(n for n in (load.profile.x, load.profile.y) if n)
    return question(
        "coordinates_missing",
        "x",
        f"{load.file} 里没有认出坐标列{f'（指定的是 {given}）' if given else ''}；请用 x、y 指定；现有列：{names}",
        f"{load.file} has no coordinate columns that are known{f' ({given} was given)' if given else ''}; name them "
        f"with x and y; columns: {names}",
    )


def _encoding_question(load: Load) -> dict[str, object] | None:
    """Ask for the encoding where the bytes leave it open and nobody has said it."""
    encoding = load.facts.encoding if load.facts else None
    if encoding is None or encoding.certain or load.profile.encoding is not None:
        return None
    guesses: list[str] = next(
        (f.where.get("guesses", []) for f in load.findings if f.code == "enc_undecided"), []
    )
    names = list(dict.fromkeys([encoding.name, *guesses, *USUAL_ENCODINGS]))
    return question(
        "enc_undecided",
        "encoding",
        "无法确定文字的编码，请对照样例选定",
        "the encoding of the text is not certain; choose it by the samples",
        [option({"encoding": name}, name.upper(), name.upper()) for name in names],
    )


def _missing(layer: VectorLayer, mapping: Mapping, load: Load) -> dict[str, object]:
    titles = [next(f.title for f in layer.fields if f.name == name) for name in mapping.missing]
    zh = "、".join(f"{t.zh}（{n}）" for t, n in zip(titles, mapping.missing, strict=True))
    unused_zh, unused_en = "、".join(mapping.unused) or "无", ", ".join(mapping.unused) or "none"
    options = []
    if layer.key in mapping.missing:
        options = [
            option(
                {"key_from": ["#content"]},
                "没有编号：由内容生成",
                "there is no key: make it from the content",
            ),
            option(
                {"key_from": ["#row"]},
                "没有编号：用数据行号",
                "there is no key: use the number of the data row",
            ),
        ]
    return question(
        "field_missing",
        "rename",
        f"{load.file} 缺少必填字段 {zh}；未用的列：{unused_zh}；请指定对应列或固定值",
        f"{load.file} lacks required fields {', '.join(mapping.missing)}; unused columns: "
        f"{unused_en}; name their columns or constants",
        options,
    )
