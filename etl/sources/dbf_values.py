"""From the fixed-width cells of a DBF column to an Arrow array, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.sources.encoding import without_cut_character

Cells = NDArray[np.uint8]  # shape (rows, width), contiguous
PADDING = " \t\r\n\0"
SEPARATORS = range(1, 8)  # control characters; no codec in use has them inside a longer character
NO_NUMBER = 1e300  # ArcGIS writes an empty double as -1.797e308
UNIX_EPOCH_JULIAN_DAY = 2_440_588
DAY_US, MS_US = 86_400_000_000, 1_000


class Unparsable(ValueError):
    """A cell of the column is not what the type of the column promises."""


@dataclass
class Tally:
    """What happened to the cells of one column: texts cut mid-character, broken, with NUL; numbers too long."""

    cut: int = 0
    bad: int = 0
    nul: int = 0
    overflow: int = 0
    repeats: bool = True  # whether the last batch had few distinct values


def raw(cells: Cells) -> pa.StringArray:
    """Return the cells without their padding. The bytes are as in the file, so possibly not UTF-8."""
    rows, width = cells.shape
    offsets = np.arange(rows + 1, dtype=np.int64) * width
    if rows * width >= 2**31:
        raise ValueError("a batch of one column must stay under 2 GiB")
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(cells))]
    whole = pa.Array.from_buffers(pa.string(), rows, buffers)
    return pc.ascii_trim(whole, characters=PADDING)


def text(cells: Cells, codec: str, tally: Tally) -> pa.StringArray:
    """Decode a column of text; empty cells become null. Cut and broken characters are counted, not raised."""
    trimmed = raw(cells)
    if not cells.size:
        return pa.nulls(len(trimmed), pa.string())
    if (cells == 0).any():
        holes = pc.match_substring(trimmed, "\0")
        tally.nul += pc.sum(holes).as_py() or 0
        trimmed = pc.replace_substring(trimmed, "\0", "")
    if codec == "utf-8" or not (cells & 0x80).any():
        decoded = trimmed if _is_utf8(trimmed) else _decoded(trimmed, codec, tally)
    else:
        decoded = _decoded(trimmed, codec, tally)
    return pc.if_else(pc.equal(pc.binary_length(decoded), 0), pa.scalar(None, pa.string()), decoded)


def integer(cells: Cells, tally: Tally) -> pa.Int64Array:
    """Parse a column of whole numbers; blanks and overflow (``****``) become null."""
    return _cast(_numbers(cells, tally), pa.int64())


def decimal(cells: Cells, tally: Tally) -> pa.DoubleArray:
    """Parse a column of numbers; blanks, overflow and ArcGIS's "no number" become null."""
    values = _cast(_numbers(cells, tally), pa.float64())
    beyond = pc.fill_null(pc.invert(pc.less(pc.abs(values), NO_NUMBER)), False)
    if pc.any(beyond).as_py():
        tally.overflow += pc.sum(beyond).as_py()
        values = pc.if_else(beyond, pa.scalar(None, pa.float64()), values)
    return values


def boolean(cells: Cells, tally: Tally) -> pa.BooleanArray:
    """Parse T, Y, F, N in either case; ``?`` and blanks become null."""
    letters = pc.ascii_upper(raw(cells))
    known = pc.is_in(letters, pa.array(["T", "Y", "F", "N", "?", ""]))
    if not pc.all(known).as_py():
        raise Unparsable
    values = pc.is_in(letters, pa.array(["T", "Y"]))
    return pc.if_else(pc.is_in(letters, pa.array(["?", ""])), pa.scalar(None, pa.bool_()), values)


def date(cells: Cells, tally: Tally) -> pa.Date32Array:
    """Parse YYYYMMDD; blanks and zeros become null."""
    trimmed = raw(cells)
    if not _is_utf8(trimmed):
        raise Unparsable
    empty = pc.match_substring_regex(trimmed, "^0*$")
    if not pc.all(pc.or_(empty, pc.match_substring_regex(trimmed, "^[0-9]{8}$"))).as_py():
        raise Unparsable
    kept = pc.if_else(empty, pa.scalar(None, pa.string()), trimmed)
    parts = [pc.utf8_slice_codeunits(kept, *ends) for ends in ((0, 4), (4, 6), (6, 8))]
    return _cast(pc.binary_join_element_wise(*parts, "-"), pa.date32())


def int32(cells: Cells, tally: Tally) -> pa.Int64Array:
    """Read FoxPro's binary whole numbers."""
    if cells.shape[1] != 4:
        raise Unparsable
    return pa.array(np.ascontiguousarray(cells).view("<i4").ravel().astype(np.int64))


