"""The geometry of a shapefile: its header and records checked against the file, points read straight to WKB.

Lines and polygons are only checked here (``survey``): which ring is a hole of which is GDAL's trade. Nothing is
allocated on the word of the file before the file was seen to hold it. Layout: ESRI Shapefile Technical Description,
July 1998.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.sources.model import Finding
from layers.errors import BadFile

Kind = Literal["none", "point", "multipoint", "line", "polygon", "multipatch"]
HEADER_BYTES, RECORD_HEADER_BYTES = 100, 8
MAGIC = 9994
KINDS: dict[int, Kind] = {0: "none", 1: "point", 3: "line", 5: "polygon", 8: "multipoint", 31: "multipatch"}
KINDS |= {base + flag: KINDS[base] for base in (1, 3, 5, 8) for flag in (10, 20)}
NO_DATA = -1e38  # ESRI: anything below is "no data"
BATCH_ROWS = 65_536
WINDOW_BYTES = 8 << 20


class Points(NamedTuple):
    """One batch of points: 2D little-endian WKB, and ISO WKB with Z (None: the file has none). No shape is null."""

    wkb: pa.BinaryArray
    wkb_z: pa.BinaryArray | None


@dataclass(frozen=True)
class Survey:
    """What a full scan found: shapes (null ones too), null ones, and the vertices of the largest and of all."""

    rows: int
    nulls: int
    most_vertices: int
    most_vertices_row: int
    vertices: int


class Shp:
    """A .shp file. ``bounds`` (west, south, east, north as the header says) is not checked.

    Raises:
        BadFile: ``empty_file``, ``unreadable`` (no shapefile), ``header_lies`` (the length of the file or a record is
            not what it says; the message names the record).
    """

    def __init__(self, path: Path) -> None:
        """Open a file and check its header."""
        self.path = path
        size = path.stat().st_size
        if size == 0:
            self._fault(
                "empty_file", "是 0 字节的空文件；请重新导出或复制", "has no bytes; export or copy it again"
            )
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or int.from_bytes(head[:4], "big") != MAGIC:
            self._fault(
                "unreadable", "不是 shapefile（文件开头不符）", "is not a shapefile (its first bytes are not)"
            )
        declared = int.from_bytes(head[24:28], "big") * 2
        if declared != size:
            self._lies(f"声称 {declared} 字节，实为 {size}", f"{declared} bytes declared, {size} there")
        self.shape_type: int = int.from_bytes(head[32:36], "little")
        if self.shape_type not in KINDS:
            self._fault(
                "unreadable",
                f"的图形类型 {self.shape_type} 未知",
                f"has an unknown shape type, {self.shape_type}",
            )
        self.kind: Kind = KINDS[self.shape_type]
        self.has_z = 10 < self.shape_type < 20 or self.kind == "multipatch"
        self.bounds: tuple[float, float, float, float] = struct.unpack("<4d", head[36:68])
        self.measures = 0
        self._bytes = size
        self._not_finite = 0

    @property
    def findings(self) -> list[Finding]:
        """What the points read so far gave reason to tell."""
        found = []
        if self.measures:
            zh, en = f"{self.measures} 个点的 M 值未采用", f"M values of {self.measures} points are not used"
            found.append(Finding("m_dropped", "info", zh, en, {"count": self.measures}))
        if self._not_finite:
            n = self._not_finite
            zh, en = (
                f"{n} 个点的坐标不是有限数，按无图形处理",
                f"{n} points have no finite coordinates; taken as no geometry",
            )
            found.append(Finding("geom_not_finite", "warning", zh, en, {"count": n}))
        return found

    def survey(self) -> Survey:
        """Walk over all records and check each against the file; about a second for a million lines."""
        if self.kind == "point":
            rows = nulls = 0
            for batch in self.points():
                rows, nulls = rows + len(batch.wkb), nulls + batch.wkb.null_count
            return Survey(rows, nulls, min(rows, 1), 1, rows - nulls)
        rows = nulls = most = most_row = total = 0
        for rows, (head, length) in enumerate(self._records(), 1):
            count = self._vertices(rows, head, length)
            nulls += head[:4] == b"\0\0\0\0"
            total += count
            if count > most:
                most, most_row = count, rows
        return Survey(rows, nulls, most, most_row, total)

    def points(self, size: int = BATCH_ROWS) -> Iterator[Points]:
        """Read the points in order of the file, ``size`` records at a time; null shapes are null."""
        if self.kind != "point":
            raise ValueError(f"shape type {self.shape_type} is not a point")
        self.measures = self._not_finite = 0
        doubles = {1: 2, 11: 4, 21: 3}[self.shape_type]
        rest: list[NDArray[np.float64]] = []
        waiting = 0
        for rows in self._point_rows(doubles):
            rest.append(rows)
            waiting += len(rows)
            while waiting >= size:
                together = np.concatenate(rest)
                yield self._batch(together[:size])
                rest, waiting = [together[size:]], waiting - size
        if waiting:
            yield self._batch(np.concatenate(rest))

    def _point_rows(self, doubles: int) -> Iterator[NDArray[np.float64]]:
        """Yield coordinates, shape (n, doubles), NaN for null shapes; runs of whole records at once."""
        record = np.dtype([("number", ">i4"), ("words", ">i4"), ("type", "<i4"), ("xy", "<f8", doubles)])
        words = (record.itemsize - RECORD_HEADER_BYTES) // 2
        most = WINDOW_BYTES // record.itemsize
        number, at, wanted = 1, HEADER_BYTES, most
        with self.path.open("rb") as file:
            while at < self._bytes:
                file.seek(at)
                window = file.read(wanted * record.itemsize)
                records = np.frombuffer(window, record, len(window) // record.itemsize)
                alike = (records["words"] == words) & (records["type"] == self.shape_type)
                run = len(records) if alike.all() else int(np.argmin(alike))
                wanted = min(most, wanted * 4)
                if run:
                    yield np.ascontiguousarray(records["xy"][:run])
                    at, number = at + run * record.itemsize, number + run
                else:
                    # where null shapes are many, large windows would be read again and again for a few records
                    wanted = 16
                    content = self._content(file, at, number)
                    yield self._odd_point(content, number, doubles)
                    at, number = at + RECORD_HEADER_BYTES + len(content), number + 1

    def _odd_point(self, content: bytes, number: int, doubles: int) -> NDArray[np.float64]:
        """Read one record that is not like its neighbours: a null shape, a PointZ without its M, trailing bytes."""
        row = np.full((1, doubles), np.nan)
        kind = int.from_bytes(content[:4], "little")
        if kind == 0:
            return row
        needed = 3 if self.shape_type == 11 else doubles
        if kind != self.shape_type or len(content) < 4 + 8 * needed:
            zh, en = f"第 {number} 条记录不是完整的点", f"record {number} is not a whole point"
            self._lies(zh, en, number)
        given = np.frombuffer(content[4:], "<f8", min(doubles, (len(content) - 4) // 8))
        row[0, : len(given)] = given
        return row

    def _batch(self, rows: NDArray[np.float64]) -> Points:
        xy = rows[:, :2]
        finite = np.asarray(np.isfinite(xy).all(axis=1), dtype=np.bool_)
        self._not_finite += int((~finite & ~np.isnan(xy).all(axis=1)).sum())
        last = rows[:, -1]
        if rows.shape[1] > 2:
            self.measures += int((np.isfinite(last) & (last > NO_DATA) & (last != 0)).sum())
        z = None
        if self.has_z:
            real = finite & np.isfinite(rows[:, 2]) & (rows[:, 2] > NO_DATA)
            z = _wkb(rows[:, :3], real, 1001)
        return Points(_wkb(xy, finite, 1), z)

    def _records(self) -> Iterator[tuple[bytes, int]]:
        """Yield (start of the content, length of the content) of every record; bytes."""
        number, at = 1, HEADER_BYTES
        with self.path.open("rb", buffering=1 << 20) as file:
            while at < self._bytes:
                file.seek(at)
                length = self._length(file, at, number)
                yield file.read(min(length, 44)), length
                at, number = at + RECORD_HEADER_BYTES + length, number + 1

    def _vertices(self, number: int, head: bytes, length: int) -> int:
        """Return the number of vertices of a record, after a look whether it can hold as many."""
        kind = int.from_bytes(head[:4], "little")
        if kind == 0:
            return 0
        multi = self.kind == "multipoint"
        fixed = 40 if multi else 44
        if kind != self.shape_type or length < fixed:
            self._lies(
                f"第 {number} 条记录的图形类型为 {kind}", f"record {number} is of shape type {kind}", number
            )
        parts = 0 if multi else int.from_bytes(head[36:40], "little")
        count = int.from_bytes(head[fixed - 4 : fixed], "little")
        per_vertex = 24 if self.has_z else 16
        if fixed + 4 * parts + per_vertex * count > length:
            zh = f"第 {number} 条记录声称 {parts} 部分 {count} 个顶点，只有 {length} 字节"
            en = f"record {number} declares {parts} parts and {count} vertices in {length} bytes"
            self._lies(zh, en, number)
        return count

    def _content(self, file: BinaryIO, at: int, number: int) -> bytes:
        file.seek(at)
        return file.read(self._length(file, at, number))

    def _length(self, file: BinaryIO, at: int, number: int) -> int:
        """Read the header of a record and return the bytes of its content, which the file does hold."""
        head = file.read(RECORD_HEADER_BYTES)
        length = int.from_bytes(head[4:8], "big") * 2
        room = self._bytes - at - RECORD_HEADER_BYTES
        if len(head) < RECORD_HEADER_BYTES or not 4 <= length <= room:
            zh = f"第 {number} 条记录声称 {length} 字节，文件只余 {max(room, 0)}"
            en = f"record {number} declares {length} bytes, the file has {max(room, 0)} left"
            self._lies(zh, en, number)
        return length

    def _lies(self, zh: str, en: str, record: int | None = None) -> NoReturn:
        self._fault(
            "header_lies",
            f"的文件头或记录与文件不符：{zh}；文件可能被截断或损坏，请重新导出",
            f"contradicts itself: {en}; it may be cut off or damaged, export it again",
            record,
        )

    def _fault(self, code: str, zh: str, en: str, record: int | None = None) -> NoReturn:
        name = self.path.name
        raise BadFile(f"{name} {zh}", f"{name} {en}", code=code, file=name, row=record)


def _wkb(coordinates: NDArray[np.float64], valid: NDArray[np.bool_], geometry_type: int) -> pa.BinaryArray:
    """Build little-endian WKB points from coordinates, shape (n, 2 or 3); null where not valid."""
    n, dimensions = coordinates.shape
    layout = np.dtype([("order", "u1"), ("type", "<u4"), ("at", "<f8", dimensions)])
    rows = np.empty(n, layout)
    rows["order"], rows["type"], rows["at"] = 1, geometry_type, coordinates
    offsets = np.arange(n + 1, dtype=np.int32) * layout.itemsize
    bitmap = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.binary(), n, [bitmap, pa.py_buffer(offsets), pa.py_buffer(rows)])
