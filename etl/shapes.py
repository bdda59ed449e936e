"""Geometry of a file as geometry of a layer: EPSG:4326, two dimensions, right type, valid, inside the region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from etl.rows import Refusal
from etl.values import refusal
from layers.kinds.vector import VectorLayer

WGS84 = "EPSG:4326"
POINT, POLYGON, MULTIPOINT, MULTIPOLYGON = 0, 3, 4, 6
WANTED = {"point": (POINT,), "polygon": (POLYGON, MULTIPOLYGON)}


def fit_shapes(
    layer: VectorLayer, raw: gpd.GeoSeries, rows: Sequence[int], refusals: list[Refusal]
) -> gpd.GeoSeries:
    """Return the shapes as the layer stores them (polygons as MultiPolygon, invalid ones repaired).

    What cannot be used becomes None and is added to the refusals with its row.
    """
    moved = raw if raw.crs == WGS84 else raw.to_crs(WGS84)
    shapes: Any = shapely.force_2d(moved.to_numpy())
    types = shapely.get_type_id(shapes)
    if layer.shape == "point":  # a multipoint of one is how some programs write points
        single = (types == MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
        shapes[single] = shapely.get_geometry(shapes[single], 0)
    else:
        invalid = np.isin(types, (POLYGON, MULTIPOLYGON)) & ~shapely.is_valid(shapes)
        shapes[invalid] = [_polygons_of(s) for s in shapely.make_valid(shapes[invalid], method="structure")]
        alone = shapely.get_type_id(shapes) == POLYGON
        shapes[alone] = [shapely.MultiPolygon([s]) for s in shapes[alone]]
    bad = ~_usable(layer, shapes)
    for at in np.flatnonzero(bad):
        refusals.append(_fault(rows[int(at)], shapes[at], raw.iloc[at], layer))
    return gpd.GeoSeries(np.where(bad, np.array(None), shapes), crs=WGS84)


def _usable(layer: VectorLayer, shapes: Any) -> Any:
    west, south, east, north = layer.extent
    box = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    right_type = np.isin(shapely.get_type_id(shapes), WANTED[layer.shape])
    return right_type & ~shapely.is_empty(shapes) & np.isfinite(box).all(axis=1) & inside


def _polygons_of(shape: Any) -> BaseGeometry:
    """Keep the polygons of a repaired geometry; a polygon without area has none and becomes empty."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 0])


def _fault(row: int, shape: BaseGeometry | None, before: BaseGeometry | None, layer: VectorLayer) -> Refusal:
    if shape is None or before is None or before.is_empty:
        return refusal(row, "geometry", "geometry_missing", "", "没有几何", "has no geometry")
    value = before.wkt
    if shape.is_empty:
        zh, en = "几何无效，修复后没有面积", "is invalid and has no area after repair"
        return refusal(row, "geometry", "geometry_invalid", value, zh, en)
    if shapely.get_type_id(shape) not in WANTED[layer.shape]:
        zh, en = f"应为 {layer.geometry_type}", f"should be a {layer.geometry_type.lower()}"
        return refusal(row, "geometry", "geometry_type", value, zh, en)
    if not np.isfinite(before.bounds).all():
        zh, en = "坐标为空或不是数", "has an empty coordinate or one that is not a number"
        return refusal(row, "geometry", "coordinate_bad", value, zh, en)
    if not np.isfinite(shape.bounds).all():
        zh, en = (
            f"坐标与所给坐标系不符{_hint(before)[0]}",
            f"does not fit the coordinate system{_hint(before)[1]}",
        )
        return refusal(row, "geometry", "crs_unfit", value, zh, en)
    return _outside(row, shape, value, layer)


def _hint(before: BaseGeometry) -> tuple[str, str]:
    """Return what the easting suggests: 40,5xx,xxx carries the number of a 3-degree zone in front."""
    zone = int(before.bounds[0] // 1_000_000)
    if not 25 <= zone <= 45:
        return "", ""
    code = f"EPSG:{4488 + zone}"  # CGCS2000 / 3-degree Gauss-Kruger zone 25 is 4513
    return f"；横坐标带有带号 {zone}，应为 {code}？", f"; the easting carries zone {zone}: {code}?"


def _outside(row: int, shape: BaseGeometry, value: str, layer: VectorLayer) -> Refusal:
    west, south, east, north = layer.extent
    x0, y0, x1, y1 = shape.bounds
    if south <= x0 and x1 <= north and west <= y0 and y1 <= east:
        zh, en = "经纬度像是写反了", "longitude and latitude look swapped"
        return refusal(row, "geometry", "axis_swapped", value, zh, en)
    return refusal(
        row,
        "geometry",
        "out_of_range",
        value,
        f"坐标不在本省附近（经度 {west:g}–{east:g}，纬度 {south:g}–{north:g}）",
        f"the coordinate is not near the province (lon {west:g} to {east:g}, lat {south:g} to {north:g})",
    )