def double(cells: Cells, tally: Tally) -> pa.DoubleArray:
    """Read FoxPro's binary doubles; what is not a number becomes null."""
    if cells.shape[1] != 8:
        raise Unparsable
    return pa.array(np.ascontiguousarray(cells).view("<f8").ravel(), from_pandas=True)


def currency(cells: Cells, tally: Tally) -> pa.DoubleArray:
    """Read FoxPro's currency: ten-thousandths as 64-bit whole numbers."""
    if cells.shape[1] != 8:
        raise Unparsable
    return pa.array(np.ascontiguousarray(cells).view("<i8").ravel() / 10_000)


def moment(cells: Cells, tally: Tally) -> pa.TimestampArray:
    """Read FoxPro's date and time: a Julian day and milliseconds; day 0 or blank becomes null."""
    if cells.shape[1] != 8:
        raise Unparsable
    pairs = np.ascontiguousarray(cells).view("<i4").reshape(-1, 2).astype(np.int64)
    days, ms = pairs[:, 0] - UNIX_EPOCH_JULIAN_DAY, pairs[:, 1]
    empty = (pairs[:, 0] <= 0) | (cells == 0x20).all(axis=1)
    sane = empty | ((abs(days) < 3_000_000) & (ms >= 0) & (ms <= 86_400_000))
    if not sane.all():
        raise Unparsable
    return pa.array(np.where(empty, 0, days * DAY_US + ms * MS_US), pa.int64(), mask=empty).cast(
        pa.timestamp("us")
    )


PARSERS: dict[str, tuple[Callable[[Cells, Tally], pa.Array], Any]] = {
    "integer": (integer, pa.int64()),
    "decimal": (decimal, pa.float64()),
    "boolean": (boolean, pa.bool_()),
    "date": (date, pa.date32()),
    "int32": (int32, pa.int64()),
    "double": (double, pa.float64()),
    "currency": (currency, pa.float64()),
    "moment": (moment, pa.timestamp("us")),
}


def _numbers(cells: Cells, tally: Tally) -> pa.StringArray:
    trimmed = raw(cells)
    empty = pc.equal(pc.binary_length(trimmed), 0)
    if (cells == ord("*")).any():
        if not _is_utf8(trimmed):
            raise Unparsable
        stars = pc.match_substring_regex(trimmed, r"^\*+$")
        tally.overflow += pc.sum(stars).as_py() or 0
        empty = pc.or_(empty, stars)
    return pc.if_else(empty, pa.scalar(None, pa.string()), trimmed)


def _cast(values: pa.Array, wanted: Any) -> pa.Array:
    try:
        return pc.cast(values, wanted)
    except pa.ArrowInvalid as error:
        raise Unparsable from error


def _is_utf8(values: pa.StringArray) -> bool:
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decoded(values: pa.StringArray, codec: str, tally: Tally) -> pa.StringArray:
    """Decode a column; where values repeat, each distinct one once, as in most columns of real tables."""
    if not tally.repeats:
        decoded = _all_at_once(values, codec)
        if decoded is not None:
            return decoded
    encoded = pc.dictionary_encode(values)
    distinct = encoded.dictionary
    tally.repeats = len(distinct) < len(values) / 2
    decoded = _all_at_once(distinct, codec)
    if decoded is None:
        counts = np.bincount(encoded.indices.to_numpy(), minlength=len(distinct))
        binary = distinct.cast(pa.binary()).to_pylist()
        decoded = pa.array(
            [_one(v, codec, tally, int(n)) for v, n in zip(binary, counts, strict=True)], pa.string()
        )
    return decoded.take(encoded.indices)


def _all_at_once(values: pa.StringArray, codec: str) -> pa.StringArray | None:
    """Decode values joined by a separator; None where one of them is not text of this codec."""
    if len(values) == 0:
        return values
    content = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    separator = next((chr(c) for c in SEPARATORS if not (content == c).any()), None)
    if separator is None:
        return None
    one_list = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    joined = pc.binary_join(one_list, separator)[0].as_buffer()
    try:
        whole = str(memoryview(joined), codec)
    except UnicodeDecodeError:
        return None
    parts = pc.split_pattern(pa.array([whole], pa.string()), separator).values
    return parts if len(parts) == len(values) else None


def _one(value: bytes, codec: str, tally: Tally, times: int) -> str:
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        whole = without_cut_character(value, codec)
    try:
        decoded = whole.decode(codec)
    except UnicodeDecodeError:
        tally.bad += times
        return value.decode(codec, "replace")
    tally.cut += times
    return decoded.strip(PADDING)
