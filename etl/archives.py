"""PMTiles archives of the low zooms: the tiles everybody opens first, made once per version."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer
from sqlalchemy import Connection, Select

from etl.progress import Reporter
from layers.kinds.archive import Archive, header_of
from layers.kinds.tiles import gather, gathered_statement, tile_statement, touches
from layers.kinds.vector import VectorLayer
from layers.mercator import Bounds, cover

MAX_ZOOM = 8
"""Highest archived zoom: at 9 and above a tile is cheap enough to be made on demand."""


@dataclass(frozen=True)
class Unchanged:
    """The archive of the version before, and the boxes (degrees) in which the new version differs from it."""

    before: Archive
    boxes: list[list[float]]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the stored bytes of a tile of the version before."""
        return self.before.tile(z, x, y)

    def touches(self, z: int, x: int, y: int) -> bool:
        """Whether a change may show in a tile: its box, grown by the margin that tiles draw beyond their edge."""
        return touches(self.boxes, z, x, y)


def build_archive(
    connection: Connection,
    layer: VectorLayer,
    table_name: str,
    bounds: Bounds,
    path: Path,
    reporter: Reporter,
    unchanged: Unchanged | None = None,
) -> bool:
    """Write the archive of a table version; returns False when the layer has no tile in these zooms.

    Tiles that the change of a version does not touch are taken from the archive before it (``unchanged``). The file
    appears under its name only when it is whole.
    """
    statement = _statements(connection, layer, table_name, whole=unchanged is None)
    wanted = [
        tile for z in range(layer.minzoom, min(MAX_ZOOM, layer.maxzoom) + 1) for tile in cover(bounds, z)
    ]
    wanted.sort(key=lambda tile: zxy_to_tileid(*tile))
    partial = path.with_suffix(".partial")
    written = 0
    with partial.open("wb") as stream, reporter.step(f"{layer.id}: archive", total=len(wanted)) as advance:
        writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
        for z, x, y in wanted:
            packed = unchanged.tile(z, x, y) if unchanged and not unchanged.touches(z, x, y) else None
            if unchanged is None or unchanged.touches(z, x, y):
                address = {"z": z, "x": x, "y": y}
                body = connection.execute(statement(z), address).scalar_one()
                packed = gzip.compress(bytes(body), 6, mtime=0) if body else None
            advance(1)
            if packed:
                writer.write_tile(zxy_to_tileid(z, x, y), packed)
                written += 1
        if written:
            header = header_of(bounds, layer.minzoom, min(MAX_ZOOM, layer.maxzoom))
            writer.finalize(header, _metadata(layer))
    if not written:
        partial.unlink()
        return False
    os.replace(partial, path)
    return True


def _statements(
    connection: Connection, layer: VectorLayer, table_name: str, *, whole: bool
) -> Callable[[int], Select[Any]]:
    """Return what gives the statement of a tile at a zoom.

    Where every archived tile shows clusters and all of them are made, the points are gathered once, at the highest
    zoom, instead of once per zoom.
    """
    table, highest = layer.table(table_name), min(MAX_ZOOM, layer.maxzoom)
    if not whole or layer.shape != "point" or layer.cluster_below <= highest:
        return cache(lambda zoom: tile_statement(layer, table, zoom))
    gathered, rows = gather(layer, table, highest)
    gathered.drop(connection, checkfirst=True)
    gathered.create(connection)
    connection.execute(gathered.insert().from_select(gathered.columns.keys(), rows))
    return cache(lambda zoom: gathered_statement(layer, gathered, zoom))


def _metadata(layer: VectorLayer) -> dict[str, object]:
    return {"name": layer.id, "vector_layers": layer.vector_layers()}
