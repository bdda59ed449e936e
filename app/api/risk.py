"""Grades and zones: why, the list in its forms, what changed, and decisions by hand."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select

from app.api.risk_schemas import ChangeList, DecisionList, OverrideSent, Regraded, VersionList, Why, ZoneList
from app.catalogue import Catalogue
from app.deps import MayLoad, Moment, OneLayer, TheCatalogue, beijing_today
from app.moments import day_of
from app.regrading import Regrader
from app.reports.risk_files import as_csv, as_page, as_xlsx
from app.risk.sheet import sheet
from app.risk.why import why
from app.state.audit import trail
from app.state.overrides import decisions
from layers.changes import ClassChanges, class_changes
from layers.errors import BadInput
from layers.kinds.vector import VectorLayer
from layers.store import VERSION, LayerVersion, version_from_row

router = APIRouter(prefix="/api", tags=["risk"])

Key = Annotated[str, Path(max_length=200)]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}, XLSX: {}, "text/html": {}}, "description": "the file"}
}


@router.get("/layers/{layer_id}/items/{key:path}/why", response_model=Why)
def why_item(
    layer: OneLayer,
    key: Key,
    catalogue: TheCatalogue,
    at: Moment = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="most members to name")] = 20,
) -> dict[str, Any]:
    """Explain why an item has its colour: rule, method, cut-offs, members, decision by hand, what stands beside it."""
    return why(catalogue, catalogue.registry.vector(layer.id), key, day=at, limit=limit)


@router.get("/layers/{layer_id}/list", response_model=ZoneList)
def zone_list(layer: OneLayer, catalogue: TheCatalogue, at: Moment = None) -> dict[str, Any]:
    """List the zones of a layer, worst first, with counts per colour."""
    return sheet(catalogue, catalogue.registry.vector(layer.id), at).as_json()


@router.get("/layers/{layer_id}/list.{form}", responses=FILES, response_class=Response)
def zone_file(
    layer: OneLayer, form: Literal["csv", "xlsx", "html"], catalogue: TheCatalogue, at: Moment = None
) -> Response:
    """Return the list of zones as CSV, XLSX, or a page that prints on A4."""
    found = sheet(catalogue, catalogue.registry.vector(layer.id), at)
    if form == "html":
        return Response(as_page(found), media_type="text/html; charset=utf-8")
    body, kind = (as_csv(found), "text/csv; charset=utf-8") if form == "csv" else (as_xlsx(found), XLSX)
    name = f"{layer.id}-{(day_of(at) if at else beijing_today()).isoformat()}.{form}"
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/layers/{layer_id}/versions", response_model=VersionList)
def versions(layer: OneLayer, catalogue: TheCatalogue) -> dict[str, Any]:
    """List the versions of a layer that are kept, the newest first, with when each was first served."""
    query = select(VERSION).where(VERSION.c.layer == layer.id, VERSION.c.layout == layer.layout)
    with catalogue.engine.connect() as connection:
        rows = connection.execute(query.order_by(VERSION.c.loaded_at.desc(), VERSION.c.seq.desc())).mappings()
        found = [version_from_row(dict(row)) for row in rows]
    return {
        "layer": layer.id,
        "versions": [
            {
                "version": one.version,
                "at": one.loaded_at.isoformat(),
                "rows": one.row_count,
                "classes": [{"value": value, "count": count} for value, count in one.class_counts],
            }
            for one in found
        ],
    }


@router.get("/layers/{layer_id}/changes", response_model=ChangeList)
def changes(
    layer: OneLayer,
    catalogue: TheCatalogue,
    since: Annotated[str, Query(max_length=40, description="a version of the layer, or a day (YYYY-MM-DD)")],
    until: Annotated[
        str | None, Query(max_length=40, description="a later version or day; absent: what is served")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> dict[str, Any]:
    """Say which objects changed class between two versions of a layer, and count them from class to class.

    A day stands for what was served at its end.
    """
    vector = catalogue.registry.vector(layer.id)
    before, after = (_version(catalogue, vector, said) for said in (since, until))
    with catalogue.engine.connect() as connection:
        return describe_changes(class_changes(connection, vector, before, after, limit=limit, offset=offset))


def _version(catalogue: Catalogue, layer: VectorLayer, said: str | None) -> LayerVersion:
    if said is None or not DAY.fullmatch(said):
        return catalogue.version(layer, said)
    try:
        return catalogue.served(layer, date.fromisoformat(said))
    except ValueError as error:
        raise BadInput(f"没有 {said} 这一天", f"there is no day {said}", code="bad_day") from error


@router.get("/zones/overrides", response_model=DecisionList)
def overrides(catalogue: TheCatalogue) -> dict[str, Any]:
    """List decisions by hand, and the audit trail of all decisions, the newest first."""
    with catalogue.engine.connect() as connection:
        return {"overrides": decisions(connection), "audit": trail(connection)}


@router.post(
    "/zones/{layer_id}/{key}/override", response_model=Regraded, status_code=201, dependencies=[MayLoad]
)
def override(request: Request, layer: OneLayer, key: Key, sent: OverrideSent) -> dict[str, Any]:
    """Set the colour of a zone by hand until the end of a day; the members stay beside it."""
    found = _regrader(request).override(
        layer.id, key, sent.grade, reason=sent.reason, person=sent.person, until=sent.until
    )
    return {"layers": [describe_changes(one) for one in found]}


@router.post("/zones/overrides/{number}/withdraw", response_model=Regraded, dependencies=[MayLoad])
def withdraw(
    request: Request,
    number: Annotated[int, Path(ge=1, le=2**53)],
    person: Annotated[str, Query(max_length=100, description="who takes it back")],
) -> dict[str, Any]:
    """Take a decision by hand back."""
    return {"layers": [describe_changes(one) for one in _regrader(request).withdraw(number, person=person)]}


def describe_changes(found: ClassChanges) -> dict[str, Any]:
    """Describe what changed class between two versions."""
    return {
        "layer": found.after.layer,
        "before": found.before.version,
        "before_at": found.before.loaded_at.isoformat(),
        "after": found.after.version,
        "after_at": found.after.loaded_at.isoformat(),
        "total": found.total,
        "counts": found.counts,
        "objects": found.objects,
    }


def _regrader(request: Request) -> Regrader:
    known: Regrader = request.app.state.regrader
    return known
