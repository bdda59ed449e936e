"""Vector tiles. A tile URL carries its version, so a tile may be kept for ever."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import asyncpg
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.tile_parts import (
    ASK_AGAIN,
    FOR_EVER,
    MVT,
    Column,
    Row,
    VersionName,
    Zoom,
    check_address,
    has_already,
)
from app.deps import TheCatalogue, ThePart, TheRegistry
from app.tile_source import TileSource, VersionedTile
from layers.errors import Unavailable

router = APIRouter(prefix="/tiles", tags=["tiles"])

TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "the tile, gzip when the client takes it"},
    204: {"description": "nothing of the layer is in this tile"},
    304: {"description": "the client already has this version of the tile"},
}


@router.get("/{layer_id}/{z}/{x}/{y}.mvt", responses=TILE_ANSWERS, response_class=Response)
async def vector_tile(
    request: Request,
    layer_id: str,
    z: Zoom,
    x: Column,
    y: Row,
    registry: TheRegistry,
    catalogue: TheCatalogue,
    part: ThePart,
    v: VersionName = None,
) -> Response:
    """Return one Mapbox Vector Tile, of the whole layer or of a named part of it."""
    layer = registry.vector(layer_id)
    check_address(layer, z, x, y)
    if part is not None:
        layer.filter(part.filter)
    version = await run_in_threadpool(catalogue.version, layer, v)
    said = f"-{part.filter}-{part.on}" if part is not None else ""
    etag = f'"{layer.id}-{version.version}-{z}-{x}-{y}{said}"'
    headers = {"ETag": etag, "Cache-Control": FOR_EVER if v else ASK_AGAIN, "Vary": "Accept-Encoding"}
    if has_already(request, etag):
        return Response(status_code=304, headers=headers)
    source: TileSource = request.app.state.tiles
    body = await _unless_gone(request, source.tile(VersionedTile(layer, version, z, x, y, part)))
    if not body:
        return Response(status_code=204, headers=headers)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(body, media_type=MVT, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=MVT, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Read an Accept-Encoding header: gzip or * with a quality above zero."""
    for part in accepted.split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            value = quality.strip().lower().removeprefix("q=").strip()
            return not value or value.strip("0.") != ""
    return False


async def _unless_gone(request: Request, work: Any) -> bytes | None:
    """Await a tile, but cancel its query when the client leaves; FastAPI alone would let it run on."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return None
        result: bytes | None = task.result()
    except (asyncpg.QueryCanceledError, TimeoutError) as error:
        raise Unavailable(
            "切片计算超时，请稍后重试", "the tile took too long; try again", code="tile_timeout"
        ) from error
    else:
        return result
    finally:
        task.cancel()
        watch.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
