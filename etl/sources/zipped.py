"""Zip files, unpacked under limits into files of our own names: count, depth, ratio and sizes while inflating."""

from __future__ import annotations

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from etl.sources.model import Limits
from etl.sources.refusals import unreadable
from layers.errors import BadFile

CHUNK = 1 << 20
RATIO_FROM = 64 << 20
"""Below this total a ratio harms nobody: an empty .dbf of blanks is packed 200 to 1."""
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
MARK_OF_MACOS = "__MACOSX"


@dataclass(frozen=True)
class Unpacked:
    """A member: its path in the zip as people read it, and where its content is now."""

    name: PurePosixPath
    path: Path


class Budget:
    """What may still be unpacked; shared by a zip and the zips in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = 0
        self.packed = 0
        self.bytes = 0

    def member(self, file: str, packed: int) -> None:
        """Count a member.

        Raises:
            BadFile: one too many (code ``zip_limit``).
        """
        self.members += 1
        self.packed += packed
        if self.members > self.limits.zip_members:
            most = self.limits.zip_members
            raise _over(file, f"超过 {most:,} 个文件", f"it has more than {most:,} files")

    def inflated(self, file: str, amount: int, of_member: int) -> None:
        """Count unpacked bytes; ``of_member`` is how many the member has given so far.

        Raises:
            BadFile: more than a member or the whole may have, or than any honest file packs to.
        """
        self.bytes += amount
        limits = self.limits
        if of_member > limits.zip_member_bytes or self.bytes > limits.zip_bytes:
            raise _over(
                file,
                f"展开后超过 {min(limits.zip_member_bytes, limits.zip_bytes):,} 字节",
                f"it unpacks to more than {min(limits.zip_member_bytes, limits.zip_bytes):,} bytes",
            )
        if self.bytes > RATIO_FROM and self.bytes > limits.zip_ratio * max(1, self.packed):
            raise _over(
                file,
                f"压缩比超过 {limits.zip_ratio} 倍",
                f"it unpacks to more than {limits.zip_ratio} times its size",
            )


def unpack(path: Path, file: str, folder: Path, budget: Budget, depth: int = 0) -> list[Unpacked]:
    """Unpack a zip into ``folder`` under neutral names, and the zips in it; ``file`` is what people call it.

    Links, folders, hidden files and what macOS adds are left out.

    Raises:
        BadFile: damaged or encrypted (``unreadable``, ``zip_encrypted``), unsafe names or links (``zip_path``),
            too much of anything (``zip_limit``).
    """
    found: list[Unpacked] = []
    for name, content in members(path, file, budget):
        target = folder / f"{budget.members}"
        with target.open("xb") as out:
            for chunk in content:
                out.write(chunk)
        if name.suffix.lower() == ".zip" or name.suffix.lower() == ".kmz":
            if depth >= budget.limits.zip_depth:
                raise _over(file, f"zip 套 zip 超过 {depth} 层：{name}", f"a zip in a zip in a zip: {name}")
            found += [
                Unpacked(name / inner.name, inner.path)
                for inner in unpack(target, f"{file}/{name}", folder, budget, depth + 1)
            ]
            target.unlink()
        else:
            found.append(Unpacked(name, target))
    return found


def members(path: Path, file: str, budget: Budget) -> Iterator[tuple[PurePosixPath, Iterator[bytes]]]:
    """Yield the name of each member and its content in chunks, counted against the budget."""
    with _told(file), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = _safe_name(file, info)
            if info.is_dir() or _ignored(name):
                continue
            if info.flag_bits & ENCRYPTED_FLAG:
                raise BadFile(
                    f"{file} 有密码，请解密后再上传",
                    f"{file} is encrypted; send it without a password",
                    code="zip_encrypted",
                    file=file,
                )
            budget.member(file, info.compress_size)
            yield name, _chunks(archive, info, file, budget)


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member: UTF-8 where the zip says so or it is, else GB18030 as Chinese systems write it."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_FLAG:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030", "cp437"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, budget: Budget) -> Iterator[bytes]:
    given = 0
    with _told(file), archive.open(info) as packed:
        while chunk := packed.read(CHUNK):
            given += len(chunk)
            budget.inflated(file, len(chunk), given)
            yield chunk
    if given != info.file_size:
        raise _over(file, "成员大小与声明不符", "a member has another size than declared")


@contextmanager
def _told(file: str) -> Iterator[None]:
    try:
        yield
    except FAULTS as error:
        raise unreadable(
            file, "不是完好的 zip（损坏或不完整）", "it is no sound zip (damaged or incomplete)"
        ) from error


def _safe_name(file: str, info: zipfile.ZipInfo) -> PurePosixPath:
    name = member_name(info)
    mode = info.external_attr >> 16
    unsafe = (
        name.startswith("/")
        or ".." in name.split("/")
        or re.match(r"[A-Za-z]:", name)
        or "\0" in name
        or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR))
    )
    if unsafe or not name.strip("/"):
        raise BadFile(
            f"{file} 含不安全的成员 {name[:80]!r}（链接、绝对路径或 ..）",
            f"{file} has an unsafe member {name[:80]!r} (a link, an absolute path or ..)",
            code="zip_path",
            file=file,
        )
    return PurePosixPath(name)


def _ignored(name: PurePosixPath) -> bool:
    return MARK_OF_MACOS in name.parts or name.name.startswith(".") or name.name.lower() == "thumbs.db"


def _over(file: str, zh: str, en: str) -> BadFile:
    return BadFile(f"{file} {zh}，拒绝展开", f"{file}: {en}; refused", code="zip_limit", file=file)
