"""PMTiles archives of a version: the tiles of the zooms at which one shows much, made once.

Above the highest archived zoom a tile is cheap enough to be made on demand; the archive says where there is nothing.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer
from sqlalchemy import Connection, Select

from etl.progress import Reporter
from layers.kinds.archive import Archive, header_of
from layers.kinds.tile_points import gather, gathered_statement
from layers.kinds.tile_sql import LISTED
from layers.kinds.tiles import COARSEST, is_heavy, listed_tiles, tile_statement, touches
from layers.kinds.vector import GENERAL_ZOOMS, VectorLayer
from layers.mercator import Bounds, cover

HIGHEST_ZOOM = GENERAL_ZOOMS[-1]
"""Highest archived zoom: above it shapes are drawn as they are."""
MOST_TILES = 3_000
"""An archive ends at the zoom above which it would hold more tiles: a layer may reach far beyond the province."""
AT_ONCE = 256
"""Tiles asked for in one statement."""

Tile = tuple[int, int, int]
Statements = Callable[[int, int], Select[Any]]


@dataclass(frozen=True)
class Unchanged:
    """The archive of the version before, and the boxes (degrees) in which the new version differs from it."""

    before: Archive
    boxes: list[list[float]]

    def covers(self, z: int, x: int, y: int) -> bool:
        """Whether a tile is as it was: no change shows in it, its margin included, and the archive reaches it."""
        reaches = self.before.minzoom <= z <= self.before.maxzoom
        return reaches and not touches(self.boxes, z, x, y)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the stored bytes of a tile of the version before."""
        return self.before.tile(z, x, y)


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
    zooms = archived_zooms(layer, bounds)
    if not zooms:
        return False
    wanted = [tile for zoom in zooms for tile in cover(bounds, zoom)]
    statements = _statements(connection, layer, table_name, zooms, whole=unchanged is None)
    packed: dict[Tile, bytes] = {}
    with reporter.step(f"{layer.id}: archive", total=len(wanted)) as advance:
        for zoom in zooms:
            asked = []
            for tile in cover(bounds, zoom):
                if unchanged is None or not unchanged.covers(*tile):
                    asked.append(tile[1:])
                elif (before := unchanged.tile(*tile)) is not None:
                    packed[tile] = before
            for x, y, body in make_tiles(connection, statements, zoom, asked):
                packed[zoom, x, y] = gzip.compress(body, 6, mtime=0)
            advance(len(asked))
    if not packed:
        return False
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
        for tile_id, tile in sorted((zxy_to_tileid(*tile), tile) for tile in packed):
            writer.write_tile(tile_id, packed[tile])
        writer.finalize(header_of(bounds, zooms[0], zooms[-1]), _metadata(layer))
    os.replace(partial, path)
    return True


def archived_zooms(layer: VectorLayer, bounds: Bounds) -> range:
    """Return the zooms of the archive of a layer within bounds (degrees); none for one drawn above them only."""
    count, last = 0, layer.minzoom - 1
    for zoom in range(layer.minzoom, min(HIGHEST_ZOOM, layer.maxzoom) + 1):
        count += sum(1 for _ in cover(bounds, zoom))
        if count > MOST_TILES:
            break
        last = zoom
    return range(layer.minzoom, last + 1)


def make_tiles(
    connection: Connection, statements: Statements, zoom: int, asked: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, bytes]]:
    """Yield x, y and bytes of the tiles of a zoom that have something; ``statements(zoom, coarser)`` gives the
    statement of one tile (``at=LISTED``). What is too heavy is made again, coarser."""
    waiting = [(0, list(asked[n : n + AT_ONCE])) for n in range(0, len(asked), AT_ONCE)]
    while waiting:
        coarser, tiles = waiting.pop()
        columns = {"z": zoom, "xs": [x for x, _ in tiles], "ys": [y for _, y in tiles]}
        heavy = []
        for x, y, body in connection.execute(listed_tiles(statements(zoom, coarser)), columns):
            if body and coarser < COARSEST and is_heavy(bytes(body)):
                heavy.append((x, y))
            elif body:
                yield x, y, bytes(body)
        if heavy:
            waiting.append((coarser + 1, heavy))


def _statements(
    connection: Connection, layer: VectorLayer, table_name: str, zooms: range, *, whole: bool
) -> Statements:
    """Return what gives the statement of a tile at a zoom.

    Where every archived tile shows clusters and all of them are made, the points are gathered once, at the highest
    zoom, instead of once per zoom.
    """
    table, highest = layer.table(table_name), zooms[-1]
    if not whole or layer.shape != "point" or layer.cluster_below <= highest:
        return cache(lambda zoom, coarser: tile_statement(layer, table, zoom, None, coarser, LISTED))
    gathered, rows = gather(layer, table, highest)
    gathered.drop(connection, checkfirst=True)
    gathered.create(connection)
    connection.execute(gathered.insert().from_select(gathered.columns.keys(), rows))
    connection.exec_driver_sql("CREATE INDEX ON gathered (x, y)")
    connection.exec_driver_sql("ANALYZE gathered")
    return cache(lambda zoom, coarser: gathered_statement(layer, gathered, zoom, coarser, LISTED))


def _metadata(layer: VectorLayer) -> dict[str, object]:
    return {"name": layer.id, "vector_layers": layer.vector_layers()}
