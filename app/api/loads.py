"""Loads over HTTP: receive, look, answer, preview, commit, mend, take back."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as PathParam
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from app.api.load_answers import answer
from app.api.load_schemas import (
    CommitRequest,
    FaultList,
    LoadAnswer,
    LoadList,
    LoadPatch,
    Preview,
    TargetList,
)
from app.api.uploads import keep_files, profile_of, read_form, text_of
from app.deps import MayLoad, TheLoads
from app.load_jobs import LoadJobs
from app.loading import read_profile
from layers.errors import BadInput
from layers.kinds.vector import VectorLayer
from layers.model import Layer

router = APIRouter(prefix="/api/loads", tags=["loads"], dependencies=[MayLoad])

LoadId = Annotated[str, PathParam(max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=60)]
FORMATS = ["zip", "shp", "gpkg", "gdb", "geojson", "kml", "kmz", "csv", "xlsx", "xls", "tif"]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}
LOOK_EVERY_S = 0.25
ALIVE_EVERY_S = 10.0
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "layer": {"type": "string"},
                        "profile": {"type": "string", "description": "JSON object"},
                        "person": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.get("/targets", response_model=TargetList)
def targets(service: TheLoads) -> dict[str, Any]:
    """List the layers that files can be loaded into, with the fields that a file can fill."""
    layers = [layer for layer in service.registry.values() if not layer.derived]
    return {
        "targets": [_target(layer) for layer in reversed(layers)],
        "formats": FORMATS,
        "most_bytes": service.settings.upload_most_bytes,
        "offset_conversion": service.settings.convert_offset_datums,
    }


@router.post("", response_model=LoadAnswer, status_code=201, openapi_extra=UPLOAD)
async def receive(request: Request, response: Response, service: TheLoads) -> dict[str, Any]:
    """Receive a zip, one file, or the loose parts of a shapefile, and begin to read it.

    The same file under the same profile gives the earlier load with status 200.
    """
    form = await read_form(request)
    try:
        layer = text_of(form, "layer") or None
        profile = read_profile(profile_of(form))
        person = text_of(form, "person")
        folder, names = await keep_files(form, service.files.uploads)
    finally:
        await form.close()
    load, new = await run_in_threadpool(
        service.receive, folder, names, layer=layer, profile=profile, person=person
    )
    response.status_code = 201 if new else 200
    return _tagged(response, await run_in_threadpool(answer, service, load))


@router.get("", response_model=LoadList)
def history(
    service: TheLoads,
    layer: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> dict[str, Any]:
    """List the loads of a layer or of all layers, the newest first, without the tables of their files."""
    return {"loads": [answer(service, load, whole=False) for load in service.history(layer, limit, offset)]}


@router.get("/{load_id}", response_model=LoadAnswer)
def one(load_id: LoadId, response: Response, service: TheLoads) -> dict[str, Any]:
    """Return a load; its ETag is what ``If-Match`` compares."""
    return _tagged(response, answer(service, service.get(load_id)))


@router.patch("/{load_id}", response_model=LoadAnswer)
def amend(
    load_id: LoadId, body: LoadPatch, response: Response, service: TheLoads, if_match: IfMatch = None
) -> dict[str, Any]:
    """Answer open decisions; the load goes on by itself."""
    service.amend(load_id, body.layer, body.profile, _revision(if_match))
    return _tagged(response, answer(service, service.get(load_id)))


@router.get("/{load_id}/preview", response_model=Preview)
def preview(load_id: LoadId, service: TheLoads) -> dict[str, Any]:
    """Show what a load would do: counts, the first rows that are new, changed, gone or bad, and where it lands."""
    load = service.get(load_id)
    return {
        **service.loader.preview(load_id),
        "load": load.id,
        "revision": load.revision,
        "base": load.base,
        "version": load.version,
        "counts": load.counts,
        "faults": service.faults(load_id, limit=20, offset=0, severity=None),
    }


@router.get("/{load_id}/diff", response_model=Preview)
def diff(load_id: LoadId, service: TheLoads) -> dict[str, Any]:
    """Show what a committed load changed."""
    load = service.get(load_id)
    return {
        **service.diff(load_id),
        "load": load.id,
        "revision": load.revision,
        "version": load.version,
        "faults": service.faults(load_id, limit=20, offset=0, severity=None),
        "outline": {"type": "MultiPoint", "coordinates": []},
    }


@router.get("/{load_id}/errors", response_model=FaultList)
def errors(
    load_id: LoadId,
    service: TheLoads,
    format: Annotated[Literal["json", "csv", "xlsx", "gpkg"], Query()] = "json",
    severity: Annotated[Literal["error", "warning", "info"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Any:
    """List the faults of a load page by page, or give all of them as a file (xlsx: to mend and send back)."""
    if format == "json":
        return service.faults(load_id, limit=limit, offset=offset, severity=severity)
    folder = tempfile.TemporaryDirectory(prefix="riskmap-faults-")
    path = service.export(load_id, format, Path(folder.name))
    return FileResponse(
        path, media_type=MEDIA[format], filename=path.name, background=BackgroundTask(folder.cleanup)
    )


@router.get("/{load_id}/events", response_class=StreamingResponse)
async def events(load_id: LoadId, request: Request, service: TheLoads) -> StreamingResponse:
    """Tell every change of a load as server-sent events: ``load`` with the load, ``end`` when the work is done."""
    await run_in_threadpool(service.get, load_id)
    stream = _events(load_id, request, service)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.post("/{load_id}/commit", response_model=LoadAnswer, status_code=202)
def commit(
    load_id: LoadId, body: CommitRequest, response: Response, service: TheLoads, if_match: IfMatch = None
) -> Any:
    """Make a checked load current, in the background; ``events`` tells how it goes."""
    revision = _revision(if_match)
    patch = body.model_dump(exclude_none=True, exclude={"person"})
    load = service.commit(load_id, patch, revision, body.person)
    return _tagged(response, answer(service, load))


@router.post("/{load_id}/discard", response_model=LoadAnswer)
def discard(load_id: LoadId, response: Response, service: TheLoads) -> dict[str, Any]:
    """End a load that was not committed. Its record and its faults stay."""
    return _tagged(response, answer(service, service.discard(load_id)))


@router.post("/{load_id}/rollback", response_model=LoadAnswer)
def roll_back(
    load_id: LoadId,
    response: Response,
    service: TheLoads,
    with_later: Annotated[bool, Query(description="take later loads of the layer back too")] = False,
    person: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    """Take a load back: what was served before it is served again, as a new version."""
    return _tagged(
        response, answer(service, service.roll_back(load_id, with_later=with_later, person=person))
    )


@router.post("/{load_id}/fix", response_model=LoadAnswer, status_code=201, openapi_extra=UPLOAD)
async def fix(load_id: LoadId, request: Request, response: Response, service: TheLoads) -> dict[str, Any]:
    """Receive the corrected bad rows of a load and check them."""
    form = await read_form(request)
    try:
        person = text_of(form, "person")
        folder, names = await keep_files(form, service.files.uploads)
    finally:
        await form.close()
    load = await run_in_threadpool(service.receive_fix, load_id, folder, names, person)
    return _tagged(response, await run_in_threadpool(answer, service, load))


async def _events(load_id: str, request: Request, service: LoadJobs) -> AsyncIterator[bytes]:
    seen: tuple[int, int] | None = None
    quiet_s = 0.0
    while not (request.app.state.news.closed or await request.is_disconnected()):
        tick = service.tick(load_id)
        load = await run_in_threadpool(service.get, load_id)
        now = (load.revision, -1 if tick is None else tick)
        if now != seen:
            seen, quiet_s = now, 0.0
            body = await run_in_threadpool(answer, service, load)
            yield f"event: load\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
        elif quiet_s >= ALIVE_EVERY_S:
            quiet_s = 0.0
            yield b": alive\n\n"
        if tick is None:
            yield b"event: end\ndata: {}\n\n"
            return
        await asyncio.sleep(LOOK_EVERY_S)
        quiet_s += LOOK_EVERY_S


def _tagged(response: Response, body: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"{body["revision"]}"'
    response.headers["Cache-Control"] = "no-store"
    return body


def _revision(if_match: str | None) -> int | None:
    """Return the revision of an ``If-Match`` header, None without one."""
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not digits.isdigit() or len(digits) > 18:
        raise BadInput("If-Match 无效", "If-Match is not a revision of a load", code="bad_request")
    return int(digits)


def _target(layer: Layer) -> dict[str, Any]:
    fields = [
        {
            "name": f.name,
            "title": f.title.as_json(),
            "type": f.type.value,
            "required": f.required,
            "choices": {code: text.as_json() for code, text in f.choices.items()} if f.choices else None,
        }
        for f in layer.fields
        if not f.computed
    ]
    return {
        "id": layer.id,
        "title": layer.title.as_json(),
        "kind": layer.kind,
        "geometry": layer.geometry,
        "key": layer.key if isinstance(layer, VectorLayer) else None,
        "fields": fields,
    }
