"""Pictures of raster layers, and the legend of what is drawn in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.api.rasters import present
from app.api.schemas import RasterLegend
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
from app.catalogue import Catalogue
from app.deps import TheCatalogue, TheRegistry
from app.raster_source import RasterSource
from app.reports.raster_legend import as_svg
from layers.kinds.raster import RasterLayer
from layers.kinds.raster_tile import PictureForm
from layers.model import Json

router = APIRouter(tags=["tiles"])

MEDIA: dict[PictureForm, str] = {"png": "image/png", "webp": "image/webp"}
LayerId = Annotated[str, Path(max_length=60)]
RASTER_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in MEDIA.values()}, "description": "the tile"},
    204: {"description": "nothing of the layer is in this tile"},
    304: {"description": "the client already has this version of the tile"},
}


@router.get("/tiles/{layer_id}/{z}/{x}/{y}.png", responses=RASTER_ANSWERS, response_class=Response)
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
    """Return one tile of a raster layer as PNG, or as WebP to clients that ask for it before PNG."""
    form = preferred(request.headers.get("accept", ""))
    answer = picture_of(request, registry.raster(layer_id), catalogue, (z, x, y), form, v)
    answer.headers["Vary"] = "Accept"
    return answer


@router.get("/tiles/{layer_id}/{z}/{x}/{y}.webp", responses=RASTER_ANSWERS, response_class=Response)
def webp_tile(
    request: Request,
    layer_id: str,
    z: Zoom,
    x: Column,
    y: Row,
    registry: TheRegistry,
    catalogue: TheCatalogue,
    v: VersionName = None,
) -> Response:
    """Return one tile of a raster layer as WebP (without loss)."""
    return picture_of(request, registry.raster(layer_id), catalogue, (z, x, y), "webp", v)


@router.get("/api/layers/{layer_id}/legend", response_model=RasterLegend)
def legend(layer_id: LayerId, registry: TheRegistry) -> Json:
    """Say what the tones of a raster layer mean: values from, to (below), colour and opacity as they are drawn."""
    layer = registry.raster(layer_id)
    return {
        "layer": layer.id,
        "title": layer.title.as_json(),
        "unit": layer.unit.as_json(),
        "classes": layer.classes(),
    }


@router.get(
    "/api/layers/{layer_id}/legend.svg",
    responses={200: {"content": {"image/svg+xml": {}}, "description": "the legend"}},
    response_class=Response,
)
def legend_picture(layer_id: LayerId, registry: TheRegistry) -> Response:
    """Draw the legend of a raster layer."""
    return Response(as_svg(registry.raster(layer_id)), media_type="image/svg+xml")


def picture_of(
    request: Request,
    layer: RasterLayer,
    catalogue: Catalogue,
    address: tuple[int, int, int],
    form: PictureForm,
    wanted: str | None = None,
) -> Response:
    """Answer with a picture, or say that there is none or that the client has it."""
    check_address(layer, *address)
    version = catalogue.version(layer, wanted)
    z, x, y = address
    headers = {
        "ETag": f'"{layer.id}-{version.version}-{z}-{x}-{y}-{form}"',
        "Cache-Control": FOR_EVER if wanted else ASK_AGAIN,
    }
    if has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    source: RasterSource = request.app.state.raster_tiles
    path = present(catalogue.files.rasters / str(version.raster_file), layer)
    body = source.tile(layer, version, path, address, form)
    return Response(body, 200 if body else 204, headers, MEDIA[form] if body else None)


def preferred(accepted: str) -> PictureForm:
    """Read an Accept header: WebP only where it is named, and not below PNG. Browsers name it."""
    found: dict[str, float] = {}
    for part in accepted.split(","):
        kind, _, rest = part.partition(";")
        quality = rest.strip().lower().removeprefix("q=")
        try:
            found[kind.strip().lower()] = float(quality) if quality else 1.0
        except ValueError:
            found[kind.strip().lower()] = 0.0
    webp = found.get("image/webp", 0.0)
    return "webp" if webp > 0 and webp >= found.get("image/png", 0.0) else "png"
