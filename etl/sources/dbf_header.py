"""The header of a DBF table, checked against the file before anything is believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from layers.errors import BadFile

HEADER_BYTES = DESCRIPTOR_BYTES = 32
TERMINATOR = 0x0D
# dBase II to V, FoxBase, FoxPro with and without memo; dBase 7 (low bits 100) has another layout.
VERSIONS = frozenset((0x02, 0x03, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB))
FOXPRO = frozenset((0x30, 0x31, 0x32))
DBASE_7 = frozenset((0x04, 0x8C))


@dataclass(frozen=True)
class Field:
    """One field: its name as bytes, its type letter, and where it stands in a record (``start`` counts bytes)."""

    name: bytes
    letter: str
    start: int
    width: int
    decimals: int


@dataclass(frozen=True)
class Header:
    """What a table says of itself, agreeing with the size of its file.

    ``rows`` counts records, deleted ones too; ``rows_behind`` those the file holds beyond that count.
    """

    version: int
    rows: int
    rows_behind: int
    header_bytes: int
    record_bytes: int
    language_byte: int
    fields: list[Field]


def read_header(path: Path) -> Header:
    """Read and check the header of a table.

    Raises:
        BadFile: ``empty_file`` (no bytes at all), ``unreadable`` (not a table of a kind we know), ``header_lies``
            (more records, or longer ones, than the file has room for).
    """
    size = path.stat().st_size
    if size == 0:
        raise BadFile(
            f"{path.name} 是 0 字节的空文件；请重新导出或复制",
            f"{path.name} has no bytes; export or copy it again",
            code="empty_file",
            file=path.name,
        )
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
        _check_kind(path, head)
        rows, header_bytes, record_bytes = (
            int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
        )
        if not HEADER_BYTES < header_bytes <= size:
            _lies(
                path,
                f"表头长度 {header_bytes}，文件 {size}",
                f"a header of {header_bytes} in a file of {size}",
            )
        descriptors = file.read(header_bytes - HEADER_BYTES)
    fields = _fields(path, descriptors, record_bytes)
    room = (size - header_bytes) // record_bytes
    if rows > room:
        _lies(
            path, f"声称 {rows} 条记录，文件只容得下 {room} 条", f"{rows} records declared, room for {room}"
        )
    return Header(head[0], rows, room - rows, header_bytes, record_bytes, head[29], fields)


def _check_kind(path: Path, head: bytes) -> None:
    if len(head) == HEADER_BYTES and head[0] in VERSIONS:
        return
    if head[0] in DBASE_7 and len(head) == HEADER_BYTES:
        raise BadFile(
            f"{path.name} 是 dBase 7 表，不支持；请另存为 dBase IV",
            f"{path.name} is a dBase 7 table, which is not read; save it as dBase IV",
            code="unreadable",
            file=path.name,
        )
    raise BadFile(
        f"{path.name} 不是 DBF 表（文件开头不符）",
        f"{path.name} is not a DBF table (its first bytes are not those of one)",
        code="unreadable",
        file=path.name,
    )


def _fields(path: Path, descriptors: bytes, record_bytes: int) -> list[Field]:
    """Split the descriptors. Widths of text over 255 keep their high byte where numbers keep their decimals."""
    rows = []
    for start in range(0, len(descriptors) - DESCRIPTOR_BYTES + 1, DESCRIPTOR_BYTES):
        row = descriptors[start : start + DESCRIPTOR_BYTES]
        if row[0] == TERMINATOR:
            break
        rows.append(row)
    wide = [row[16] + (row[17] << 8 if row[11:12] == b"C" else 0) for row in rows]
    widths = wide if 1 + sum(wide) == record_bytes else [row[16] for row in rows]
    if not rows or 1 + sum(widths) > record_bytes:
        _lies(
            path,
            f"{len(rows)} 个字段共 {sum(widths)} 字节，每条记录却只有 {record_bytes} 字节",
            f"{len(rows)} fields of {sum(widths)} bytes together in records of {record_bytes}",
        )
    fields, at = [], 1
    for row, width in zip(rows, widths, strict=True):
        name = row[:11].split(b"\0", 1)[0].strip()
        fields.append(Field(name, chr(row[11]).upper(), at, width, row[17]))
        at += width
    return fields


def _lies(path: Path, zh: str, en: str) -> NoReturn:
    raise BadFile(
        f"{path.name} 的文件头与文件不符：{zh}；文件可能被截断或损坏，请重新导出",
        f"the header of {path.name} contradicts the file: {en} (bytes); it may be cut off or damaged, export it again",
        code="header_lies",
        file=path.name,
    )
