"""Layers as files: GeoJSON, CSV, GeoPackage, FlatGeobuf."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from itertools import chain
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from app.api.ogc import single
from app.deps import OneLayer, TheCatalogue
from app.exports.question import MEDIA, Question
from app.exports.run import stream
from layers.errors import Unavailable

router = APIRouter(prefix="/api/layers/{layer_id}", tags=["exports"])

AT_ONCE = 2
"""Each export holds a database connection as long as its client reads; the map keeps the others."""


class Places:
    """How many exports may run at once."""

    def __init__(self, number: int = AT_ONCE) -> None:
        self._free = BoundedSemaphore(number)

    def take(self) -> None:
        """Take a place. Raises Unavailable (code ``exports_busy``) when there is none."""
        if not self._free.acquire(timeout=1):
            raise Unavailable(
                "正在进行的导出太多，请稍后重试",
                "too many exports are running; try again",
                code="exports_busy",
            )

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


@router.get(
    "/export.{form}",
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}, "description": "the file"}},
    response_class=StreamingResponse,
)
def export(
    request: Request,
    layer: OneLayer,
    form: Annotated[str, Path(max_length=20, description="geojson, csv, gpkg or fgb")],
    catalogue: TheCatalogue,
) -> StreamingResponse:
    """Give a layer, or what ``filter`` (CQL2), ``bbox``, ``datetime`` and field names choose of it, as a file in
    ``crs`` (URI or ``EPSG:4490``); east stands before north. ``header=zh`` gives a CSV its titles and the labels of its
    codes in Chinese; the loader reads both back."""
    vector = catalogue.registry.vector(layer.id)
    question = Question.read(vector, catalogue.served(vector), form, single(request, (form,)))
    places: Places = request.app.state.export_places
    places.take()
    parts = _leaving(stream(catalogue.engine, question), places)
    first = next(parts)  # what goes wrong now can still be said; later the stream can only break off
    return StreamingResponse(
        _closing(chain([first], parts), parts),
        media_type=MEDIA[form],
        headers={"Content-Disposition": question.disposition, "Cache-Control": "no-cache"},
    )


def _leaving(parts: Iterator[bytes], places: Places) -> Generator[bytes, None, None]:
    try:
        yield from parts
    finally:
        places.leave()


async def _closing(parts: Iterator[bytes], inner: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """Pass the parts on; when the client leaves, cursor and file are let go at once."""
    try:
        async for part in iterate_in_threadpool(parts):
            yield part
    finally:
        inner.close()
