"""Vector tiles as routes: what ``app.tiles.door`` answers ahead of them stands here for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.api.tile_parts import MVT, Column, Row, VersionName, Zoom
from app.deps import TheRegistry
from app.tiles.asked import check_address, no_such_tile

router = APIRouter(prefix="/tiles", tags=["tiles"])

TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "the tile, packed as the client takes it (br, zstd, gzip)"},
    204: {"description": "nothing of the layer is in this tile"},
    304: {"description": "the client already has this version of the tile"},
}
FilterText = Annotated[
    str | None,
    Query(alias="filter", max_length=4000, description="a named part of the layer, or a CQL2 filter"),
]
FilterLanguage = Annotated[str | None, Query(alias="filter-lang", description="cql2-text or cql2-json")]
Day = Annotated[str | None, Query(description="the day for the clocks of a named part; absent: today")]


@router.get("/{layer_id}/{z}/{x}/{y}.mvt", responses=TILE_ANSWERS, response_class=Response)
async def vector_tile(
    request: Request,
    layer_id: str,
    z: Zoom,
    x: Column,
    y: Row,
    registry: TheRegistry,
    v: VersionName = None,
    filter_text: FilterText = None,
    filter_lang: FilterLanguage = None,
    on: Day = None,
) -> Response:
    """Return one Mapbox Vector Tile: of the whole layer, of a named part of it, or of what a CQL2 filter selects."""
    check_address(registry.vector(layer_id), z, x, y)
    raise no_such_tile(registry.vector(layer_id), f"{z}/{x}/{y}")  # the numbers were spelled in another way
