"""Building one version of one layer: table or raster file, archive, catalogue row. Nobody sees it yet."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
from sqlalchemy import Connection, Engine, select

from etl.archives import build_archive
from etl.progress import Reporter
from etl.readers.files import sha256_of
from etl.readers.raster import inspect_raster
from etl.tables import as_fields, content_version, publish, write_table
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.store import VERSION, Files, LayerVersion, version_from_row


@dataclass(frozen=True)
class About:
    """Where a version comes from, as the catalogue and the map show it."""

    source_name: str = ""
    source_date: date | None = None
    owner: str = ""
    licence: str = ""
    note: str = ""
    generated: bool = False

    def columns(self) -> dict[str, Any]:
        """Return the catalogue columns."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Built:
    """A version that stands in the catalogue: its id, its table (vector layers), its rows."""

    version: str
    table_name: str | None
    rows: int


def build_vector(
    engine: Engine,
    layer: VectorLayer,
    frame: gpd.GeoDataFrame,
    about: About,
    store: Files,
    reporter: Reporter,
) -> Built:
    """Write rows as a new version, or find the version that already holds exactly these rows."""
    frame = as_fields(layer, frame)
    version = content_version(layer, frame, repr(about))
    with engine.begin() as connection:
        known = _known(connection, layer.id, version)
        archive = store.archives / f"{layer.id}-{version}.pmtiles"
        if known is not None:
            if known.archive_file and not archive.exists():
                build_archive(connection, layer, str(known.table_name), known.bounds, archive, reporter)
            return Built(version, known.table_name, known.row_count)
        written = write_table(connection, layer, frame, version, reporter)
        has_archive = build_archive(connection, layer, written.table_name, written.bounds, archive, reporter)
        west, south, east, north = written.bounds
        publish(
            connection,
            {
                "layer": layer.id,
                "version": version,
                "layout": layer.layout,
                "table_name": written.table_name,
                "archive_file": archive.name if has_archive else None,
                "row_count": written.rows,
                "class_counts": written.class_counts,
                **{"west": west, "south": south, "east": east, "north": north},
                **about.columns(),
            },
        )
    return Built(version, written.table_name, written.rows)


def build_raster(engine: Engine, layer: RasterLayer, path: Path, about: About, store: Files) -> Built:
    """Check a raster and keep a copy of it as a new version."""
    facts = inspect_raster(path, additive=layer.additive)
    # as for tables: the content, what is said about it, and how it is stored
    version = hashlib.sha256(f"{sha256_of(path)}|{layer.layout}|{about!r}".encode()).hexdigest()[:12]
    kept = store.rasters / f"{layer.id}-{version}.tif"
    if not kept.exists():
        partial = kept.with_suffix(".partial")
        shutil.copyfile(path, partial)
        os.replace(partial, kept)
    west, south, east, north = facts.bounds
    with engine.begin() as connection:
        publish(
            connection,
            {
                "layer": layer.id,
                "version": version,
                "layout": layer.layout,
                "raster_file": kept.name,
                "row_count": facts.cells,
                "class_counts": [],
                **{"west": west, "south": south, "east": east, "north": north},
                **about.columns(),
            },
        )
    return Built(version, None, facts.cells)


def _known(connection: Connection, layer_id: str, version: str) -> LayerVersion | None:
    query = select(VERSION).where(VERSION.c.layer == layer_id, VERSION.c.version == version)
    row = connection.execute(query).mappings().one_or_none()
    return version_from_row(dict(row)) if row is not None else None
