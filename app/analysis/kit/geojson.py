"""Geometry as GeoJSON (RFC 7946): longitude and latitude, outer rings counter-clockwise, rounded to 1e-6
degrees.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

DIGITS = 6
GRID = 10.0**-DIGITS


def _rings(polygon: shapely.Polygon) -> list[list[list[float]]]:
    rings = [polygon.exterior, *polygon.interiors]
    return [np.round(shapely.get_coordinates(ring), DIGITS).tolist() for ring in rings]


def disc_geometry(disc: BaseGeometry) -> dict[str, Any]:
    """The outline of a reach as a GeoJSON geometry. Rounding a ring of steps of metres and more cannot make it
    cross; what closed airspace has cut goes the careful way.
    """
    if not isinstance(disc, shapely.Polygon) or disc.interiors:
        return geometry(disc)
    return {"type": "Polygon", "coordinates": [] if disc.is_empty else _rings(disc)}


def geometry(shape: BaseGeometry) -> dict[str, Any]:
    """A polygon or multipolygon as a GeoJSON geometry, valid after rounding; what rounds to nothing is left
    out.
    """
    rounded = shapely.transform(shape, lambda places: np.round(places, DIGITS))
    if not shapely.is_valid(rounded):  # seldom, and the careful way takes five times as long
        rounded = shapely.set_precision(shape, GRID)
    rounded = shapely.orient_polygons(rounded)
    parts = shapely.get_parts(rounded)
    coordinates = [_rings(part) for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    if len(coordinates) == 1:
        return {"type": "Polygon", "coordinates": coordinates[0]}
    return {"type": "MultiPolygon", "coordinates": coordinates}


def feature(drawn: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON Feature of a geometry made here."""
    return {"type": "Feature", "properties": properties, "geometry": drawn}


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}
