"""The area of a warning: who is to be warned, in few corners that leave nobody out."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from app.around.read import ADMIN
from app.catalogue import Catalogue
from layers.kinds.vector import VectorLayer
from layers.model import Json

MOST_CORNERS = 100
"""Receivers advise against more, the closing one included."""
FIRST_STEP, STEPS = 2e-5, 14
"""Degrees (about 2 m) by which an outline is first widened and simplified; doubled at each further try."""


def polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    """Return polygons without holes, of at most 100 corners each, that together hold all of the shape."""
    found = []
    for part in shapely.get_parts(shape):
        outer = shapely.Polygon(part.exterior)
        found.append(_simple(outer))
    return found


def _simple(outer: shapely.Polygon) -> shapely.Polygon:
    """Simplify outward only: widened first, so that what is cut off lies outside the true edge."""
    if len(outer.exterior.coords) <= MOST_CORNERS:
        return outer
    step = FIRST_STEP
    for _ in range(STEPS):
        tried = shapely.simplify(shapely.buffer(outer, step), step)
        if tried.geom_type == "Polygon":
            tried = shapely.Polygon(tried.exterior)
            if len(tried.exterior.coords) <= MOST_CORNERS and tried.covers(outer):
                return tried
        step *= 2
    return shapely.box(*outer.bounds)


def areas_touched(catalogue: Catalogue, shape: BaseGeometry) -> list[Json]:
    """Return the towns that a shape touches (code, name, English name), or the counties where no towns are loaded."""
    layers = (one for one in catalogue.registry.values() if isinstance(one, VectorLayer))
    layer = next((one for one in layers if one.role == ADMIN), None)
    version = catalogue.current().get(layer.id) if layer else None
    if layer is None or version is None:
        return []
    table = layer.table(str(version.table_name))
    outline = func.ST_GeomFromText(shape.wkt, 4326)
    touched = func.ST_Intersects(table.c.geom, outline)
    query = select(table.c.code, table.c.name, table.c.name_en, table.c.level).where(touched)
    with catalogue.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query.order_by(table.c.code)).mappings()]
    for level in ("town", "county"):
        if found := [row for row in rows if row["level"] == level]:
            return [{name: row[name] for name in ("code", "name", "name_en")} for row in found]
    return []
