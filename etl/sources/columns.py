"""Columns as they go on: six types, text that is text, no NUL characters.

PostgreSQL refuses a whole COPY for one NUL in a text, and Arrow does not check what a library calls UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.encoding import decide
from etl.sources.model import Column, ColumnType, Encoding, Finding

ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
ROW, LINE, WKB, WKB_Z, FAULT = "_row", "_line", "_wkb", "_wkb_z", "_fault"


def stream_schema(columns: Iterable[Column]) -> pa.Schema:
    """Return the schema of a stream: ``_row``, ``_line``, ``c1`` .. ``cn`` in order of the columns, geometry, fault.

    ``_row`` counts rows of data from 1; ``_line`` is the line of the text or the row of the sheet where the row
    begins, counted as an editor or a spreadsheet does, null in formats without lines.
    """
    fields = [pa.field(f"c{n}", ARROW[column.type]) for n, column in enumerate(columns, 1)]
    ends = [pa.field(WKB, pa.binary()), pa.field(WKB_Z, pa.binary()), pa.field(FAULT, pa.string())]
    return pa.schema([pa.field(ROW, pa.int64()), pa.field(LINE, pa.int64()), *fields, *ends])


def column_type(arrow: pa.DataType) -> ColumnType:
    """Return which of the six types an Arrow type is read as; what has no better one is text."""
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_integer(arrow):
        return "integer"
    if pa.types.is_floating(arrow) or pa.types.is_decimal(arrow):
        return "decimal"
    if pa.types.is_date(arrow):
        return "date"
    return "datetime" if pa.types.is_timestamp(arrow) else "text"


class Cleaner:
    """Makes columns of any Arrow type into those of the stream, and counts what had to be mended.

    Instants with a time zone are given in UTC, without it. Binary columns are left empty.
    """

    def __init__(self) -> None:
        self.nuls: dict[str, int] = {}
        self.unread: set[str] = set()
        self.encoding: Encoding | None = None

    def clean(self, array: pa.Array, column: Column) -> pa.Array:
        """Return a column in the Arrow type of its column type."""
        if column.type == "text":
            return self._text(array, column.name)
        if column.type == "datetime" and array.type.tz is not None:
            array = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
        return array.cast(ARROW[column.type], safe=False)

    def findings(self) -> list[Finding]:
        """Return what was mended so far."""
        found = [
            Finding(
                "text_nul",
                "warning",
                f"{name}：{count} 处文字含 NUL 字符，已去掉",
                f"{name}: {count} texts had NUL characters, removed",
                {"field": name, "count": count},
            )
            for name, count in self.nuls.items()
        ]
        if self.encoding is not None:
            found.append(
                Finding(
                    "enc_not_utf8",
                    "warning",
                    f"文件里有不是 UTF-8 的文字，按 {self.encoding.name} 读取",
                    f"the file has text that is not UTF-8; read as {self.encoding.name}",
                    {"encoding": self.encoding.name},
                )
            )
        found += [
            Finding(
                "field_unread",
                "warning",
                f"{name} 是二进制字段，没有读取",
                f"{name} is a binary field, not read",
                {"field": name},
            )
            for name in sorted(self.unread)
        ]
        return found

    def _text(self, array: pa.Array, name: str) -> pa.Array:
        kind = array.type
        if pa.types.is_dictionary(kind):
            array = array.dictionary_decode()
            kind = array.type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
            self.unread.add(name)
            return pa.nulls(len(array), pa.string())
        if pa.types.is_nested(kind):
            texts = [None if value is None else _listed(value) for value in array.to_pylist()]
            return self._without_nul(pa.array(texts, pa.string()), name)
        if not pa.types.is_string(kind):
            array = array.cast(pa.string())
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            array = self._decoded(array)
        return self._without_nul(array, name)

    def _without_nul(self, array: pa.Array, name: str) -> pa.Array:
        data = array.buffers()[2]
        if data is None or np.frombuffer(data, np.uint8).all():
            return array
        holding = pc.match_substring(array, "\0")
        count = pc.sum(holding).as_py() or 0
        if not count:
            return array
        self.nuls[name] = self.nuls.get(name, 0) + count
        return pc.replace_substring(array, "\0", "")

    def _decoded(self, array: pa.Array) -> pa.Array:
        raw = [
            value.as_buffer().to_pybytes() if value.is_valid else None for value in array.cast(pa.binary())
        ]
        if self.encoding is None:
            self.encoding = decide([text for text in raw if text is not None and not _is_utf8(text)]).encoding
        codec = self.encoding.name
        texts = [
            None if text is None else text.decode("utf-8" if _is_utf8(text) else codec, "replace")
            for text in raw
        ]
        return pa.array(texts, pa.string())


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _listed(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def as_text(value: object) -> str | None:
    """Return a value for showing: ISO dates, whole floats without ``.0``, at most 200 characters."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:200]
