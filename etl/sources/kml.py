"""KML read with expat: every folder a table, every datum of a placemark a column, coordinates in WGS 84.

GDAL's driver is not used: it turns each Chinese field name into underscores, so that columns fall together.
Elements: OGC 12-007r2 and Google's extension for tracks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from xml.parsers import expat

import pyarrow as pa

from etl.sources.columns import Cleaner, stream_schema
from etl.sources.crs_text import declared_wkt
from etl.sources.geometry import normalise, shape_of
from etl.sources.kml_description import described
from etl.sources.kml_geometry import GROUPS, SIMPLE, KmlGeometry
from etl.sources.members import Member
from etl.sources.model import Column, Finding, Limits, TableFacts
from etl.sources.refusals import empty, unreadable
from etl.sources.table import assembled, numbers
from etl.sources.xml_text import entities_refused

BLOCK = 1 << 20
BATCH_ROWS = 8_192
NAME, DESCRIPTION = "name", "description"
PLAIN_FIELDS = {
    NAME: NAME,
    DESCRIPTION: DESCRIPTION,
    "address": "address",
    "when": "when",
    "begin": "begin",
    "end": "end",
}
CHINESE = re.compile(rb"""encoding\s*=\s*["'](gb2312|gbk|gb18030)["']""", re.IGNORECASE)
LONGEST_TEXT = 4 << 20
BYTES_PER_VERTEX = 100
"""More text than this per vertex allowed is not kept: no honest coordinate is written so long."""


@dataclass
class Placemark:
    """A placemark: number of its folder, data by name, WKB or the fault of its geometry."""

    folder: int
    data: dict[str, str] = field(default_factory=dict)
    wkb: bytes | None = None
    fault: str | None = None


@dataclass
class Folder:
    """What a first pass finds in a folder: its name, the names of its data in order, and how many placemarks."""

    name: str = ""
    names: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    types: set[int] = field(default_factory=set)
    has_z: bool = False


class Kml:
    """A KML file: ``folders`` that hold placemarks, by number.

    Raises:
        BadFile: no XML, a DOCTYPE or entities (``xml_entities``), or no placemark (``empty_file``).
    """

    def __init__(self, member: Member, limits: Limits) -> None:
        self.member, self._limits = member, limits
        self.folders: dict[int, Folder] = {}
        reader = _Reader(member, limits)
        for mark in reader.placemarks():
            folder = self.folders.setdefault(mark.folder, Folder())
            folder.names.update(dict.fromkeys(mark.data))
            folder.rows += 1
            if mark.wkb is not None:
                kind = int.from_bytes(mark.wkb[1:5], "little")
                folder.types.add(kind % 1000)
                folder.has_z = folder.has_z or kind > 1000
        if not self.folders:
            raise empty(member.name)
        taken: set[str] = set()
        for number, folder in self.folders.items():
            folder.name = _unique(reader.names.get(number, "") or f"Folder {number}", taken)

    def read(self, folder: int) -> Iterator[Placemark]:
        """Read the placemarks of a folder."""
        return (mark for mark in _Reader(self.member, self._limits).placemarks() if mark.folder == folder)


class KmlTable:
    """The placemarks of one folder as a table; all data are text."""

    def __init__(self, source: Kml, number: int, name: str, limits: Limits) -> None:
        self._source, self._number, self._limits = source, number, limits
        folder = source.folders[number]
        self._names = list(folder.names)
        self._cleaner = Cleaner()
        self.facts = TableFacts(
            name=name,
            format="kml",
            rows=folder.rows,
            geometry=shape_of(folder.types),
            columns=[Column(field_name) for field_name in self._names],
            crs_wkt=declared_wkt("EPSG:4326"),
            crs_note="KML: EPSG:4326",
            has_z=folder.has_z,
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all placemarks of the folder."""
        marks, first = self._source.read(self._number), 1
        schema = stream_schema(self.facts.columns)
        while chunk := list(islice(marks, BATCH_ROWS)):
            columns = [
                self._cleaner.clean(pa.array([mark.data.get(name) for mark in chunk], pa.string()), column)
                for name, column in zip(self._names, self.facts.columns, strict=True)
            ]
            shapes = normalise(pa.array([mark.wkb for mark in chunk], pa.binary()), self._limits.vertices)
            shapes.faults.update(
                {row: mark.fault for row, mark in enumerate(chunk) if mark.fault is not None}
            )
            yield assembled(schema, numbers(first, len(chunk)), columns, shapes)
            first += len(chunk)

    def findings(self) -> list[Finding]:
        """Return what the placemarks read so far brought to light."""
        return self._cleaner.findings()


class _Reader:
    """One pass over a file. Expat calls back; placemarks are handed on after each block."""

    def __init__(self, member: Member, limits: Limits) -> None:
        self._member, self._most = member, limits.vertices
        self.names: dict[int, str] = {}
        self._path: list[str] = []
        self._folders: list[int] = []
        self._count = 0
        self._done: list[Placemark] = []
        self._mark: Placemark | None = None
        self._key = ""
        self._text: list[str] = []
        self._kept = 0
        self._geometry = KmlGeometry(limits.vertices)

    def placemarks(self) -> Iterator[Placemark]:
        """Read the file.

        Raises:
            BadFile: no XML, or one with entities.
        """
        chinese = _is_chinese(self._member.path)
        parser = expat.ParserCreate("utf-8" if chinese else None)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        decoder = codecs.getincrementaldecoder("gb18030")("replace") if chinese else None
        try:
            with self._member.path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    parser.Parse(decoder.decode(block).encode() if decoder else block, False)
                    yield from self._done
                    self._done = []
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            zh, en = (
                f"第 {error.lineno} 行起不是完好的 XML",
                f"from line {error.lineno} on it is no sound XML",
            )
            raise unreadable(self._member.name, zh, en) from error

    def _refuse(self, *_: object) -> None:
        raise entities_refused(self._member.name)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._path.append(name)
        self._text, self._kept = [], 0
        if name in ("Folder", "Document"):
            self._count += 1
            self._folders.append(self._count)
        elif name == "Placemark":
            self._mark = Placemark(self._folders[-1] if self._folders else 0)
            self._geometry = KmlGeometry(self._most)
        elif name in ("Data", "SimpleData"):
            self._key = attributes.get("name", "").strip()
        elif self._mark is not None and name in (*SIMPLE, *GROUPS):
            self._geometry.start(name)

    def _characters(self, text: str) -> None:
        most = BYTES_PER_VERTEX * self._most if self._path[-1:] == ["coordinates"] else LONGEST_TEXT
        if self._kept < most:
            self._text.append(text)
        self._kept += len(text)

    def _end(self, tag: str) -> None:
        name = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if name in ("Folder", "Document"):
            self._folders.pop()
        elif name == "name" and parent in ("Folder", "Document"):
            self.names[self._folders[-1]] = "".join(self._text).strip()
        elif self._mark is not None:
            self._end_in_placemark(self._mark, name, parent)
        self._text, self._kept = [], 0

    def _end_in_placemark(self, mark: Placemark, name: str, parent: str) -> None:
        text = "".join(self._text)
        if name == "Placemark":
            mark.wkb, mark.fault = self._geometry.result()
            for key, value in described(mark.data.get(DESCRIPTION, "")).items():
                _keep(mark.data, key, value)
            self._done.append(mark)
            self._mark = None
        elif name in PLAIN_FIELDS and parent in ("Placemark", "TimeStamp", "TimeSpan"):
            _keep(mark.data, PLAIN_FIELDS[name], text)
        elif name == "SimpleData" or (name == "value" and parent == "Data"):
            _keep(mark.data, self._key, text)
        elif name == "coordinates":
            if self._kept > BYTES_PER_VERTEX * self._most:
                self._geometry.vertices += self._kept // 8
            else:
                self._geometry.coordinates(text, parent, self._path)
        elif name == "coord" and parent == "Track":
            self._geometry.coordinates(",".join(text.split()[:3]), parent, self._path)
        elif name in (*SIMPLE, *GROUPS):
            self._geometry.end(name)


def _keep(data: dict[str, str], name: str, text: str) -> None:
    if name and text.strip():
        data.setdefault(name, text.strip())


def _unique(name: str, taken: set[str]) -> str:
    unique, copy = name, 1
    while unique in taken:
        copy += 1
        unique = f"{name}_{copy}"
    taken.add(unique)
    return unique


def _is_chinese(path: Path) -> bool:
    """Return whether the file says it is in a Chinese encoding, which expat does not know."""
    with path.open("rb") as stream:
        return CHINESE.search(stream.readline(400)) is not None
