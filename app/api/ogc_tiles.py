"""OGC API Tiles 1.0: tile sets of each layer and of the whole map, in WebMercatorQuad. Here the row comes before the
column."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.ogc import base, link, only, single
from app.api.ogc_schemas import TileMatrixSet, TileMatrixSets, TileSet, TileSets
from app.api.raster_tiles import RASTER_ANSWERS, picture_of
from app.api.tile_parts import ASK_AGAIN, MVT, check_address, has_already
from app.api.tiles import TILE_ANSWERS
from app.catalogue import Catalogue
from app.deps import TheCatalogue, TheRegistry
from app.ogc.tilesets import QUAD, QUAD_URI, described, matrix_set, short
from app.tiles.asked import Asked
from app.tiles.door import TileResponse, Tiles
from layers.errors import NotFound
from layers.kinds.raster_tile import PictureForm
from layers.kinds.vector import VectorLayer
from layers.mercator import Bounds
from layers.model import Json
from layers.region import TITLE
from layers.store import LayerVersion

router = APIRouter(prefix="/ogc", tags=["OGC API Tiles"])
TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TEMPLATE = "{tileMatrix}/{tileRow}/{tileCol}"
TILE_FORMATS = ("mvt",)
PICTURE_FORMATS = ("png", "webp")

CollectionId = Annotated[str, Path(max_length=60)]
MatrixSetId = Annotated[str, Path(max_length=60, description="WebMercatorQuad")]
TileMatrix = Annotated[int, Path(description="zoom, 0 to 22")]
TileRow = Annotated[int, Path(description="row, 0 to 2^z - 1, from the north")]
TileCol = Annotated[int, Path(description="column, 0 to 2^z - 1, from the west")]


@router.get("/tileMatrixSets", response_model=TileMatrixSets, response_model_exclude_none=True)
def tile_matrix_sets(request: Request) -> Json:
    """List the tile matrix sets: WebMercatorQuad."""
    only(request, "f")
    one = {
        "id": QUAD,
        "title": matrix_set()["title"],
        "uri": QUAD_URI,
        "links": [link(request, f"/tileMatrixSets/{QUAD}", "self", QUAD)],
    }
    return {"tileMatrixSets": [one]}


@router.get(
    "/tileMatrixSets/{tile_matrix_set_id}", response_model=TileMatrixSet, response_model_exclude_none=True
)
def tile_matrix_set(request: Request, tile_matrix_set_id: MatrixSetId) -> Json:
    """Define a tile matrix set."""
    only(request, "f")
    _known(tile_matrix_set_id)
    return matrix_set()


@router.get("/tiles", response_model=TileSets, response_model_exclude_none=True)
def dataset_tilesets(request: Request) -> Json:
    """List the tile sets of the whole map."""
    only(request, "f")
    return _list(request, "/tiles", TITLE.zh, "vector")


@router.get("/tiles/{tile_matrix_set_id}", response_model=TileSet, response_model_exclude_none=True)
def dataset_tileset(request: Request, tile_matrix_set_id: MatrixSetId, catalogue: TheCatalogue) -> Json:
    """Describe the tile set of the whole map: the layers that it opens with, or ``collections=a,b``."""
    only(request, "f", "collections")
    _known(tile_matrix_set_id)
    chosen = _chosen(catalogue, single(request).get("collections"))
    boxes = [version.bounds for _, version in chosen]
    bounds = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    query = str(request.url.query)
    return _set(request, "/tiles", TITLE.zh, [layer for layer, _ in chosen], bounds, query)


@router.get(
    "/tiles/{tile_matrix_set_id}/{tile_matrix}/{tile_row}/{tile_col}",
    responses=TILE_ANSWERS,
    response_class=Response,
)
async def dataset_tile(
    request: Request,
    tile_matrix_set_id: MatrixSetId,
    tile_matrix: TileMatrix,
    tile_row: TileRow,
    tile_col: TileCol,
    catalogue: TheCatalogue,
) -> Response:
    """Give one vector tile with several layers: those that the map opens with, or ``collections=a,b``."""
    only(request, "collections", formats=TILE_FORMATS)
    _known(tile_matrix_set_id)
    asked = single(request, TILE_FORMATS).get("collections")
    chosen = await run_in_threadpool(_chosen, catalogue, asked)
    check_address(chosen[0][0], tile_matrix, tile_col, tile_row)
    names = [f"{layer.id}-{version.version}" for layer, version in chosen]
    mark = hashlib.sha256("/".join(names).encode()).hexdigest()[:16]
    headers = {"ETag": f'"{mark}-{tile_matrix}-{tile_col}-{tile_row}"', "Cache-Control": ASK_AGAIN}
    if has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    tiles: Tiles = request.app.state.tiles
    address = (tile_matrix, tile_col, tile_row)
    answers = [
        await tiles.answer(Asked(layer, *address, version.version), "identity", "", request.receive)
        for layer, version in chosen
    ]
    # a tile is a list of layers, so tiles one behind another are one tile
    body = b"".join(one.body for one in answers)
    return Response(body, 200 if body else 204, headers, MVT if body else None)


@router.get("/collections/{collection_id}/tiles", response_model=TileSets, response_model_exclude_none=True)
def tilesets(request: Request, collection_id: CollectionId, registry: TheRegistry) -> Json:
    """List the vector tile sets of a layer."""
    only(request, "f")
    layer = registry.vector(collection_id)
    return _list(request, f"/collections/{layer.id}/tiles", layer.title.zh, "vector")


@router.get(
    "/collections/{collection_id}/tiles/{tile_matrix_set_id}",
    response_model=TileSet,
    response_model_exclude_none=True,
)
def tileset(
    request: Request, collection_id: CollectionId, tile_matrix_set_id: MatrixSetId, catalogue: TheCatalogue
) -> Json:
    """Describe the vector tile set of a layer: limits, fields, where the tiles are."""
    only(request, "f")
    _known(tile_matrix_set_id)
    layer = catalogue.registry.vector(collection_id)
    bounds = catalogue.served(layer).bounds
    return _set(request, f"/collections/{layer.id}/tiles", layer.title.zh, [layer], bounds)


@router.get(
    "/collections/{collection_id}/tiles/{tile_matrix_set_id}/{tile_matrix}/{tile_row}/{tile_col}",
    responses=TILE_ANSWERS,
    response_class=Response,
)
async def tile(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: MatrixSetId,
    tile_matrix: TileMatrix,
    tile_row: TileRow,
    tile_col: TileCol,
    catalogue: TheCatalogue,
) -> Response:
    """Give one vector tile of a layer."""
    only(request, formats=TILE_FORMATS)
    _known(tile_matrix_set_id)
    layer = catalogue.registry.vector(collection_id)
    check_address(layer, tile_matrix, tile_col, tile_row)
    return TileResponse(Asked(layer, tile_matrix, tile_col, tile_row, None), request.app.state.tiles)


@router.get(
    "/collections/{collection_id}/map/tiles", response_model=TileSets, response_model_exclude_none=True
)
def map_tilesets(request: Request, collection_id: CollectionId, registry: TheRegistry) -> Json:
    """List the map tile sets of a raster layer."""
    only(request, "f")
    layer = registry.raster(collection_id)
    return _list(request, f"/collections/{layer.id}/map/tiles", layer.title.zh, "map")


@router.get(
    "/collections/{collection_id}/map/tiles/{tile_matrix_set_id}",
    response_model=TileSet,
    response_model_exclude_none=True,
)
def map_tileset(
    request: Request, collection_id: CollectionId, tile_matrix_set_id: MatrixSetId, catalogue: TheCatalogue
) -> Json:
    """Describe the map tile set of a raster layer."""
    only(request, "f")
    _known(tile_matrix_set_id)
    layer = catalogue.registry.raster(collection_id)
    bounds = catalogue.served(layer).bounds
    return _set(request, f"/collections/{layer.id}/map/tiles", layer.title.zh, [layer], bounds)


@router.get(
    "/collections/{collection_id}/map/tiles/{tile_matrix_set_id}/{tile_matrix}/{tile_row}/{tile_col}",
    responses=RASTER_ANSWERS,
    response_class=Response,
)
def map_tile(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: MatrixSetId,
    tile_matrix: TileMatrix,
    tile_row: TileRow,
    tile_col: TileCol,
    catalogue: TheCatalogue,
) -> Response:
    """Give one picture of a raster layer."""
    only(request, formats=PICTURE_FORMATS)
    _known(tile_matrix_set_id)
    layer = catalogue.registry.raster(collection_id)
    form: PictureForm = "webp" if request.query_params.get("f") == "webp" else "png"
    return picture_of(request, layer, catalogue, (tile_matrix, tile_col, tile_row), form)


def _known(matrix_set_id: str) -> None:
    if matrix_set_id != QUAD:
        raise NotFound(
            f"没有切片矩阵集 {matrix_set_id!r}，只有 {QUAD}",
            f"there is no tile matrix set {matrix_set_id!r}, only {QUAD}",
            code="no_such_tile_matrix_set",
        )


def _chosen(catalogue: Catalogue, asked: str | None) -> list[tuple[VectorLayer, LayerVersion]]:
    """Return the layers of a tile of the whole map, in the order they are drawn in."""
    current, registry = catalogue.current(), catalogue.registry
    if asked is not None:
        wanted = {registry.vector(name).id for name in asked.split(",")[: len(registry) + 1]}
    else:
        wanted = {x.id for x in registry.values() if isinstance(x, VectorLayer) and x.visible}
    found = [(registry.vector(name), current[name]) for name in registry if name in wanted & set(current)]
    if not found:
        raise NotFound("没有可出图的图层", "no layer of these has data", code="layer_empty")
    return found


def _list(request: Request, path: str, title: str, kind: str) -> Json:
    one = {**short(title, kind), "links": [link(request, f"{path}/{QUAD}", "self", title)]}
    return {"tilesets": [one], "links": [link(request, path, "self", title)]}


def _set(request: Request, path: str, title: str, layers: list[Any], bounds: Bounds, query: str = "") -> Json:
    """Describe a tile set, with a template for its tiles."""
    is_vector = isinstance(layers[0], VectorLayer)
    kinds = {MVT: "mvt"} if is_vector else {"image/png": "png", "image/webp": "webp"}
    tail = f"&{query}" if query else ""
    templates = [
        {
            "href": f"{base(request)}{path}/{QUAD}/{TEMPLATE}?f={suffix}{tail}",
            "rel": "item",
            "type": kind,
            "title": title,
            "templated": True,
        }
        for kind, suffix in kinds.items()
    ]
    return {
        **described(title, "vector" if is_vector else "map", layers, bounds),
        "links": [
            link(request, f"{path}/{QUAD}", "self", title, query=query),
            link(request, f"/tileMatrixSets/{QUAD}", TILING_SCHEME, QUAD),
            *templates,
        ],
    }
