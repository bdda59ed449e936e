"""``GET /api/layers``: everything the client needs to draw the map, and counts in a view."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, Table, func, select

from app.api.boxes import Box, parse_box
from app.api.schemas import Counts, LayerList
from app.catalogue import Catalogue
from app.deps import Moment, OneLayer, TheCatalogue, ThePart
from app.risk.cutoffs import unconfirmed_sets
from app.risk.why import explains
from layers.kinds.tiles import Part
from layers.kinds.vector import VectorLayer
from layers.model import GROUPS, Json, Layer
from layers.region import TITLE, VIEW
from layers.store import LayerVersion

router = APIRouter(prefix="/api", tags=["layers"])

NOTICE = {
    "zh": "演示数据：由程序生成，不可用于决策",
    "en": "Demo data made by a program; not for decisions",
}


@router.get("/layers", response_model=LayerList)
def layers(catalogue: TheCatalogue, at: Moment = None) -> dict[str, Any]:
    """List the layers in draw order with their legends, counts, popups, MapLibre sources and styles, as they are now or
    as they were at the end of a day."""
    current = catalogue.at(at)
    loose = unconfirmed_sets(catalogue, current)
    described = [
        {**describe(layer, current.get(layer.id)), "unconfirmed": loose.get(layer.id, [])}
        for layer in catalogue.registry.values()
    ]
    generated = any(version.generated for version in current.values())
    used = {layer.group for layer in catalogue.registry.values()}
    return {
        "title": TITLE.as_json(),
        "generated": generated,
        "at": at.isoformat() if at else None,
        "notice": NOTICE if generated else None,
        "bounds": list(VIEW),
        "groups": [{"id": i, "title": title.as_json()} for i, title in GROUPS.items() if i in used],
        "layers": described,
    }


@router.get("/layers/{layer_id}/counts", response_model=Counts)
def counts(
    layer: OneLayer,
    catalogue: TheCatalogue,
    part: ThePart,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees (WGS 84)")] = None,
    at: Moment = None,
) -> dict[str, Any]:
    """Count the objects of a layer per legend class, all of them or those that touch a box or are in a named part."""
    vector = catalogue.registry.vector(layer.id)
    version = catalogue.served(vector, at)
    box = parse_box(bbox)
    whole = box is None and part is None
    classes = dict(version.class_counts) if whole else _count(catalogue, vector, version, box, part)
    total = sum(classes.values()) if vector.legend else _total(catalogue, vector, version, box, part)
    return {
        "layer": vector.id,
        "version": version.version,
        "total": total,
        "classes": [{"value": value, "count": count} for value, count in _per_class(vector, classes)],
    }


def describe(layer: Layer, version: LayerVersion | None) -> Json:
    """Describe one layer for the client; a layer without data has status ``empty`` and nothing to draw."""
    legend: Json | None = None
    if layer.legend is not None:
        known = dict(version.class_counts) if version else {}
        rows = [{**c.as_json(), "count": known.get(c.value, 0)} for c in layer.legend.classes]
        legend = {"field": layer.legend.field, "title": layer.legend.title.as_json(), "classes": rows}
    filters = [{"id": f.id, "title": f.title.as_json()} for f in getattr(layer, "filters", ())]
    bounds = version.bounds if version else VIEW
    name = version.version if version else "none"
    attribution = version.source_name if version else ""
    return {
        "id": layer.id,
        "title": layer.title.as_json(),
        "description": layer.description.as_json(),
        "group": layer.group,
        "kind": layer.kind,
        "geometry": layer.geometry,
        "derived": layer.derived,
        "status": "loaded" if version else "empty",
        "version": version.version if version else None,
        "count": version.row_count if version else 0,
        "visible": layer.visible,
        "generated": version.generated if version else False,
        "source_name": version.source_name if version else "",
        "source_date": version.source_date.isoformat() if version and version.source_date else None,
        "owner": version.owner if version else "",
        "licence": version.licence if version else "",
        "note": version.note if version else "",
        "loaded_at": version.loaded_at.isoformat() if version else None,
        "title_field": layer.title_field if isinstance(layer, VectorLayer) else None,
        "legend": legend,
        "filters": filters,
        "zones": isinstance(layer, VectorLayer) and layer.members is not None,
        "explains": explains(layer),
        "popup": [f.as_popup() for f in layer.fields if f.popup],
        "bounds": list(bounds),
        "source": layer.source(name, bounds, attribution),
        "style": {"day": layer.style("day"), "night": layer.style("night")},
    }


def _per_class(layer: VectorLayer, counted: dict[Any, int]) -> list[tuple[Any, int]]:
    """Return a count for every legend row; values the legend does not name are counted with 'no data'."""
    if layer.legend is None:
        return []
    named = [c.value for c in layer.legend.classes]
    rest = sum(count for value, count in counted.items() if value not in named)
    return [(value, counted.get(value, 0) + (rest if value is None else 0)) for value in named]


def _where(layer: VectorLayer, table: Table, box: Box | None, part: Part | None) -> list[ColumnElement[bool]]:
    inside: list[ColumnElement[bool]] = (
        [] if box is None else [func.ST_Intersects(table.c.geom, box.envelope())]
    )
    return inside if part is None else [*inside, layer.filter(part.filter).where(table, part.on)]


def _count(
    catalogue: Catalogue, layer: VectorLayer, version: LayerVersion, box: Box | None, part: Part | None
) -> dict[Any, int]:
    if layer.legend is None or version.table_name is None:
        return {}
    table = layer.table(version.table_name)
    column = table.c[layer.legend.field]
    query = select(column, func.count()).where(*_where(layer, table, box, part)).group_by(column)
    with catalogue.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _total(
    catalogue: Catalogue, layer: VectorLayer, version: LayerVersion, box: Box | None, part: Part | None
) -> int:
    if (box is None and part is None) or version.table_name is None:
        return version.row_count
    table = layer.table(version.table_name)
    query = select(func.count()).select_from(table).where(*_where(layer, table, box, part))
    with catalogue.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())
