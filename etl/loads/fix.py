"""Corrected bad rows of a load, sent back alone: they join the layer under the same profile as the rest."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from etl.loads import record
from etl.loads.export import ROW, BadRow, X, Y, bad_rows, column_names
from etl.loads.loader import Loader
from etl.loads.mapping import no_column
from etl.loads.record import Load
from etl.loads.stage import stage_rows
from etl.sources.coordinates import split_pair
from etl.sources.model import ReadOptions, TableFacts
from etl.sources.open import open_table, survey
from layers.errors import BadFile, BadInput, Conflict

ENDED = ("loaded", "unchanged", "checked")


def receive_fix(loader: Loader, load_id: str, path: Path, *, name: str, person: str = "") -> Load:
    """Open and stage a load for the corrected rows in an XLSX, CSV or other table with the columns of the export.

    Rows are matched by the column ``数据行号 row``; a cell that is left out keeps its old value, a row that is left out
    stays bad. A place is moved by changing ``坐标X x`` and ``坐标Y y`` (coordinates of the first file); a row whose
    coordinates could not be read may be mended in the file's own columns as well.

    Raises:
        BadInput: the load has no bad rows (code ``nothing_to_fix``), or is not loaded yet.
        BadFile: the file cannot be read, lacks ``数据行号 row``, names a row that was not bad (code ``row_unknown``)
            or one row twice (``row_twice``).
    """
    parent = loader.get(load_id)
    if parent.state not in ENDED or parent.facts is None:
        raise Conflict(
            f"载入 {load_id} 尚未检查完，不能修正", f"load {load_id} is not checked yet", code="not_checked"
        )
    with loader.engine.connect() as connection:
        kept = {bad.row: bad for bad in bad_rows(connection, load_id)}
    if not kept:
        raise BadInput(
            f"载入 {load_id} 没有待修正的行", f"load {load_id} has no bad rows left", code="nothing_to_fix"
        )
    load = Load(kind="fix", parent=parent.id, layer=parent.layer, file=name, person=person)
    load.profile = parent.profile.merged({"mode": "upsert" if parent.profile.mode != "append" else "append"})
    load.reading, load.operation = parent.reading, parent.operation
    load.survey = survey(path, glance=True)
    load.file_sha256, load.file_bytes = load.survey.sha256, load.survey.bytes
    rows = _corrected(parent, load, path, kept)
    load.facts = _facts(parent)
    load.rows_in, load.state = len(rows), "staged"
    load.findings = stage_rows(loader.engine, load.id, _batch(load.facts, rows))
    with loader.engine.begin() as connection:
        record.create(connection, load)
    return loader.advance(load.id)


def _facts(parent: Load) -> TableFacts:
    """The columns of the first file; every cell has passed through a sheet and is text now."""
    assert parent.facts is not None  # noqa: S101 - the caller has looked
    facts = parent.facts.as_json()
    facts["columns"] = [{**c, "type": "text"} for c in facts["columns"]]
    return TableFacts.from_json(facts)


def _corrected(parent: Load, load: Load, path: Path, kept: dict[int, BadRow]) -> list[BadRow]:
    assert load.survey is not None  # noqa: S101 - it was surveyed just now
    table = next(
        (t for t in load.survey.tables if any(c.name == ROW for c in t.columns)), load.survey.tables[0]
    )
    names = [c.name for c in table.columns]
    if ROW not in names:
        raise no_column(load.file, ROW, names)
    found: list[BadRow] = []
    with open_table(path, ReadOptions(table=table.name)) as opened:
        for batch in opened.reader:
            columns = [batch.column(f"c{at + 1}").to_pylist() for at in range(len(names))]
            for cells in zip(*columns, strict=True):
                found.append(_row(parent, load, dict(zip(names, cells, strict=True)), kept))
        _ = opened.end
    found.sort(key=lambda bad: bad.row)
    for bad, following in pairwise(found):
        if bad.row == following.row:
            raise _row_twice(load.file, bad.row)
    return found


def _row_twice(file: str, row: int) -> BadFile:
    return BadFile(
        f"{file}：数据第 {row} 行出现多次",
        f"{file}: data row {row} stands there more than once",
        code="row_twice",
        file=file,
        field=ROW,
        row=row,
    )


def _row(parent: Load, load: Load, cells: dict[str, Any], kept: dict[int, BadRow]) -> BadRow:
    said = str(cells[ROW] or "").strip().removesuffix(".0")
    row = int(said) if said.isdigit() else -1
    if row not in kept:
        raise BadFile(
            f"{load.file}：{said[:20]!r} 不是载入 {parent.id} 待修正的数据行号",
            f"{load.file}: data row {said[:20]!r} is not a bad row of load {parent.id}",
            code="row_unknown",
            file=load.file,
            field=ROW,
        )
    before = kept[row]
    values = {name: cells[name] if name in cells else before.cells.get(name) for name in column_names(parent)}
    return BadRow(row, before.line, values, _place({**values, **cells}, before.shape, parent.facts))


def _place(cells: dict[str, Any], shape: Any, facts: TableFacts | None) -> Any:
    """Return the place of a mended row: by ``X`` and ``Y``; of a row that had none, by the file's own columns too."""
    names = [(X, Y)]
    if shape is None and facts is not None and facts.coordinates is not None:
        names.append((facts.coordinates.x, facts.coordinates.y))
    for east, north in names:
        try:
            parts = split_pair(cells[east]) if east == north else (cells[east], cells[north])
            x, y = (float(part or "") for part in parts)
        except (KeyError, TypeError, ValueError):
            continue
        break
    else:
        return shape
    point = shapely.Point(x, y)
    if (
        shape is not None
        and shape.geom_type == "Point"
        and np.allclose((shape.x, shape.y), (x, y), rtol=0, atol=1e-12)
    ):
        return shape
    return point


def _batch(facts: TableFacts, rows: list[BadRow]) -> pa.RecordBatch:
    names = [c.name for c in facts.columns]
    columns: dict[str, pa.Array] = {
        "_row": pa.array([bad.row for bad in rows], pa.int64()),
        "_line": pa.array([bad.line for bad in rows], pa.int64()),
    }
    for at, name in enumerate(names, start=1):
        cells = [None if (v := bad.cells.get(name)) is None else str(v) for bad in rows]
        columns[f"c{at}"] = pa.array(cells, pa.string())
    shapes = np.array([bad.shape for bad in rows], dtype=object)
    flat = shapely.to_wkb(shapely.force_2d(shapes))
    high = [shapely.to_wkb(s) if s is not None and shapely.has_z(s) else None for s in shapes]
    columns["_wkb"] = pa.array(list(flat), pa.binary())
    columns["_wkb_z"] = pa.array(high, pa.binary())
    columns["_fault"] = pa.array([None] * len(rows), pa.string())
    return pa.RecordBatch.from_pydict(columns)
