"""The faults of a load as files: CSV to read, XLSX to mend and send back, GeoPackage to see where they lie."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter
from psycopg import sql
from sqlalchemy import Connection

from etl.loads.faults import Fault, every_fault
from etl.loads.record import Load
from etl.loads.sqltools import run
from layers.errors import BadInput
from layers.registry import Registry
from layers.spreadsheets import safe_cell

ROW, LINE, X, Y, WHY = "数据行号 row", "文件行号 line", "坐标X x", "坐标Y y", "错误 reason"
"""Columns added to the file's own in the sheet to mend; ``fix`` reads them back (but for the line of the first file,
which is for the eye). A data row is counted from 1 after the header, a line as a spreadsheet or an editor counts."""
SHEET_TO_MEND, SHEET_OF_FAULTS = "待修正 to mend", "错误清单 faults"
HEAD = (ROW, LINE, "主键 key", "字段 field", "代码 code", "级别 severity", "原值 value", "原因", "reason")
LEVELS = {"error": "错误 error", "warning": "提示 warning", "info": "说明 info"}
MOST_SHEET_ROWS = 1_000_000


def export_faults(connection: Connection, registry: Registry, load: Load, kind: str, folder: Path) -> Path:
    """Write the faults of a load into a folder and return the file.

    Raises:
        BadInput: another kind than csv, xlsx, gpkg (code ``bad_format``).
    """
    target = folder / f"{load.id}-faults.{kind}"
    if kind == "csv":
        _write_csv(target, every_fault(connection, load.id))
    elif kind == "xlsx":
        _write_xlsx(target, load, list(every_fault(connection, load.id)), bad_rows(connection, load.id))
    elif kind == "gpkg":
        _write_gpkg(target, load, list(every_fault(connection, load.id)), bad_rows(connection, load.id))
    else:
        raise BadInput(
            f"不支持格式 {kind[:20]!r}，可用 csv、xlsx、gpkg",
            f"format {kind[:20]!r} is not supported; use csv, xlsx or gpkg",
            code="bad_format",
        )
    return target


@dataclass(frozen=True)
class BadRow:
    """A bad row as it stood in the file: its number and line, cells by column, shape in the file's coordinates."""

    row: int
    line: int | None
    cells: dict[str, Any]
    shape: Any


def bad_rows(connection: Connection, load_id: str) -> Iterator[BadRow]:
    """Return the bad rows of a load that nobody has mended yet, in their order."""
    query = sql.SQL(
        "SELECT row, line, cells, shape FROM layer.load_bad_row WHERE load = {} AND mended IS NULL ORDER BY row"
    )
    for row, line, cells, wkb in run(connection, query.format(sql.Literal(load_id))).fetchall():
        shape = shapely.from_wkb(bytes(wkb), on_invalid="ignore") if wkb else None
        yield BadRow(row, line, cells, shape)


def column_names(load: Load) -> list[str]:
    """Return the columns of the file in their order."""
    return [c.name for c in load.facts.columns] if load.facts else []


def _write_csv(target: Path, faults: Iterator[Fault]) -> None:
    # the mark at the start tells spreadsheets that this is UTF-8
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for fault in faults:
            writer.writerow([safe_cell(cell) for cell in _line(fault)])


def _line(fault: Fault) -> list[object]:
    return [
        fault.row,
        "" if fault.line is None else fault.line,
        fault.key or "",
        fault.field,
        fault.code,
        LEVELS[fault.severity],
        fault.value,
        fault.zh,
        fault.en,
    ]


def _reasons(faults: list[Fault]) -> dict[int, str]:
    said: dict[int, list[str]] = {}
    for fault in faults:
        if fault.severity == "error":
            said.setdefault(fault.row, []).append(f"{fault.field}：{fault.zh} / {fault.en}")
    return {row: "；".join(words) for row, words in said.items()}


def _write_xlsx(target: Path, load: Load, faults: list[Fault], rows: Iterator[BadRow]) -> None:
    reasons, names = _reasons(faults), column_names(load)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8E8E8"})
        red = book.add_format({"bg_color": "#FBE3E1"})
        wrong = {(f.row, f.field) for f in faults if f.severity == "error"}
        sheet = book.add_worksheet(SHEET_TO_MEND)
        sheet.freeze_panes(1, 2)
        for at, name in enumerate([ROW, LINE, *names, X, Y, WHY]):
            sheet.write_string(0, at, name, bold)
        for line, bad in enumerate(rows, start=1):
            sheet.write_number(line, 0, bad.row)
            if bad.line is not None:
                sheet.write_number(line, 1, bad.line)
            for at, name in enumerate(names, start=2):
                value = bad.cells.get(name)
                if value is not None:
                    sheet.write_string(line, at, _cell(value), red if (bad.row, name) in wrong else None)
            shape = bad.shape
            if shape is not None and shape.geom_type == "Point" and not shape.is_empty:
                sheet.write_number(line, len(names) + 2, shape.x)
                sheet.write_number(line, len(names) + 3, shape.y)
            sheet.write_string(line, len(names) + 4, reasons.get(bad.row, ""))
        listed = book.add_worksheet(SHEET_OF_FAULTS)
        listed.freeze_panes(1, 0)
        for at, name in enumerate(HEAD):
            listed.write_string(0, at, name, bold)
        for line, fault in enumerate(faults[:MOST_SHEET_ROWS], start=1):
            for at, cell in enumerate(_line(fault)):
                listed.write(line, at, cell)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_gpkg(target: Path, load: Load, faults: list[Fault], rows: Iterator[BadRow]) -> None:
    reasons, names = _reasons(faults), column_names(load)
    kept = list(rows)
    taken = {"fid", "geom", "geometry"}
    columns: dict[str, Any] = {
        ROW: [bad.row for bad in kept],
        LINE: pd.array([bad.line for bad in kept], dtype="Int64"),
    }
    for name in names:
        shown = name if name.casefold() not in taken else f"{name}_"
        columns[shown] = [None if (v := bad.cells.get(name)) is None else _cell(v) for bad in kept]
    columns[WHY] = [reasons.get(bad.row, "") for bad in kept]
    shapes = [bad.shape for bad in kept]
    crs = (load.operation or {}).get("wkt") or (load.facts.crs_wkt if load.facts else None)
    frame = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)
    frame.to_file(target, layer="bad_rows", driver="GPKG", geometry_type="Unknown" if not kept else None)
