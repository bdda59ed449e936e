"""Tiles, TileJSON and archives. A tile URL carries its version, so a tile may be kept for ever."""

from __future__ import annotations

import asyncio
import gzip
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from app.api.rasters import present
from app.api.schemas import TileJson
from app.deps import OneLayer, TheCatalogue, ThePart, TheRegistry
from app.tile_source import TileSource, VersionedTile
from layers.errors import NotFound, Unavailable
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer

router = APIRouter(prefix="/tiles", tags=["tiles"])

MOST_ZOOM = 22
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
MVT = "application/vnd.mapbox-vector-tile"

Zoom = Annotated[int, Path(description="zoom, 0 to 22")]
Column = Annotated[int, Path(description="column, 0 to 2^z - 1, from the west")]
Row = Annotated[int, Path(description="row, 0 to 2^z - 1, from the north")]
VersionName = Annotated[
    str | None, Query(max_length=40, description="layer version; absent: the current one")
]
TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "the tile, gzip when the client takes it"},
    204: {"description": "nothing of the layer is in this tile"},
    304: {"description": "the client already has this version of the tile"},
}
PNG_ANSWERS = {**TILE_ANSWERS, 200: {"content": {"image/png": {}}, "description": "the tile"}}
ARCHIVE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/vnd.pmtiles": {}}, "description": "the whole archive"},
    206: {"content": {"application/vnd.pmtiles": {}}, "description": "the bytes asked for"},
    304: {"description": "the client already has this version"},
    416: {"description": "no such bytes"},
}


@router.get("/{layer_id}.pmtiles", responses=ARCHIVE_ANSWERS, response_class=FileResponse)
def archive(request: Request, layer_id: str, registry: TheRegistry, catalogue: TheCatalogue) -> Response:
    """Return the PMTiles archive of a layer's low zooms; byte ranges are answered."""
    layer = registry.vector(layer_id)
    version = catalogue.served(layer)
    path = catalogue.files.archives / (version.archive_file or "-")
    if version.archive_file is None or not path.is_file():
        raise NotFound(
            f"图层“{layer.title.zh}”没有切片档案",
            f"layer {layer.id} has no archive",
            code="no_archive",
            layer=layer.id,
        )
    etag = f'"{layer.id}-{version.version}"'
    if _has(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    headers = {"ETag": etag, "Cache-Control": ASK_AGAIN}
    return FileResponse(path, media_type="application/vnd.pmtiles", headers=headers)


@router.get("/{layer_id}/tilejson.json", response_model=TileJson, response_model_exclude_none=True)
def tilejson(request: Request, layer: OneLayer, catalogue: TheCatalogue) -> dict[str, Any]:
    """Describe the tiles of a layer (TileJSON 3.0.0) with absolute URLs."""
    version = catalogue.served(layer)
    base = str(request.base_url).rstrip("/")
    source = layer.source(version.version, version.bounds, version.source_name)
    described = {
        "tilejson": "3.0.0",
        "name": layer.title.zh,
        "description": layer.description.zh,
        "version": "1.0.0",
        "attribution": version.source_name,
        "scheme": "xyz",
        "tiles": [base + url for url in source["tiles"]],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "bounds": list(version.bounds),
    }
    if isinstance(layer, VectorLayer):
        described["vector_layers"] = layer.vector_layers()
    return described


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
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    source: TileSource = request.app.state.tiles
    body = await _unless_gone(request, source.tile(VersionedTile(layer, version, z, x, y, part)))
    if not body:
        return Response(status_code=204, headers=headers)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(body, media_type=MVT, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=MVT, headers=headers)


@router.get("/{layer_id}/{z}/{x}/{y}.png", responses=PNG_ANSWERS, response_class=Response)
def raster_tile(
    request: Request,
    layer_id: str,
    z: Zoom,
    x: Column,
    y: Row,
    registry: TheRegistry,
    catalogue: TheCatalogue,
    v: VersionName = None,
) -> Response:
    """Return one PNG tile of a raster layer."""
    layer = registry.raster(layer_id)
    check_address(layer, z, x, y)
    version = catalogue.version(layer, v)
    etag = f'"{layer.id}-{version.version}-{z}-{x}-{y}"'
    headers = {"ETag": etag, "Cache-Control": FOR_EVER if v else ASK_AGAIN}
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    path = present(catalogue.files.rasters / str(version.raster_file), layer)
    body = layer.tile(path, z, x, y)
    return Response(body or b"", 200 if body else 204, headers, "image/png" if body else None)


def check_address(layer: VectorLayer | RasterLayer, z: int, x: int, y: int) -> None:
    """Refuse a tile address that does not exist.

    Raises:
        NotFound: code ``no_such_tile``, before any query.
    """
    if not (0 <= z <= MOST_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)):
        raise NotFound(
            f"没有切片 {z}/{x}/{y}：z 应为 0–{MOST_ZOOM}，x、y 应为 0 到 2^z-1",
            f"there is no tile {z}/{x}/{y}: z is 0 to {MOST_ZOOM}, x and y are 0 to 2^z - 1",
            code="no_such_tile",
            layer=layer.id,
        )


def takes_gzip(accepted: str) -> bool:
    """Read an Accept-Encoding header: gzip or * with a quality above zero."""
    for part in accepted.split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            value = quality.strip().lower().removeprefix("q=").strip()
            return not value or value.strip("0.") != ""
    return False


def _has(request: Request, etag: str) -> bool:
    wanted = request.headers.get("if-none-match", "")
    return wanted.strip() == "*" or any(part.strip().removeprefix("W/") == etag for part in wanted.split(","))


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
