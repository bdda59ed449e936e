"""Tiles out of PostGIS: one statement each, or one for all that wait where tiles are small.

At high zooms a tile costs less than the question for it. Whoever gets a connection therefore asks for all tiles of its
kind that wait for one, its own among them; with nobody waiting it asks for its own alone, and nobody is slower for it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from app.tiles.asked import Asked
from layers.errors import Unavailable
from layers.kinds.tiles import COARSEST, compiled, compiled_list, is_heavy
from layers.kinds.vector import GENERAL_ZOOMS, VectorLayer
from layers.store import LayerVersion

FREE_WITHIN_S = 5
"""How long a tile waits for a connection."""
TOGETHER = 8
"""Tiles in one statement."""
Kind = tuple[str, str, int, Any]


@dataclass(eq=False)
class _Waiting:
    """A tile that waits for a connection, its own or another's."""

    x: int
    y: int
    body: asyncio.Future[bytes | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    is_taken: bool = False


class TileDatabase:
    """Makes tiles over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: defaultdict[Kind, list[_Waiting]] = defaultdict(list)

    async def make(self, asked: Asked, version: LayerVersion) -> bytes:
        """Return the bytes of a tile, not packed, empty where there is nothing.

        Raises:
            Unavailable: no connection came free (code ``busy``).
            asyncpg.PostgresError, TimeoutError: as the database has it.
        """
        body = None
        if asked.z > GENERAL_ZOOMS[-1]:
            body = await self._with_others(asked, version)
        if body is None:
            async with self._connection() as connection:
                body = await _single(connection, asked, version, 0)
        for coarser in range(1, COARSEST + 1):
            if not is_heavy(body):
                break
            async with self._connection() as connection:
                body = await _single(connection, asked, version, coarser)
        return body

    async def prepare(self, layer: VectorLayer, version: LayerVersion) -> None:
        """Let every connection plan the statements of single tiles and of lists, before somebody waits for it."""
        asked = Asked(layer, GENERAL_ZOOMS[-1] + 1, 0, 0, version.version)
        async with AsyncExitStack() as stack:
            for _ in range(self._pool.get_size()):
                connection = await stack.enter_async_context(self._connection())
                await _single(connection, asked, version, 0)
                await _listed(connection, asked, version, [(0, 0)])

    async def _with_others(self, asked: Asked, version: LayerVersion) -> bytes | None:
        """Return the tile, made in the own turn or in another's before it; None where that other was cut off."""
        kind = (asked.layer.id, version.version, asked.z, asked.choice)
        mine = _Waiting(asked.x, asked.y)
        self._waiting[kind].append(mine)
        try:
            async with self._connection() as connection:
                if not mine.is_taken:
                    await self._turn(connection, asked, version, kind, mine)
            return await mine.body
        finally:
            if not mine.is_taken:
                self._waiting[kind].remove(mine)
            if not self._waiting[kind]:
                self._waiting.pop(kind, None)

    async def _turn(
        self, connection: asyncpg.Connection, asked: Asked, version: LayerVersion, kind: Kind, mine: _Waiting
    ) -> None:
        queue = self._waiting[kind]
        queue.remove(mine)
        batch = [mine, *queue[: TOGETHER - 1]]
        del queue[: TOGETHER - 1]
        for one in batch:
            one.is_taken = True
        try:
            if len(batch) == 1:
                mine.body.set_result(await _single(connection, asked, version, 0))
                return
            found = await _listed(connection, asked, version, [(one.x, one.y) for one in batch])
            for one in batch:
                if not one.body.done():
                    one.body.set_result(found.get((one.x, one.y), b""))
        finally:
            for one in batch:  # whoever is left over when this one is cut off asks again for itself
                if not one.body.done():
                    one.body.set_result(None)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with asyncio.timeout(FREE_WITHIN_S):
                connection = await self._pool.acquire()
        except TimeoutError as error:
            raise Unavailable(
                "切片服务繁忙，请稍后重试", "the tile service is busy; try again", code="busy"
            ) from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)


async def _single(connection: asyncpg.Connection, asked: Asked, version: LayerVersion, coarser: int) -> bytes:
    statement, names = compiled(asked.layer, str(version.table_name), asked.z, asked.choice, coarser)
    address = {"z": asked.z, "x": asked.x, "y": asked.y}
    body: bytes | None = await connection.fetchval(
        statement, *[address.get(name, constant) for name, constant in names]
    )
    return body or b""


async def _listed(
    connection: asyncpg.Connection, asked: Asked, version: LayerVersion, tiles: list[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    statement, names = compiled_list(asked.layer, str(version.table_name), asked.z, asked.choice)
    columns = {"z": asked.z, "xs": [x for x, _ in tiles], "ys": [y for _, y in tiles]}
    rows = await connection.fetch(statement, *[columns.get(name, constant) for name, constant in names])
    return {(x, y): body or b"" for x, y, body in rows}
