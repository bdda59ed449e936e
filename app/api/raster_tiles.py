"""Tiles of raster layers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from app.api.rasters import present
from app.api.tile_parts import (
    ASK_AGAIN,
    FOR_EVER,
    Column,
    Row,
    VersionName,
    Zoom,
    check_address,
    has_already,
)
from app.deps import TheCatalogue, TheRegistry

router = APIRouter(prefix="/tiles", tags=["tiles"])

RASTER_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "the tile"},
    204: {"description": "nothing of the layer is in this tile"},
    304: {"description": "the client already has this version of the tile"},
}


@router.get("/{layer_id}/{z}/{x}/{y}.png", responses=RASTER_ANSWERS, response_class=Response)
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
    if has_already(request, etag):
        return Response(status_code=304, headers=headers)
    path = present(catalogue.files.rasters / str(version.raster_file), layer)
    body = layer.tile(path, z, x, y)
    return Response(body or b"", 200 if body else 204, headers, "image/png" if body else None)
