"""PMTiles archives of whole layers, by byte range."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.responses import MalformedRangeHeader, RangeNotSatisfiable

from app.api.tile_parts import ASK_AGAIN, has_already
from app.deps import TheCatalogue, TheRegistry
from layers.errors import BadQuery, NotFound

router = APIRouter(prefix="/tiles", tags=["tiles"])

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
    if has_already(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    headers = {"ETag": etag, "Cache-Control": ASK_AGAIN}
    return RangedFile(path, media_type="application/vnd.pmtiles", headers=headers)


class RangedFile(FileResponse):
    """A file by byte ranges, whose refusals are those of all other answers."""

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            return super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader as error:
            raise BadQuery(
                f"Range {http_range[:60]!r} 有误，应如 bytes=0-126",
                f"Range {http_range[:60]!r} cannot be read; it is like bytes=0-126",
                code="bad_range",
                field="Range",
            ) from error
        except RangeNotSatisfiable as error:
            raise HTTPException(416, headers={"Content-Range": f"bytes */{file_size}"}) from error
