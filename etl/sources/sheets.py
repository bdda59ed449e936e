"""XLSX: each sheet a table with a header (see ``heading``), every value as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, load_workbook

from etl.sources.columns import Cleaner, stream_schema
from etl.sources.coordinates import find_coordinates, form_of, points_of
from etl.sources.delimited import PEEKED, Row
from etl.sources.heading import LOOKED_AT, Header, Line, read_header
from etl.sources.members import Member
from etl.sources.model import Column, Coordinates, Finding, Limits, ReadOptions, TableFacts
from etl.sources.refusals import empty, unreadable
from etl.sources.remarks import mark_remarks
from etl.sources.table import BATCH_ROWS, assembled
from etl.sources.xml_text import check_xml
from etl.sources.zipped import Budget, members

XML = (".xml", ".rels", ".vml")


def check_workbook(member: Member, limits: Limits) -> None:
    """Unpack a workbook under the limits of a zip, to nowhere, and look through its XML.

    Raises:
        BadFile: too large (``zip_limit``), entities (``xml_entities``), damaged.
    """
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
        self._cleaner = Cleaner()
        self._pair = find_coordinates(self._names, options.x, options.y, name)

    @cached_property
    def facts(self) -> TableFacts:
        """What is known from the header and the first rows."""
        first = list(islice(self._rows(), PEEKED))
        pair = None
        if self._pair:
            cells = [[row[self._names.index(name)] for *_, row in first] for name in self._pair]
            pair = Coordinates(*self._pair, form_of(*(pa.array(column, pa.string()) for column in cells)))
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
            points = None
            if self._pair:
                x, y = (self._names.index(name) for name in self._pair)
                points = points_of(columns[x], columns[y])
                mark_remarks(columns, points)
            numbers, lines = (pa.array([row[at] for row in chunk], pa.int64()) for at in (0, 1))
            yield assembled(stream_schema(facts.columns), numbers, columns, points, lines)

    def findings(self) -> list[Finding]:
        """Return what the rows read so far brought to light."""
        return self._cleaner.findings()

    def _rows(self) -> Iterator[Row]:
        width = len(self._names)
        for number, cells in enumerate(islice(self._sheet.iter_rows(), self._skipped, None), 1):
            texts = [cell_text(cell) for cell in cells[:width]]
            if any(text is not None for text in texts):
                yield number, self._skipped + number, texts + [None] * (width - len(texts))

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
