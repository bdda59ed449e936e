"""What is known of a file before and while it is read: the words shared by the reading process and its caller.

Every class goes through JSON unharmed: ``from_json(as_json())`` gives an equal object.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from layers.model import Json, Text

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "datetime"]
Format = Literal["shapefile", "gpkg", "filegdb", "geojson", "kml", "csv", "xlsx", "geotiff"]
Shape = Literal["point", "line", "polygon", "mixed", "none"]
Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Something to tell about a file: ``code`` is stable, ``where`` names the table, field, row or count."""

    code: str
    severity: Severity
    zh: str
    en: str
    where: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the finding as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Finding:
        """Return the finding that ``as_json`` described."""
        return cls(**data)


@dataclass(frozen=True)
class Column:
    """A column of the file. ``recovered``: the name was cut in the middle of a character and mended."""

    name: str
    type: ColumnType = "text"
    recovered: bool = False

    def as_json(self) -> Json:
        """Return the column as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Column:
        """Return the column that ``as_json`` described."""
        return cls(**data)


@dataclass(frozen=True)
class Encoding:
    """How the text of a file was read, and why.

    ``claims`` are what the file says of itself (.cpg, language byte, byte-order mark) or the officer declared;
    ``certain`` is False where another reading is as good; ``samples`` are up to five decoded texts, those with
    characters beyond ASCII first, for a person to judge.
    """

    name: str
    evidence: Text
    claims: list[str] = field(default_factory=list)
    certain: bool = True
    samples: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return the verdict as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Encoding:
        """Return the verdict that ``as_json`` described."""
        return cls(**{**data, "evidence": Text(**data["evidence"])})


@dataclass(frozen=True)
class Coordinates:
    """The columns of a CSV or a sheet that were taken as coordinates (x: east, y: north), and how they are written."""

    x: str
    y: str
    form: Literal["decimal", "dms"] = "decimal"

    def as_json(self) -> Json:
        """Return the pair as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Coordinates:
        """Return the pair that ``as_json`` described."""
        return cls(**data)


@dataclass(frozen=True)
class Heading:
    """Which row of a text or a sheet was taken as its header, where data begins, and why.

    Rows are counted as an editor or a spreadsheet does; ``shown`` are the first rows that hold something, as text,
    from the top of the file to a few rows of data.
    """

    row: int
    data_row: int
    why: Text
    shown: list[tuple[int, str]] = field(default_factory=list)

    @property
    def above(self) -> list[str]:
        """What stands above the header."""
        return [text for row, text in self.shown if row < self.row]

    @property
    def beneath(self) -> list[str]:
        """What stands between the header's first row and the data."""
        return [text for row, text in self.shown if self.row < row < self.data_row]

    def as_json(self) -> Json:
        """Return the heading as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Heading:
        """Return the heading that ``as_json`` described."""
        shown = [(int(row), str(text)) for row, text in data["shown"]]
        return cls(**{**data, "why": Text(**data["why"]), "shown": shown})


@dataclass(frozen=True)
class TableFacts:
    """One table of a file.

    ``rows`` counts the rows given; before the first row (an open table) it is the file's own count, None where
    it has none. ``crs_wkt`` is the declared coordinate system as WKT, None
    where nothing is declared or nothing understood; ``crs_note`` is the raw text of the declaration (.prj).
    ``points`` are up to 2,000 ``[x, y]`` spread over the table, in source coordinates, x first as files have it;
    ``rows_shown`` are the first five rows as text.
    """

    name: str
    format: Format
    rows: int | None = None
    geometry: Shape = "none"
    columns: list[Column] = field(default_factory=list)
    crs_wkt: str | None = None
    crs_note: str | None = None
    has_z: bool = False
    has_m: bool = False
    encoding: Encoding | None = None
    coordinates: Coordinates | None = None
    heading: Heading | None = None
    findings: list[Finding] = field(default_factory=list)
    points: list[list[float]] = field(default_factory=list)
    rows_shown: list[dict[str, str | None]] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return the facts as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> TableFacts:
        """Return the facts that ``as_json`` described."""
        encoding, coordinates, heading = data["encoding"], data["coordinates"], data.get("heading")
        return cls(
            **{
                **data,
                "columns": [Column.from_json(column) for column in data["columns"]],
                "encoding": Encoding.from_json(encoding) if encoding else None,
                "coordinates": Coordinates.from_json(coordinates) if coordinates else None,
                "heading": Heading.from_json(heading) if heading else None,
                "findings": [Finding.from_json(finding) for finding in data["findings"]],
            }
        )


@dataclass(frozen=True)
class Survey:
    """A file and all tables in it. ``sha256`` and ``bytes`` count the parts of a loose shapefile together; ``stale``:
    the officer has since said how else to read it."""

    file: str
    sha256: str
    bytes: int
    tables: list[TableFacts] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stale: bool = False

    def as_json(self) -> Json:
        """Return the survey as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Survey:
        """Return the survey that ``as_json`` described."""
        return cls(
            **{
                **data,
                "tables": [TableFacts.from_json(table) for table in data["tables"]],
                "findings": [Finding.from_json(finding) for finding in data["findings"]],
            }
        )


@dataclass(frozen=True)
class TableEnd:
    """What is known of a table only after its last row: rows given, and findings of the whole read."""

    rows: int
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return the end as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> TableEnd:
        """Return the end that ``as_json`` described."""
        return cls(data["rows"], [Finding.from_json(finding) for finding in data["findings"]])


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a raster.

    ``bounds`` (west, south, east, north) and ``cell`` (width, height) in degrees; ``cells`` counts those with
    data and ``total`` is their sum; ``footprint`` is a GeoJSON MultiPolygon in degrees around them.
    """

    bounds: tuple[float, float, float, float]
    cells: int
    total: float
    cell: tuple[float, float]
    dtype: str
    nodata: float | None
    footprint: Json

    def as_json(self) -> Json:
        """Return the facts as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> RasterFacts:
        """Return the facts that ``as_json`` described."""
        west, south, east, north = data["bounds"]
        width, height = data["cell"]
        return cls(**{**data, "bounds": (west, south, east, north), "cell": (width, height)})


@dataclass(frozen=True)
class ReadOptions:
    """What the officer decided: the table, the encoding of its text, and the coordinate columns, the row of the names
    and the first row of data of a text table; ``known`` are the plain words that fields go by."""

    table: str | None = None
    encoding: str | None = None
    x: str | None = None
    y: str | None = None
    header_row: int | None = None
    data_row: int | None = None
    known: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return the options as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> ReadOptions:
        """Return the options that ``as_json`` described."""
        return cls(**data)


@dataclass(frozen=True)
class Limits:
    """How much one file may cost. Sizes in bytes, times in seconds.

    ``memory`` is address space that the reading process may take beyond what it has after its imports;
    ``wall`` counts from the start to the last row, without the time the caller takes to fetch rows.
    ``zip_ratio`` is unpacked over packed: real shapefiles reach about 30, bombs 1,000. ``zip_depth`` 1 allows
    a zip in the zip, no further.
    """

    memory: int = 2 << 30
    cpu: int = 300
    wall: float = 600.0
    rows: int = 20_000_000
    vertices: int = 1_000_000
    zip_members: int = 10_000
    zip_member_bytes: int = 4 << 30
    zip_bytes: int = 8 << 30
    zip_ratio: int = 200
    zip_depth: int = 1
    cells: int = 100_000_000

    def as_json(self) -> Json:
        """Return the limits as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Limits:
        """Return the limits that ``as_json`` described."""
        return cls(**data)


LIMITS = Limits()
