"""CSV and other separated text: every cell as it is written, blank ones empty, rows numbered after the header.

Two readers that give the same: Arrow's, for text without quotes or blank lines between rows, and Python's strict
one, which takes over at the first row Arrow does not like and names the line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.sources.columns import Cleaner, stream_schema
from etl.sources.coordinates import find_coordinates, find_joined, located, seen_coordinates
from etl.sources.heading import LOOKED_AT, Header, Line, read_header
from etl.sources.members import Member
from etl.sources.model import Column, Finding, ReadOptions, TableFacts
from etl.sources.plain_text import PlainText
from etl.sources.refusals import empty
from etl.sources.remarks import is_remark
from etl.sources.table import BATCH_ROWS, assembled, numbers
from layers.errors import BadFile

SEPARATORS = ",;\t|"
LONGEST_CELL = 1 << 20
BLOCK = 2 << 20
"""Arrow reads some blocks ahead."""
PEEKED = 200
Row = tuple[int, int, list[str | None]]
"""Number of the row after the header, line of the text (or row of the sheet) where it begins, cells."""
csv.field_size_limit(LONGEST_CELL)


class DelimitedTable:
    """A table of separated text, with points where two columns are coordinates.

    Raises:
        BadFile: nothing in it, text that does not decode as the officer said, no such coordinate column.
    """

    def __init__(self, member: Member, options: ReadOptions) -> None:
        self._member = member
        self._text = PlainText(member.path, member.name, options.encoding)
        self._separator, self._header = self._read_header(options)
        self._cleaner = Cleaner()
        names = self._header.names
        self._pair = find_coordinates(names, options.x, options.y, member.name)
        self._pair = self._pair or find_joined(names, (row for *_, row in islice(self.rows(), PEEKED)))

    @cached_property
    def facts(self) -> TableFacts:
        """What is known from the header, the encoding and the first rows."""
        columns = [Column(name) for name in self._header.names]
        first = [row for *_, row in islice(self.rows(), PEEKED)]
        pair = seen_coordinates(first, self._header.names, self._pair) if self._pair else None
        return TableFacts(
            name=self._member.name,
            format="csv",
            rows=self._text.lines - self._header.skipped if self._text.simple else None,
            geometry="point" if pair else "none",
            columns=columns,
            encoding=self._text.encoding,
            coordinates=pair,
            heading=self._header.heading,
            findings=[*self._text.findings, *self._header.findings],
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all rows that are not blank."""
        done, finished = 0, False
        if self._text.simple:
            for columns in self._fast():
                count = len(columns[0]) if columns else 0
                finished = not count
                if count:
                    lines = numbers(done + 1 + self._header.skipped, count)
                    yield from self._batch(numbers(done + 1, count), lines, columns)
                done += count
        if not finished:
            yield from self._slow(done)

    @property
    def names(self) -> list[str]:
        """The names in the header."""
        return self._header.names

    def findings(self) -> list[Finding]:
        """Return what the rows read so far brought to light."""
        return [*self._cleaner.findings(), *self._text.late_findings()]

    def _batch(self, rows: pa.Array, lines: pa.Array, columns: list[pa.Array]) -> Iterator[pa.RecordBatch]:
        facts = self.facts
        cleaned = [self._cleaner.clean(_nulled(a), c) for a, c in zip(columns, facts.columns, strict=True)]
        points = located(cleaned, self._header.names, self._pair) if self._pair else None
        batch = assembled(stream_schema(facts.columns), rows, cleaned, points, lines)
        blank = cleaned[0].is_null()
        for column in cleaned[1:]:
            if not pc.any(blank).as_py():
                break
            blank = pc.and_(blank, column.is_null())
        yield batch.filter(pc.invert(blank)) if pc.any(blank).as_py() else batch

    def _fast(self) -> Iterator[list[pa.Array]]:
        """Read with Arrow as far as the rows have as many cells as the header; an empty list says: to the end."""
        names = [f"c{n}" for n in range(1, len(self._header.names) + 1)]
        read = arrow_csv.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=names, skip_rows=self._header.skipped
        )
        parse = arrow_csv.ParseOptions(delimiter=self._separator, quote_char=False, newlines_in_values=False)
        convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        )
        try:
            with (
                self._text.open_bytes() as stream,
                arrow_csv.open_csv(stream, read, parse, convert) as reader,
            ):
                for batch in reader:
                    if batch.num_rows:
                        yield batch.columns
            yield []
        except pa.ArrowInvalid:
            return

    def _slow(self, done: int) -> Iterator[pa.RecordBatch]:
        rows = self.rows()
        if done:
            rows = islice(rows, done, None)
        width = len(self._header.names)
        while chunk := list(islice(rows, BATCH_ROWS // 4)):
            cells = zip(*(row for *_, row in chunk), strict=True)
            columns = [pa.array(column, pa.string()) for column in cells] or [pa.nulls(len(chunk))] * width
            rows_at, lines_at = (pa.array([row[at] for row in chunk], pa.int64()) for at in (0, 1))
            yield from self._batch(rows_at, lines_at, columns)

    def rows(self) -> Iterator[Row]:
        """Read with Python's strict reader: number after the header, line, and cells.

        Raises:
            BadFile: a row of another length (``row_length``), unbalanced quotes (``unreadable``).
        """
        file = self._member.name
        with self._text.open_text() as stream:
            reader = csv.reader(stream, delimiter=self._separator, strict=True)
            try:
                for _ in islice(reader, self._header.skipped):
                    pass
                begins = reader.line_num + 1  # a cell may hold line breaks, so lines are not counted by rows
                for number, cells in enumerate(reader, 1):
                    if cells:
                        yield number, begins, _fitted(file, (number, begins), cells, len(self._header.names))
                    begins = reader.line_num + 1
            except csv.Error as error:
                raise BadFile(
                    f"{file} 第 {reader.line_num} 行起不是可读的 CSV（引号不配对？）",
                    f"{file} is not a readable CSV from line {reader.line_num} on (unbalanced quotes?): {error}",
                    code="unreadable",
                    file=file,
                    line=reader.line_num,
                ) from error

    def _read_header(self, options: ReadOptions) -> tuple[str, Header]:
        """Return the separator and the header. The separator of the first line stands, unless with that of the lines
        below a header is recognised: a title has none."""
        with self._text.open_text() as stream:
            lines = list(islice((line for line in stream if line.strip()), LOOKED_AT))
        first = max(SEPARATORS, key=lines[0].count) if lines else ","
        usual = max(SEPARATORS, key=lambda mark: sum(mark in line for line in lines))
        header = read_header(self._member.name, self._first_lines(first), options)
        if usual != first and not header.recognised:
            other = read_header(self._member.name, self._first_lines(usual), options)
            if other.recognised:
                return usual, other
        return first, header

    def _first_lines(self, separator: str) -> list[Line]:
        file, found = self._member.name, []
        with self._text.open_text() as stream:
            reader = csv.reader(stream, delimiter=separator, strict=True)
            begins = 1
            try:
                for read, cells in enumerate(islice(reader, LOOKED_AT), 1):
                    if any(cell.strip() for cell in cells):
                        found.append(Line(read, begins, [cell.strip() for cell in cells]))
                    begins = reader.line_num + 1
            except csv.Error as error:
                if not found:
                    raise BadFile(
                        f"{file} 的表头不可读（引号不配对？）",
                        f"{file}: the header is not readable (unbalanced quotes?)",
                        code="unreadable",
                        file=file,
                        line=1,
                    ) from error
        if not found:
            raise empty(file)
        return found


def _fitted(file: str, at: tuple[int, int], cells: list[str], width: int) -> list[str | None]:
    """Return the cells of a row; empty ones too many are a separator at the end, others a fault of the row. A line of
    sums or notes has as many cells as it likes."""
    blank = not any(cell.strip() for cell in cells)
    if len(cells) != width and is_remark(cells):
        cells = [*cells[: width - 1], " ".join(cells[width - 1 :]), *[""] * (width - len(cells) - 1)]
        cells += [""] * (width - len(cells))
    if not blank and (len(cells) < width or any(cells[width:])):
        number, line = at
        raise BadFile(
            f"{file} 第 {line} 行（数据第 {number} 行）有 {len(cells)} 格，表头有 {width} 格",
            f"{file}: line {line} (data row {number}) has {len(cells)} cells, the header {width}",
            code="row_length",
            file=file,
            row=number,
            line=line,
        )
    return [None] * width if blank else [cell or None for cell in cells[:width]]


def _nulled(column: pa.Array) -> pa.Array:
    """Return a column with cells of nothing but blanks as nulls."""
    blank = pc.utf8_is_space(column)
    return pc.if_else(blank, pa.scalar(None, pa.string()), column) if pc.any(blank).as_py() else column
