"""Which version of each layer is served: the catalogue tables of schema ``layer``, and the files beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    MetaData,
    Table,
    Text,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_METADATA = MetaData(schema="layer")
CHANNEL = "riskmap_layers"
"""What PostgreSQL notifies on when layers become current; the payload is JSON, versions by layer."""

VERSION = Table(
    "version",
    _METADATA,
    Column("layer", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    *(Column(name, Text) for name in ("table_name", "heap", "raster_file", "archive_file")),
    *(Column(name, BigInteger) for name in ("seq", "row_count")),
    Column("parent", Text),
    Column("content", Text),
    Column("changed", JSONB),
    Column("class_counts", JSONB),
    *(Column(name, Float) for name in ("west", "south", "east", "north")),
    Column("source_name", Text),
    Column("source_date", Date),
    *(Column(name, Text) for name in ("owner", "licence", "note", "layout")),
    Column("generated", Boolean),
    Column("loaded_at", DateTime(timezone=True)),
)
CURRENT = Table("current", _METADATA, Column("layer", Text, primary_key=True), Column("version", Text))
DATASET = Table(
    "dataset",
    _METADATA,
    Column("fingerprint", Text),
    Column("title", Text),
    Column("generated", Boolean),
    Column("loaded_at", DateTime(timezone=True)),
)


@dataclass(frozen=True)
class LayerVersion:
    """One version of one layer as the catalogue has it. ``bounds`` are degrees west, south, east, north.

    ``table_name`` is a view that shows this version out of ``heap``, where the rows of all versions stand; ``seq``
    numbers the versions of a layer from 1. ``changed`` are the boxes in which it differs from ``parent``, None for
    everywhere. ``content`` is a sum over the hashes of its rows.
    """

    layer: str
    version: str
    table_name: str | None
    heap: str | None
    seq: int
    parent: str | None
    content: str
    changed: list[list[float]] | None
    raster_file: str | None
    archive_file: str | None
    row_count: int
    class_counts: tuple[tuple[Any, int], ...]
    bounds: tuple[float, float, float, float]
    source_name: str
    source_date: date | None
    owner: str
    licence: str
    note: str
    layout: str
    generated: bool
    loaded_at: datetime

    def as_source(self) -> dict[str, Any]:
        """Describe where the data comes from, for popups, reports and answers."""
        return {
            "name": self.source_name,
            "date": self.source_date.isoformat() if self.source_date else None,
            "owner": self.owner,
            "licence": self.licence,
            "note": self.note,
            "generated": self.generated,
            "loaded_at": self.loaded_at.isoformat(),
        }


@dataclass(frozen=True)
class Files:
    """The files that belong to layer versions, under the state directory."""

    state_dir: Path

    @property
    def rasters(self) -> Path:
        """Folder of the GeoTIFFs."""
        return self.state_dir / "rasters"

    @property
    def archives(self) -> Path:
        """Folder of the PMTiles archives."""
        return self.state_dir / "archives"

    @property
    def uploads(self) -> Path:
        """Folder of received files, one folder per load that is open."""
        return self.state_dir / "uploads"

    def has_raster_of(self, version: LayerVersion) -> bool:
        """Whether the raster of a version is there; true of versions that have none."""
        return version.raster_file is None or (self.rasters / version.raster_file).is_file()

    def has_files_of(self, version: LayerVersion) -> bool:
        """Whether the raster and the archive of a version are there."""
        named = ((self.rasters, version.raster_file), (self.archives, version.archive_file))
        return all((folder / name).is_file() for folder, name in named if name)

    def ensure(self) -> None:
        """Make the folders."""
        for folder in (self.rasters, self.archives, self.uploads):
            folder.mkdir(parents=True, exist_ok=True)


def ensure_schema(engine: Engine) -> None:
    """Create schema ``layer`` and its catalogue tables where they are missing (numbered, idempotent SQL)."""
    scripts = sorted(f.name for f in files("layers.sql").iterdir() if f.name[:3].isdigit())
    with engine.begin() as connection:
        # two processes that start together would both try to create the extension
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.schema'))"))
        for script in scripts:
            connection.exec_driver_sql(files("layers.sql").joinpath(script).read_text(encoding="utf-8"))


def current_versions(connection: Connection) -> dict[str, LayerVersion]:
    """Return the served version of every layer that has one."""
    joined = VERSION.join(
        CURRENT, (VERSION.c.layer == CURRENT.c.layer) & (VERSION.c.version == CURRENT.c.version)
    )
    rows = connection.execute(select(VERSION).select_from(joined)).mappings()
    return {row["layer"]: version_from_row(dict(row)) for row in rows}


def version_from_row(row: Mapping[str, Any]) -> LayerVersion:
    """Build a LayerVersion from a catalogue row."""
    counts = tuple((entry["value"], int(entry["count"])) for entry in row["class_counts"])
    bounds = (row["west"], row["south"], row["east"], row["north"])
    rest = {n: row[n] for n in LayerVersion.__dataclass_fields__ if n not in ("class_counts", "bounds")}
    return LayerVersion(class_counts=counts, bounds=bounds, **rest)
