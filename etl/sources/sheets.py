"""XLSX and XLS: each sheet a table with a header (see ``heading``), every value as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, load_workbook

from etl.sources.columns import Cleaner, stream_schema
from etl.sources.coordinates import find_coordinates, find_joined, located, seen_coordinates
from etl.sources.delimited import PEEKED, Row
from etl.sources.heading import LOOKED_AT, Header, Line, read_header
from etl.sources.members import OLE_MAGIC, Member
from etl.sources.model import Column, Finding, Limits, ReadOptions, TableFacts
from etl.sources.refusals import empty, unreadable
from etl.sources.table import BATCH_ROWS, assembled
from etl.sources.xml_text import check_xml
from etl.sources.zipped import Budget, members

XML = (".xml", ".rels", ".vml")


def check_workbook(member: Member, limits: Limits) -> None:
    """Unpack a workbook under the limits of a zip, to nowhere, and look through its XML; one of Excel 97 is no zip.

    Raises:
        BadFile: too large (``zip_limit``), entities (``xml_entities``), damaged.
    """
    with member.path.open("rb") as stream:
        if stream.read(len(OLE_MAGIC)) == OLE_MAGIC:
            return
    for name, content in members(member.path, member.name, Budget(limits)):
        if name.suffix.lower() in XML:
            check_xml(content, member.name)
        else:
            for _ in content:
                pass


def sheets_of(member: Member) -> list[str]:
    """Return the names of the sheets that hold cells.

    Raises:
        BadFile: no workbook, or nothing in it.
    """
    book = _opened(member)
    names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    filled = [name for name in names if book.get_sheet_by_name(name).total_height > 0]
    if not filled:
        raise empty(member.name)
    return filled


class SheetTable:
    """A sheet of a workbook, with points where two columns are coordinates.

    The sheet is held in memory as long as it is read; a workbook has at most 1,048,576 rows.

    Raises:
        BadFile: no such coordinate column, or a sheet without cells.
    """

    def __init__(self, member: Member, sheet: str, name: str, options: ReadOptions) -> None:
        self._member, self._name = member, name
        try:
            self._sheet: CalamineSheet = _opened(member).get_sheet_by_name(sheet)
        except CalamineError as error:
            raise unreadable(member.name) from error
        self._header = self._read_header(options)
        self._skipped, self._names = self._header.skipped, self._header.names
        self._merged = self._merged_downward()
        self._cleaner = Cleaner()
        self._pair = find_coordinates(self._names, options.x, options.y, name)
        self._pair = self._pair or find_joined(self._names, (row for *_, row in islice(self._rows(), PEEKED)))

    @cached_property
    def facts(self) -> TableFacts:
        """What is known from the header and the first rows."""
        first = [row for *_, row in islice(self._rows(), PEEKED)]
        pair = seen_coordinates(first, self._names, self._pair) if self._pair else None
        return TableFacts(
            name=self._name,
            format="xlsx",
            geometry="point" if pair else "none",
            columns=[Column(name) for name in self._names],
            coordinates=pair,
            heading=self._header.heading,
            findings=self._header.findings,
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all rows that are not blank."""
        facts, rows = self.facts, self._rows()
        while chunk := list(islice(rows, BATCH_ROWS // 4)):
            cells = zip(*(row for *_, row in chunk), strict=True)
            columns = [
                self._cleaner.clean(pa.array(values, pa.string()), column)
                for values, column in zip(cells, facts.columns, strict=True)
            ]
            points = located(columns, self._names, self._pair) if self._pair else None
            numbers, lines = (pa.array([row[at] for row in chunk], pa.int64()) for at in (0, 1))
            yield assembled(stream_schema(facts.columns), numbers, columns, points, lines)

    def findings(self) -> list[Finding]:
        """Return what the rows read so far brought to light."""
        if not self._merged:
            return self._cleaner.findings()
        count = sum(map(len, self._merged.values()))
        zh = f"有 {count} 处竖向合并的单元格，其各行都取合并格的值"
        en = f"{count} cells are merged downward; each of their rows has the value of the merged cell"
        return [*self._cleaner.findings(), Finding("cells_merged", "info", zh, en, {"count": count})]

    def _rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; a cell merged downward stands for each of its rows."""
        width = len(self._names)
        carried: dict[int, tuple[int, str | None]] = {}
        for number, cells in enumerate(islice(self._sheet.iter_rows(), self._skipped, None), 1):
            texts = [cell_text(cell) for cell in cells[:width]]
            at = self._skipped + number - 1
            for column, last in self._merged.get(at, ()):
                carried[column] = (last, texts[column])
            for column, (last, text) in list(carried.items()):
                if at > last:
                    del carried[column]
                elif texts[column] is None:
                    texts[column] = text
            if any(text is not None for text in texts):
                yield number, self._skipped + number, texts + [None] * (width - len(texts))

    def _merged_downward(self) -> dict[int, list[tuple[int, int]]]:
        """Return column and last row of the cells that are merged over several rows of data, by their first row."""
        found: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in self._sheet.merged_cell_ranges or ():
            if bottom > top >= self._skipped and left < len(self._names):
                found.setdefault(top, []).append((left, bottom))
        return found

    def _read_header(self, options: ReadOptions) -> Header:
        lines: list[Line] = []
        for number, cells in enumerate(self._sheet.iter_rows(), 1):
            texts = [(cell_text(cell) or "").strip() for cell in cells]
            if any(texts):
                lines.append(Line(number, number, texts))
            if len(lines) == LOOKED_AT:
                break
        if not lines:
            raise empty(self._name)
        return read_header(self._name, lines, options)


def cell_text(value: Any) -> str | None:
    """Return a cell as text: shortest numbers, whole ones without ``.0``, ISO dates, None where it is blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        whole = value.time() == dt.time()
        return value.date().isoformat() if whole else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _opened(member: Member) -> CalamineWorkbook:
    try:
        return load_workbook(str(member.path))
    except (CalamineError, OSError) as error:
        raise unreadable(member.name) from error
