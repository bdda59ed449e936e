"""Objects of a layer: one by key, many by box, and the value of a raster at a place."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import ColumnElement, func, select

from app.api.boxes import parse_box
from app.api.rasters import present
from app.api.schemas import Item, ItemCollection, RasterValue
from app.deps import Moment, OneLayer, TheCatalogue, ThePart
from app.moments import moment_end
from app.state.live import live_values
from layers.errors import NotFound
from layers.kinds.vector import VectorLayer

router = APIRouter(prefix="/api/layers/{layer_id}", tags=["items"])

MOST_ITEMS = 10_000


@router.get("/items", response_model=ItemCollection)
def items(
    layer: OneLayer,
    catalogue: TheCatalogue,
    part: ThePart,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees (WGS 84)")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    at: Moment = None,
) -> dict[str, Any]:
    """List objects as GeoJSON, in key order, with the exact number that match; of a named part where one is asked."""
    vector = catalogue.registry.vector(layer.id)
    version = catalogue.served(vector, at)
    table = vector.table(str(version.table_name))
    box = parse_box(bbox)
    where: list[ColumnElement[bool]] = (
        [] if box is None else [func.ST_Intersects(table.c.geom, box.envelope())]
    )
    if part is not None:
        where.append(vector.filter(part.filter).where(table, part.on))
    columns = [table.c[f.name] for f in vector.fields]
    geometry = func.ST_AsGeoJSON(table.c.geom, 7).label("geojson")
    query = select(geometry, *columns).where(*where).order_by(table.c[vector.key]).limit(limit).offset(offset)
    with catalogue.engine.connect() as connection:
        matched = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
        rows = connection.execute(query).mappings().all()
    features = [
        {
            "type": "Feature",
            "id": row[vector.key],
            "geometry": json.loads(row["geojson"]),
            "properties": {f.name: row[f.name] for f in vector.fields},
        }
        for row in rows
    ]
    return {
        "type": "FeatureCollection",
        "layer": vector.id,
        "version": version.version,
        "numberMatched": matched,
        "numberReturned": len(features),
        "features": features,
    }


@router.get("/items/{key:path}", response_model=Item)
def item(
    layer: OneLayer, key: Annotated[str, Path(max_length=200)], catalogue: TheCatalogue, at: Moment = None
) -> dict[str, Any]:
    """Return one object with all its attributes, its centre and box in degrees, and where the data comes from."""
    vector = catalogue.registry.vector(layer.id)
    version = catalogue.served(vector, at)
    table = vector.table(str(version.table_name))
    centre = func.ST_PointOnSurface(table.c.geom)
    numbers = [
        func.ST_X(centre).label("_lon"),
        func.ST_Y(centre).label("_lat"),
        *(
            getattr(func, f"ST_{side}")(table.c.geom).label(f"_{side}")
            for side in ("XMin", "YMin", "XMax", "YMax")
        ),
    ]
    columns = [table.c[f.name] for f in vector.fields]
    with catalogue.engine.connect() as connection:
        found = connection.execute(select(*columns, *numbers).where(table.c[vector.key] == key))
        row = found.mappings().one_or_none()
        if row is None:
            raise no_item(vector, key)
        now = live_values(connection, vector.id, moment_end(at)).get(key, {})
    return {
        "layer": vector.id,
        "key": key,
        "version": version.version,
        "title": row[vector.title_field] or key,
        "properties": {f.name: row[f.name] for f in vector.fields} | now,
        "live": sorted(now),
        "centre": [row["_lon"], row["_lat"]],
        "bbox": [row[f"_{side}"] for side in ("XMin", "YMin", "XMax", "YMax")],
        "source": version.as_source(),
    }


@router.get("/value", response_model=RasterValue)
def value(
    layer: OneLayer,
    catalogue: TheCatalogue,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> dict[str, Any]:
    """Return the value of a raster layer at a place (degrees, WGS 84); null where it has no data."""
    raster = catalogue.registry.raster(layer.id)
    version = catalogue.served(raster)
    path = catalogue.files.rasters / PurePath(str(version.raster_file)).name
    return {
        "layer": raster.id,
        "version": version.version,
        "value": raster.value(present(path, raster), lon, lat),
        "unit": raster.unit.as_json(),
        "source": version.as_source(),
    }


def no_item(layer: VectorLayer, key: str) -> NotFound:
    """Return the error of an object that is not there."""
    return NotFound(
        f"图层“{layer.title.zh}”里没有 {key[:60]!r}",
        f"layer {layer.id} has no item {key[:60]!r}",
        code="no_item",
        layer=layer.id,
    )
