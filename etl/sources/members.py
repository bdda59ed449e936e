"""What is in an upload: every file a reader knows, under a neutral name, with the parts that belong to it.

Names given by people never reach a reader: ``a.zip``, ``x,y.csv``, ``-o`` or ``/vsicurl/...`` mean something to
GDAL. Each file gets a folder of its own in the scratch folder, where it is called ``data``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from etl.sources.model import Format, Limits
from etl.sources.refusals import empty, not_what_it_says, unknown_format
from etl.sources.zipped import Budget, Unpacked, unpack

FORMATS: dict[str, Format] = {
    ".shp": "shapefile",
    ".dbf": "shapefile",
    ".gpkg": "gpkg",
    ".gdb": "filegdb",
    ".geojson": "geojson",
    ".json": "geojson",
    ".kml": "kml",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".tif": "geotiff",
    ".tiff": "geotiff",
}
ARCHIVES = (".zip", ".kmz")
KNOWN = (*ARCHIVES, *(suffix for suffix in FORMATS if suffix != ".dbf"))
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
ATTRIBUTES = "attributes"
"""Where the .dbf lies, apart from the .shp: GDAL would read it, and fail on text of undeclared encoding."""
GDB_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
HEAD = 4096
SQLITE_MAGIC = b"SQLite format 3\x00"
SHAPE_MAGIC = b"\x00\x00\x27\x0a"
TIFF_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Member:
    """A file to read: what people call it, its format, and where it is now (``data.shp``, its parts beside it)."""

    name: str
    format: Format
    path: Path

    def part(self, suffix: str) -> Path | None:
        """Return a part of a shapefile, None where it is missing."""
        folder = self.path.parent / ATTRIBUTES if suffix in (".dbf", ".cpg") else self.path.parent
        found = folder / f"data{suffix}"
        return found if found.exists() else None


def parts_of(path: Path) -> list[Path]:
    """Return the files that make up a source: a shapefile's parts beside it, all files of a folder, or itself."""
    if path.is_dir():
        return sorted(entry for entry in path.rglob("*") if entry.is_file() and not entry.is_symlink())
    if path.suffix.lower() != ".shp":
        return [path]
    stem = path.stem.casefold()
    beside = [entry for entry in path.parent.iterdir() if entry.stem.casefold() == stem and entry.is_file()]
    return sorted(entry for entry in beside if entry.suffix.lower() in SHAPEFILE_PARTS)


def members_of(path: Path, parts: list[Path], scratch: Path, limits: Limits) -> list[Member]:
    """Return the files in a source that a reader knows, unpacked where they must be; ``parts`` as of a shapefile.

    Raises:
        BadFile: nothing readable, or a zip that is refused.
    """
    if path.is_dir():
        inside = [
            Unpacked(PurePosixPath(entry.relative_to(path).as_posix()), entry) for entry in parts_of(path)
        ]
        if path.suffix.lower() == ".gdb":
            inside = [Unpacked(path.name / entry.name, entry.path) for entry in inside]
    elif path.suffix.lower() in ARCHIVES:
        _check_magic(path, path.name, path.suffix.lower())
        packed = scratch / "packed"
        packed.mkdir()
        inside = unpack(path, path.name, packed, Budget(limits))
    else:
        inside = [Unpacked(PurePosixPath(entry.name), entry) for entry in parts]
    members = [*_geodatabases(inside, scratch), *_shapefiles(inside, scratch)]
    for number, entry in enumerate(inside):
        suffix = entry.name.suffix.lower()
        if suffix in FORMATS and suffix not in SHAPEFILE_PARTS and not _in_geodatabase(entry):
            members.append(_placed(entry, suffix, scratch / f"file{number}"))
    if path.is_dir() or path.suffix.lower() in ARCHIVES:
        members = [member for member in members if not _is_prose(member)]
    if not members:
        raise unknown_format(path.name, "、".join(sorted({e.name.suffix for e in inside}))[:80], KNOWN)
    return sorted(members, key=lambda member: member.name)


