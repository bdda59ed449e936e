"""Zip files: unpacked under limits into a folder of our own, so that one file in them can be read like any other."""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from layers.errors import BadFile

READABLE = (".shp", ".gpkg", ".geojson", ".json", ".csv", ".tif", ".tiff")
MOST_MEMBERS = 2_000
MOST_BYTES = 4 << 30
MOST_RATIO = 200
"""A zip that grows more than this is a bomb; real shapefiles reach about 30."""
CHUNK = 1 << 20


@contextmanager
def unzipped(path: Path) -> Iterator[Path]:
    """Unpack a zip and give the one data file in it; the copy is removed afterwards.

    Raises:
        BadFile: damaged, encrypted, too large, unsafe names, or not exactly one file that can be read.
    """
    with tempfile.TemporaryDirectory(prefix="riskmap-zip-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                members = _members(path, archive)
                for name, info in members.items():
                    _inflate(path, archive, info, Path(folder) / name.replace("/", "_"))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise BadFile(
                f"{path.name} 不是完好的 zip（损坏、不完整或加密）",
                f"{path.name} is not a sound zip (damaged, incomplete or encrypted)",
                code="unreadable",
                file=path.name,
            ) from error
        found = [name for name in members if PurePosixPath(name).suffix.lower() in READABLE]
        if len(found) != 1:
            names = "、".join(sorted(found or members)[:8])
            raise BadFile(
                f"{path.name} 里应恰有一个可读文件（{'、'.join(READABLE)}），现有 {len(found)} 个：{names}",
                f"{path.name} should hold exactly one readable file, it has {len(found)}: {names}",
                code="table_unclear",
                file=path.name,
            )
        yield Path(folder) / found[0].replace("/", "_")


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member: UTF-8 when the zip says so, else GB18030 as Chinese systems write it."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    packed = max(1, sum(info.compress_size for info in infos))
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS or total > MOST_BYTES or total / packed > MOST_RATIO:
        raise BadFile(
            f"{path.name} 展开后过大（{len(infos)} 个文件，{total:,} 字节），拒绝展开",
            f"{path.name} would unpack to {len(infos)} files, {total:,} bytes: refused",
            code="zip_limit",
            file=path.name,
        )
    members = {}
    for info in infos:
        name = member_name(info).replace("\\", "/")
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or stat.S_ISLNK(info.external_attr >> 16):
            raise BadFile(
                f"{path.name} 含不安全的成员名 {name[:80]!r}",
                f"{path.name} has an unsafe member {name[:80]!r}",
                code="zip_path",
                file=path.name,
            )
        if parts[0] != "__MACOSX" and not parts[-1].startswith("."):
            members[name] = info
    return members


def _inflate(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write a member, counting what really comes out: the declared size may lie."""
    left = info.file_size
    with archive.open(info) as packed, target.open("wb") as out:
        while chunk := packed.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise BadFile(
                    f"{path.name} 的成员比声明的大",
                    f"a member of {path.name} is larger than declared",
                    code="zip_limit",
                )
            out.write(chunk)
