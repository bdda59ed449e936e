"""Where a vector tile comes from: the archive for the low zooms, PostGIS for the rest."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from dataclasses import dataclass

import asyncpg

from app.catalogue import Catalogue, version_gone
from layers.errors import Unavailable
from layers.kinds.tiles import Part, compiled, touches
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

CACHE_BYTES = 64 << 20
GZIP_LEVEL = 5
Key = tuple[str, str, int, int, int, Part | None]


@dataclass(frozen=True)
class VersionedTile:
    """One tile of one version of a layer."""

    layer: VectorLayer
    version: LayerVersion
    z: int
    x: int
    y: int
    part: Part | None = None

    @property
    def key(self) -> Key:
        """What the tile is kept under; a version never changes, so neither does the tile."""
        return (self.layer.id, self.version.version, self.z, self.x, self.y, self.part)


class TileSource:
    """Gives tiles as gzip bytes, and keeps the last ones in memory."""

    def __init__(self, pool: asyncpg.Pool, catalogue: Catalogue) -> None:
        self._pool = pool
        self._catalogue = catalogue
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._kept_bytes = 0

    async def tile(self, tile: VersionedTile) -> bytes:
        """Return the gzip bytes of a tile, empty where the layer has nothing there."""
        if not tile.layer.minzoom <= tile.z <= max(tile.layer.maxzoom, 16):
            return b""
        found = self._kept.get(tile.key)
        if found is not None:
            self._kept.move_to_end(tile.key)
            return found
        archive = self._catalogue.archive(tile.version) if tile.part is None else None
        if archive is not None and archive.minzoom <= tile.z <= archive.maxzoom:
            return archive.tile(tile.z, tile.x, tile.y) or b""
        before = self._unchanged(tile)
        if before is not None:
            self._keep(tile, before)
            return before
        made = await self._make(tile)
        packed = gzip.compress(made, GZIP_LEVEL, mtime=0) if made else b""
        self._keep(tile, packed)
        return packed

    def _unchanged(self, tile: VersionedTile) -> bytes | None:
        """Return the kept tile of the version before, where the new one does not differ from it there."""
        version = tile.version
        if (
            version.parent is None
            or version.changed is None
            or touches(version.changed, tile.z, tile.x, tile.y)
        ):
            return None
        return self._kept.get((tile.layer.id, version.parent, tile.z, tile.x, tile.y, tile.part))

    async def _make(self, tile: VersionedTile) -> bytes:
        statement, names = compiled(tile.layer, str(tile.version.table_name), tile.z, tile.part)
        values = _values(tile, names)
        try:
            async with asyncio.timeout(5):
                connection = await self._pool.acquire()
        except TimeoutError as error:
            raise Unavailable(
                "切片服务繁忙，请稍后重试", "the tile service is busy; try again", code="busy"
            ) from error
        try:
            body: bytes | None = await connection.fetchval(statement, *values)
        except asyncpg.UndefinedTableError as error:  # let go between the question and the answer
            raise version_gone(tile.layer, tile.version.version) from error
        finally:
            await self._pool.release(connection)
        return body or b""

    def _keep(self, tile: VersionedTile, body: bytes) -> None:
        self._kept[tile.key] = body
        self._kept_bytes += len(body) + 200
        while self._kept_bytes > CACHE_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped) + 200


def _values(tile: VersionedTile, names: tuple[tuple[str, object], ...]) -> list[object]:
    """Put z, x, y into the constants of the compiled statement, in the order of its places."""
    address = {"z": tile.z, "x": tile.x, "y": tile.y}
    return [address.get(name, constant) for name, constant in names]
