"""Where a vector tile comes from: the archive for the low zooms, the version before where nothing changed, PostGIS."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from functools import partial

import asyncpg

from app.catalogue import Catalogue, version_gone
from app.tiles.asked import Asked
from app.tiles.coding import Coding
from app.tiles.database import TileDatabase
from app.tiles.meters import Meters
from layers.errors import Unavailable
from layers.kinds.archive import Archive
from layers.kinds.tiles import BUFFER_SHARE
from layers.store import LayerVersion

AREA_REACH = 0.25
"""How far, in archived tiles, a polygon may reach out of the one tile that it was gathered in."""
HIGHEST_DATA_ZOOM = 16
"""Tiles are made up to here; clients enlarge them beyond."""
logger = logging.getLogger("riskmap.tiles")
Body = tuple[bytes, Coding]


@dataclass
class _Flight:
    """A tile that is being made, and how many wait for it."""

    task: asyncio.Task[Body]
    waiting: int = 0


class TileSource:
    """Finds or makes tiles; one that several ask for at a time is made once."""

    def __init__(self, database: TileDatabase, catalogue: Catalogue, meters: Meters, slow_s: float) -> None:
        self._database, self._catalogue, self._meters, self._slow_s = database, catalogue, meters, slow_s
        self._flights: dict[str, _Flight] = {}

    async def tile(self, asked: Asked, version: LayerVersion) -> Body:
        """Return a tile and how it is packed, empty where the layer has nothing there.

        Raises:
            Unavailable: the query took too long, or no connection came free (codes ``tile_timeout``, ``busy``).
            NotFound: the version was let go meanwhile (code ``version_gone``).
        """
        layer, z = asked.layer, asked.z
        if not layer.minzoom <= z <= max(layer.maxzoom, HIGHEST_DATA_ZOOM):
            return b"", "identity"
        archive = self._catalogue.archive(version)
        if archive is not None:
            if asked.choice is None and archive.minzoom <= z <= archive.maxzoom:
                self._meters.count("archive")
                return archive.tile(z, asked.x, asked.y) or b"", "gzip"
            if z > archive.maxzoom and _is_empty(archive, asked):
                self._meters.count("empty")
                return b"", "identity"
        return await self._together(asked, version)

    async def _together(self, asked: Asked, version: LayerVersion) -> Body:
        """Wait for a tile with whoever else does; the work ends with the last who waits."""
        key = asked.address(version.version)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(self._make(asked, version)))
            flight.task.add_done_callback(partial(self._land, key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._land(key, flight)
                flight.task.cancel()

    def _land(self, key: str, flight: _Flight, _task: object = None) -> None:
        """Forget a flight, unless another has begun under its name meanwhile."""
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def _make(self, asked: Asked, version: LayerVersion) -> Body:
        began = time.perf_counter()
        try:
            body = await self._database.make(asked, version)
        except asyncpg.UndefinedTableError as error:  # let go between the question and the answer
            raise version_gone(asked.layer, version.version) from error
        except (asyncpg.QueryCanceledError, TimeoutError) as error:
            logger.warning("tile given up: %s %d/%d/%d", asked.layer.id, asked.z, asked.x, asked.y)
            raise Unavailable(
                "切片计算超时，请稍后重试", "the tile took too long; try again", code="tile_timeout"
            ) from error
        taken = time.perf_counter() - began
        self._meters.made(asked.layer.id, taken)
        if taken > self._slow_s:
            place = (asked.layer.id, asked.z, asked.x, asked.y)
            logger.warning("slow tile: %s %d/%d/%d took %.2f s, %d bytes", *place, taken, len(body))
        return body, "identity"


def _is_empty(archive: Archive, asked: Asked) -> bool:
    """Whether the archive has nothing where a tile above its zooms stands, margins included."""
    zoom = archive.maxzoom
    share = 1 / (1 << (asked.z - zoom))
    reach = AREA_REACH if asked.layer.shape == "polygon" else BUFFER_SHARE * share
    x, y = asked.x * share, asked.y * share
    columns = range(int(max(x - reach, 0)), int(x + share + reach) + 1)
    rows = range(int(max(y - reach, 0)), int(y + share + reach) + 1)
    return not any((zoom, column, row) in archive for column in columns for row in rows)
