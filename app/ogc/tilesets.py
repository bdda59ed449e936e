"""Tile sets as OGC API Tiles 1.0 and the Two Dimensional Tile Matrix Set standard 2.0 describe them."""

from __future__ import annotations

from typing import Any

from app.ogc.crs import OGC
from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, VectorLayer
from layers.mercator import Bounds, span
from layers.model import FieldType, Json, Layer

QUAD = "WebMercatorQuad"
QUAD_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
TILE_PIXELS = 256
PIXEL_M = 0.00028
"""Size of a pixel on the screen, by which the standard turns cell sizes into scales."""
MOST_ZOOM = 22


def matrix_set() -> Json:
    """Return the definition of WebMercatorQuad, zooms 0 to 22."""
    half = MERCATOR_CIRCUMFERENCE_M / 2
    return {
        "id": QUAD,
        "title": "Google Maps Compatible for the World",
        "uri": QUAD_URI,
        "crs": MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": cell / PIXEL_M,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-half, half],
                "tileWidth": TILE_PIXELS,
                "tileHeight": TILE_PIXELS,
                "matrixWidth": 1 << zoom,
                "matrixHeight": 1 << zoom,
            }
            for zoom in range(MOST_ZOOM + 1)
            for cell in (MERCATOR_CIRCUMFERENCE_M / TILE_PIXELS / (1 << zoom),)
        ],
    }


def limits(bounds: Bounds, first: int, last: int) -> list[Json]:
    """Return the rows and columns in which there may be tiles, per zoom."""
    found = []
    for zoom in range(first, last + 1):
        left, right, top, bottom = span(bounds, zoom)
        found.append(
            {
                "tileMatrix": str(zoom),
                "minTileRow": top,
                "maxTileRow": bottom,
                "minTileCol": left,
                "maxTileCol": right,
            }
        )
    return found


def short(title: str, kind: str) -> Json:
    """Return what a list of tile sets says of one."""
    return {"title": title, "dataType": kind, "crs": MERCATOR, "tileMatrixSetURI": QUAD_URI}


def described(title: str, kind: str, layers: list[Layer], bounds: Bounds) -> Json:
    """Return the metadata of a tile set that holds some layers."""
    first, last = min(one.minzoom for one in layers), max(one.maxzoom for one in layers)
    west, south, east, north = bounds
    return {
        **short(title, kind),
        "tileMatrixSetLimits": limits(bounds, first, last),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": OGC},
        "layers": [part for one in layers for part in _layers_of(one)],
    }


def _layers_of(layer: Layer) -> list[Json]:
    common = {
        "title": layer.title.zh,
        "description": layer.description.zh,
        "minTileMatrix": str(layer.minzoom),
        "maxTileMatrix": str(layer.maxzoom),
    }
    if not isinstance(layer, VectorLayer):
        return [{"id": layer.id, "dataType": "map", **common}]
    dimension = 0 if layer.shape == "point" else 2
    drawn: list[tuple[Json, int]] = [(x, dimension) for x in layer.vector_layers()[:1]]
    drawn += [(x, 0) for x in layer.vector_layers()[1:]]  # points that carry the names of areas
    return [
        {
            "id": one["id"],
            "dataType": "vector",
            "geometryDimension": size,
            **common,
            "propertiesSchema": {"type": "object", "properties": _properties(layer, one["fields"])},
        }
        for one, size in drawn
    ]


def _properties(layer: VectorLayer, fields: dict[str, str]) -> dict[str, Any]:
    types = {"Number": "number", "Boolean": "boolean", "String": "string"}
    titles = {f.name: f.title for f in layer.fields}
    whole = {f.name for f in layer.fields if f.type == FieldType.INTEGER} | {"n"}
    return {
        name: {
            "type": "integer" if name in whole else types[word],
            **({"title": f"{titles[name].zh} {titles[name].en}"} if name in titles else {}),
        }
        for name, word in fields.items()
    }
