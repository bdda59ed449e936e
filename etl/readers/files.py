"""Does the file begin the way its name promises? GDAL would otherwise guess by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from etl.readers.table import UTF16_MARKS
from layers.errors import BadFile

SHAPE_MAGIC = b"\x00\x00\x27\x0a"
SQLITE_MAGIC = b"SQLite format 3\x00"
TIFF_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
KNOWN = (".shp", ".zip", ".gpkg", ".geojson", ".json", ".csv", ".tif", ".tiff")


def sniff(path: Path) -> str:
    """Return the extension of a readable file whose first bytes agree with it.

    Raises:
        BadFile: missing, empty, unknown extension, or content that is something else.
    """
    if not path.is_file():
        raise BadFile(f"找不到文件 {path}", f"there is no file {path}", code="file_missing", file=str(path))
    suffix = path.suffix.lower()
    if suffix not in KNOWN:
        raise BadFile(
            f"{path.name}：不支持的扩展名 {suffix!r}，可用：{'、'.join(KNOWN)}",
            f"{path.name}: extension {suffix!r} is not supported; use one of {', '.join(KNOWN)}",
            code="unknown_format",
            file=path.name,
        )
    if path.stat().st_size == 0:
        raise BadFile(f"{path.name} 是空文件", f"{path.name} is empty", code="empty_file", file=path.name)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not _agrees(suffix, head):
        raise BadFile(
            f"{path.name} 的内容不是 {suffix} 格式，可能改过扩展名或已损坏",
            f"{path.name} is not what its extension {suffix} says; it was renamed or is damaged",
            code="not_what_it_says",
            file=path.name,
        )
    return suffix


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, with the parts of a shapefile taken together."""
    digest = hashlib.sha256()
    for part in sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else [path]:
        with part.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _agrees(suffix: str, head: bytes) -> bool:
    if suffix == ".shp":
        return head.startswith(SHAPE_MAGIC)
    if suffix == ".gpkg":
        return head.startswith(SQLITE_MAGIC)
    if suffix == ".zip":
        return head.startswith(b"PK\x03\x04")
    if suffix in (".tif", ".tiff"):
        return head.startswith(TIFF_MAGICS)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix in (".geojson", ".json"):
        return text.startswith(b"{")
    if head.startswith(UTF16_MARKS):
        return True
    return b"\x00" not in head and not text.startswith((b"<", b"{", b"PK\x03\x04"))
