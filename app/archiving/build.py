"""One PMTiles archive of one or several layers, made of the very tiles that the server serves.

Tools that make tiles by themselves drop features to keep tiles small. Here nothing is decided twice: what the map
shows is what the archive holds, red and orange objects at every zoom included.
"""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncIterator, Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer

from app.archiving.occupied import occupied
from app.catalogue import Catalogue
from app.tiles.asked import Asked
from app.tiles.coding import unpack
from app.tiles.source import TileSource
from layers.errors import NotFound
from layers.kinds.archive import header_of
from layers.kinds.vector import VectorLayer
from layers.mercator import Bounds
from layers.model import Json
from layers.region import TITLE
from layers.store import LayerVersion

AHEAD = 64
"""Tiles under way at a time, those that wait to be written included."""
GZIP_LEVEL = 6
Address = tuple[int, int, int]


@dataclass(frozen=True)
class Part:
    """A layer in an archive, the version of it, and the tiles (z, x, y) it may have something in."""

    layer: VectorLayer
    version: LayerVersion
    tiles: Set[Address]


@dataclass(frozen=True)
class Plan:
    """What an archive will hold."""

    parts: Sequence[Part]
    minzoom: int
    maxzoom: int

    @classmethod
    def of(
        cls, catalogue: Catalogue, layers: Sequence[VectorLayer], minzoom: int | None, maxzoom: int | None
    ) -> Plan:
        """Look at what is served; take the zooms of the layers where none are given."""
        first = min(layer.minzoom for layer in layers) if minzoom is None else minzoom
        last = max(layer.maxzoom for layer in layers) if maxzoom is None else maxzoom
        parts = []
        for layer in layers:
            version = catalogue.served(layer)
            tiles = occupied(catalogue.engine, layer, version, max(first, layer.minzoom), last)
            parts.append(Part(layer, version, tiles))
        return cls(parts, first, last)

    @property
    def bounds(self) -> Bounds:
        """The box of all layers, degrees."""
        west, south, east, north = zip(*(part.version.bounds for part in self.parts), strict=True)
        return min(west), min(south), max(east), max(north)

    def addresses(self) -> list[Address]:
        """Return the tiles (z, x, y) in which there may be something, in the order of an archive."""
        found: set[Address] = set().union(*(part.tiles for part in self.parts))
        return sorted(found, key=lambda address: zxy_to_tileid(*address))

    def metadata(self) -> Json:
        """Return what readers show: names, sources, fields, and which versions these are."""
        titles = "、".join(part.layer.title.zh for part in self.parts)
        sources = dict.fromkeys(part.version.source_name for part in self.parts if part.version.source_name)
        return {
            "name": titles if len(self.parts) <= 3 else TITLE.zh,
            "description": titles,
            "attribution": " | ".join(sources),
            "type": "overlay",
            "vector_layers": [one for part in self.parts for one in part.layer.vector_layers()],
            "versions": {part.layer.id: part.version.version for part in self.parts},
        }


@dataclass
class Built:
    """What was written."""

    tiles: int
    empty: int
    bytes: int
    largest: tuple[int, Address]


async def build(
    source: TileSource, plan: Plan, path: Path, advance: Callable[[int], None], *, at_once: int = 1
) -> Built:
    """Write an archive; it appears under its name only when it is whole, and what was there stays until then.

    ``at_once`` is how many tiles the database works on at a time; the pool of ``source`` has as many connections.

    Raises:
        NotFound: the layers have nothing in these zooms (code ``archive_empty``).
    """
    built = Built(0, 0, 0, (0, (0, 0, 0)))
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            writer: Any = Writer(file)  # type: ignore[no-untyped-call]
            async for address, packed in _made(source, plan, asyncio.Semaphore(at_once)):
                advance(1)
                if packed is None:
                    built.empty += 1
                    continue
                writer.write_tile(zxy_to_tileid(*address), packed)
                built.tiles += 1
                built.largest = max(built.largest, (len(packed), address))
            if not built.tiles:
                raise NotFound(
                    f"这些图层在 {plan.minzoom}–{plan.maxzoom} 级没有切片",
                    f"these layers have no tile at zooms {plan.minzoom} to {plan.maxzoom}",
                    code="archive_empty",
                )
            writer.finalize(header_of(plan.bounds, plan.minzoom, plan.maxzoom), plan.metadata())
        built.bytes = partial.stat().st_size
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return built


async def _made(
    source: TileSource, plan: Plan, free: asyncio.Semaphore
) -> AsyncIterator[tuple[Address, bytes | None]]:
    """Yield the tiles in their order, some ahead of the one that is waited for."""
    waiting: list[tuple[Address, asyncio.Task[bytes | None]]] = []
    try:
        for address in plan.addresses():
            waiting.append((address, asyncio.create_task(_tile(source, plan, address, free))))
            if len(waiting) >= AHEAD:
                first, task = waiting.pop(0)
                yield first, await task
        while waiting:
            first, task = waiting.pop(0)
            yield first, await task
    finally:
        for _, task in waiting:
            task.cancel()


async def _tile(source: TileSource, plan: Plan, address: Address, free: asyncio.Semaphore) -> bytes | None:
    """Return a tile of all layers: a tile is a list of layers, so tiles one behind another are one tile."""
    async with free:
        found = [
            await source.tile(Asked(part.layer, *address, part.version.version), part.version)
            for part in plan.parts
            if address in part.tiles
        ]
    filled = [one for one in found if one[0]]
    if not filled:
        return None
    if len(filled) == 1 and filled[0][1] == "gzip":
        return filled[0][0]
    plain = b"".join(unpack(body, coding) for body, coding in filled)
    return await asyncio.to_thread(gzip.compress, plain, GZIP_LEVEL, mtime=0)
