"""Martin's statement through our kind of server: plain ASGI, one asyncpg pool without resets, Brotli, no memory.

``uvicorn benchmarks.tile_race.shape_server:app`` with DATABASE_URL; it is what is left of the race when only the way a
tile is asked for differs.
"""

from __future__ import annotations

import os
import re
from typing import Any

import asyncpg
import brotli  # type: ignore[import-untyped]

from benchmarks.tile_race.rivals import CONNECTIONS

STATEMENT = """
SELECT ST_AsMVT(tile, '{layer}', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(ST_Transform(ST_CurveToLine(geom), 3857), ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS geom,
         code, name, grade, kind, county_code, graded_on
  FROM peer.{layer}
  WHERE geom && ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 0.015625), 4326)
) AS tile WHERE geom IS NOT NULL
"""
"""The statement of Martin's table source, as its code has it."""
PATH = re.compile(r"/(race_\w+)/(\d+)/(\d+)/(\d+)")
pool: list[asyncpg.Pool] = []


async def _no_reset(connection: Any) -> None:
    """Leave the session as it is."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer a tile."""
    if scope["type"] == "lifespan":
        await receive()
        settings = {"jit": "off", "max_parallel_workers_per_gather": "0"}
        size = int(CONNECTIONS)
        pool.append(
            await asyncpg.create_pool(
                os.environ["DATABASE_URL"],
                min_size=size,
                max_size=size,
                reset=_no_reset,
                server_settings=settings,
            )
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool[0].close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    found, body = PATH.fullmatch(scope["path"]), b""
    if found:
        numbers = [int(n) for n in found.groups()[1:]]
        body = await pool[0].fetchval(STATEMENT.format(layer=found[1]), *numbers) or b""
        body = brotli.compress(body, quality=5) if body else b""
    headers = [(b"content-length", str(len(body)).encode()), (b"content-encoding", b"br")]
    await send(
        {"type": "http.response.start", "status": 200 if body else 204, "headers": headers if body else []}
    )
    await send({"type": "http.response.body", "body": body})