def check_content(member: Member) -> None:
    """Look whether a file begins the way its name promises.

    Raises:
        BadFile: empty, or content that is something else.
    """
    if member.format not in ("filegdb", "shapefile"):
        _check_magic(member.path, member.name, PurePosixPath(member.name).suffix.lower())


def _check_magic(path: Path, name: str, suffix: str) -> None:
    if path.stat().st_size == 0:
        raise empty(name)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not _agrees(suffix, head):
        raise not_what_it_says(name, suffix)


def _agrees(suffix: str, head: bytes) -> bool:
    if suffix == ".gpkg":
        return head.startswith(SQLITE_MAGIC)
    if suffix in (".zip", ".kmz", ".xlsx"):
        return head.startswith(ZIP_MAGIC)
    if suffix == ".xls":  # some programs give a workbook of today this name
        return head.startswith((OLE_MAGIC, ZIP_MAGIC))
    if suffix in (".tif", ".tiff"):
        return head.startswith(TIFF_MAGICS)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix in (".geojson", ".json"):
        return text.startswith(b"{")
    if suffix == ".kml":
        return text.startswith(b"<") and re.search(rb"<([\w.-]+:)?kml[\s>]", head) is not None
    if head.startswith(UTF16_MARKS):
        return True
    # a stray NUL is a fault of a text, many are another format
    return head.count(0) * 100 <= len(head) and not text.startswith((b"<", b"{", ZIP_MAGIC))


def _placed(entry: Unpacked, suffix: str, folder: Path) -> Member:
    folder.mkdir()
    if suffix == ".xls":
        with entry.path.open("rb") as stream:
            suffix = ".xlsx" if stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC else suffix
    target = folder / f"data{suffix}"
    target.symlink_to(entry.path.resolve())
    return Member(str(entry.name), FORMATS[suffix], target)


def _shapefiles(inside: Iterable[Unpacked], scratch: Path) -> list[Member]:
    """Put the parts of each shapefile together: same folder, same name, whatever the case."""
    groups: dict[str, dict[str, Unpacked]] = {}
    for entry in inside:
        suffix = entry.name.suffix.lower()
        if suffix in SHAPEFILE_PARTS and not _in_geodatabase(entry):
            groups.setdefault(str(entry.name.with_suffix("")).casefold(), {}).setdefault(suffix, entry)
    found = []
    for number, parts in enumerate(groups.values()):
        main = parts.get(".shp") or parts.get(".dbf")
        if main is None:
            continue
        folder = scratch / f"shape{number}"
        (folder / ATTRIBUTES).mkdir(parents=True)
        for suffix, part in parts.items():
            if suffix == ".shx":
                continue  # it may lie; GDAL makes one, and would write through the link
            place = folder / ATTRIBUTES if suffix in (".dbf", ".cpg") else folder
            (place / f"data{suffix}").symlink_to(part.path.resolve())
        found.append(Member(str(main.name), "shapefile", folder / "data.shp"))
    return found


def _geodatabases(inside: Iterable[Unpacked], scratch: Path) -> list[Member]:
    groups: dict[str, list[Unpacked]] = {}
    for entry in inside:
        if _in_geodatabase(entry):
            groups.setdefault(str(entry.name.parent), []).append(entry)
    found = []
    for number, (name, files) in enumerate(groups.items()):
        folder = scratch / f"geodatabase{number}" / "data.gdb"
        folder.mkdir(parents=True)
        for entry in files:
            if GDB_FILE.fullmatch(entry.name.name):
                (folder / entry.name.name).symlink_to(entry.path.resolve())
        found.append(Member(name, "filegdb", folder))
    return found


def _in_geodatabase(entry: Unpacked) -> bool:
    return entry.name.parent.name.lower().endswith(".gdb")


def _is_prose(member: Member) -> bool:
    """Return whether a .txt beside data is a note to read, no table: its first line has no separator."""
    if not member.name.lower().endswith(".txt"):
        return False
    with member.path.open("rb") as stream:
        line = stream.readline(HEAD)
    return not any(mark in line for mark in (b",", b"\t", b";", b"|"))
