"""Raster loads: a GeoTIFF becomes a cloud-optimised one beside the database, with a row for its footprint."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from etl.loads.record import Load
from etl.loads.sqltools import run
from etl.sources.model import RasterFacts
from etl.sources.rasters import import_raster
from layers.kinds.raster import RasterLayer
from layers.kinds.raster_maxima import write_maxima
from layers.store import CURRENT, VERSION, Files


def stage_raster(load: Load, layer: RasterLayer, path: Path, store: Files) -> None:
    """Check a raster and keep a cloud-optimised copy under the load's name; fills ``counts`` and ``operation``.

    Raises:
        BadFile: whatever is wrong with it, by name; nothing is kept.
    """
    facts = import_raster(path, staged_path(load, store), additive=layer.additive)
    load.operation = {"raster": facts.as_json()}
    load.rows_in = facts.cells
    load.counts = {"selected": facts.cells, "bad": 0, "warned": 0}
    load.state = "checked"


def staged_path(load: Load, store: Files) -> Path:
    """Return where the copy of a raster lies until it is committed."""
    return store.rasters / f"stage-{load.id}.tif"


def publish_raster(
    connection: Connection, layer: RasterLayer, load: Load, about: dict[str, Any], store: Files
) -> tuple[str, int]:
    """Make the copy a version (not yet the current one); returns the version and its cells with data.

    The version is that of the content, so that the same raster again changes nothing.
    """
    facts = RasterFacts.from_json((load.operation or {})["raster"])
    mark = f"{load.file_sha256}|{layer.layout}|{about!r}"
    version = hashlib.sha256(mark.encode()).hexdigest()[:12]
    kept = store.rasters / f"{layer.id}-{version}.tif"
    os.replace(staged_path(load, store), kept)
    write_maxima(kept)
    last = connection.execute(select(func.max(VERSION.c.seq)).where(VERSION.c.layer == layer.id)).scalar()
    parent = connection.execute(select(CURRENT.c.version).where(CURRENT.c.layer == layer.id)).scalar()
    west, south, east, north = facts.bounds
    connection.execute(
        insert(VERSION)
        .values(
            layer=layer.id,
            version=version,
            layout=layer.layout,
            raster_file=kept.name,
            seq=int(last or 0) + 1,
            parent=parent if parent != version else None,
            content=load.file_sha256,
            row_count=facts.cells,
            class_counts=[],
            **{"west": west, "south": south, "east": east, "north": north},
            **about,
        )
        .on_conflict_do_nothing()
    )
    run(
        connection,
        sql.SQL(
            "INSERT INTO layer.raster (layer, version, footprint, cell_x, cell_y, nodata, dtype, total) VALUES"
            " ({}, {}, ST_Multi(ST_GeomFromGeoJSON({})), {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING"
        ).format(
            *map(
                sql.Literal,
                (
                    layer.id,
                    version,
                    json.dumps(facts.footprint),
                    *facts.cell,
                    facts.nodata,
                    facts.dtype,
                    facts.total,
                ),
            )
        ),
    )
    return version, facts.cells
