"""OGC API Features 1.0, parts 1 to 3: landing page, conformance, collections, features. QGIS and GDAL open ``/ogc``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from app.api.ogc_schemas import (
    Collection,
    Collections,
    Conformance,
    FeaturePage,
    Landing,
    LinkedFeature,
    Queryables,
)
from app.catalogue import Catalogue
from app.deps import TheCatalogue
from app.ogc.crs import OGC, SYSTEMS
from app.ogc.features import Query, read_one, read_page
from app.parameters import unknown_parameter
from layers.errors import BadQuery, NotFound
from layers.kinds.vector import VectorLayer
from layers.model import Json, Layer
from layers.region import TITLE
from layers.store import LayerVersion

router = APIRouter(prefix="/ogc", tags=["OGC API Features"])
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
SPEC = "http://www.opengis.net/spec"
CONFORMS = [
    *(f"{SPEC}/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")),
    f"{SPEC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{SPEC}/ogcapi-features-3/1.0/conf/{part}"
        for part in ("filter", "features-filter", "queryables", "queryables-query-parameters")
    ),
    *(
        f"{SPEC}/cql2/1.0/conf/{part}"
        for part in ("cql2-text", "cql2-json", "basic-cql2", "basic-spatial-functions")
    ),
    *(
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/{part}"
        for part in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "png",
        )
    ),
    *(
        f"{SPEC}/tms/2.0/conf/{part}"
        for part in ("tilematrixset", "tilematrixsetlimits", "json-tilematrixset")
    ),
]
CollectionId = Annotated[str, Path(max_length=60)]
Answer = dict[str, Any]


def answers(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Document an answer that is GeoJSON; it is not checked row by row."""
    return {200: {"model": model, "content": {GEOJSON: {}}}}


@router.get("", response_model=Landing, response_model_exclude_none=True)
def landing(request: Request) -> Answer:
    """Describe the interface and link to its parts."""
    only(request, "f")
    return {
        "title": TITLE.zh,
        "description": TITLE.en,
        "links": [
            link(request, "", "self", "本页 this document"),
            link(request, "/conformance", "conformance", "符合的标准 conformance"),
            link(request, "/collections", "data", "图层 collections"),
            link(request, "/tiles", f"{REL}/tilesets-vector", "切片 vector tiles"),
            link(request, "/tileMatrixSets", f"{REL}/tiling-schemes", "切片矩阵集 tile matrix sets"),
            {
                "href": f"{str(request.base_url).rstrip('/')}/api/openapi.json",
                "rel": "service-desc",
                "type": OPENAPI,
                "title": "OpenAPI",
            },
        ],
    }


@router.get("/conformance", response_model=Conformance)
def conformance(request: Request) -> Answer:
    """List the conformance classes that hold."""
    only(request, "f")
    return {"conformsTo": CONFORMS}


@router.get("/collections", response_model=Collections, response_model_exclude_none=True)
def collections(request: Request, catalogue: TheCatalogue) -> Answer:
    """List the layers that have data."""
    only(request, "f")
    current = catalogue.current()
    served = [x for x in catalogue.registry.values() if x.id in current]
    return {
        "links": [link(request, "/collections", "self", "图层 collections")],
        "crs": list(SYSTEMS),
        "collections": [describe(request, layer, current[layer.id]) for layer in served],
    }


@router.get("/collections/{collection_id}", response_model=Collection, response_model_exclude_none=True)
def collection(request: Request, collection_id: CollectionId, catalogue: TheCatalogue) -> Answer:
    """Describe one layer: title, extent, systems, links."""
    only(request, "f")
    layer = catalogue.registry[collection_id]
    return describe(request, layer, catalogue.served(layer))


@router.get("/collections/{collection_id}/queryables", response_model=Queryables)
def queryables(
    request: Request, response: Response, collection_id: CollectionId, catalogue: TheCatalogue
) -> Answer:
    """Give the fields that may be asked by, as a JSON schema."""
    only(request, "f")
    layer, _ = found(catalogue, collection_id)
    response.headers["Content-Type"] = "application/schema+json"
    fields: Json = {
        "geom": {"title": "geom", "format": f"geometry-{layer.shape}", "x-ogc-role": "primary-geometry"}
    }
    for f in layer.fields:
        fields[f.name] = {"title": f"{f.title.zh} {f.title.en}", **SCHEMAS[f.type.value]}
        if f.choices:
            fields[f.name]["enum"] = list(f.choices)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base(request)}/collections/{layer.id}/queryables",
        "type": "object",
        "title": layer.title.zh,
        "properties": fields,
        "additionalProperties": False,
    }


SCHEMAS: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


@router.get("/collections/{collection_id}/items", response_model=None, responses=answers(FeaturePage))
def items(
    request: Request, response: Response, collection_id: CollectionId, catalogue: TheCatalogue
) -> Answer:
    """Give features, page by page: ``bbox``, ``bbox-crs``, ``crs``, ``datetime``, ``limit``, ``offset``, ``filter``
    (CQL2) with ``filter-lang`` and ``filter-crs``, and each field by its name."""
    layer, version = found(catalogue, collection_id)
    query = Query.read(layer, single(request))
    with catalogue.engine.connect() as connection:
        page = read_page(connection, layer, version, query)
    response.headers["Content-Type"] = GEOJSON
    response.headers["Content-Crs"] = f"<{query.crs.uri}>"
    path = f"/collections/{layer.id}/items"
    links = [link(request, path, "self", "本页 this page", GEOJSON, query=str(request.url.query))]
    for rel, offset in (("next", query.offset + query.limit), ("prev", max(0, query.offset - query.limit))):
        if (rel == "next" and offset < page.matched) or (rel == "prev" and query.offset > 0):
            asked = request.url.include_query_params(offset=offset).query
            links.append(link(request, path, rel, rel, GEOJSON, query=asked))
    links.append(link(request, f"/collections/{layer.id}", "collection", layer.title.zh))
    return {
        "type": "FeatureCollection",
        "links": links,
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "features": page.features,
    }


@router.get(
    "/collections/{collection_id}/items/{feature_id:path}",
    response_model=None,
    responses=answers(LinkedFeature),
)
def item(
    request: Request,
    response: Response,
    collection_id: CollectionId,
    feature_id: Annotated[str, Path(max_length=200)],
    catalogue: TheCatalogue,
) -> Answer:
    """Give one feature by its key."""
    layer, version = found(catalogue, collection_id)
    only(request, "f", "crs")
    query = Query.read(layer, single(request))
    with catalogue.engine.connect() as connection:
        feature = read_one(connection, layer, version, feature_id, query.crs)
    if feature is None:
        raise NotFound(
            f"图层“{layer.title.zh}”里没有 {feature_id[:60]!r}",
            f"collection {layer.id} has no feature {feature_id[:60]!r}",
            code="no_item",
            layer=layer.id,
        )
    response.headers["Content-Type"] = GEOJSON
    response.headers["Content-Crs"] = f"<{query.crs.uri}>"
    path = f"/collections/{layer.id}"
    links = [
        link(request, f"{path}/items/{feature_id}", "self", feature_id, GEOJSON),
        link(request, path, "collection", layer.title.zh),
    ]
    return {**feature, "links": links}


def found(catalogue: Catalogue, collection_id: str) -> tuple[VectorLayer, LayerVersion]:
    """Return a layer that has data, and the version that is served."""
    layer = catalogue.registry.vector(collection_id)
    return layer, catalogue.served(layer)


def describe(request: Request, layer: Layer, version: LayerVersion) -> Answer:
    """Describe a layer as a collection: of features with their tiles, or, for a raster, of map tiles alone."""
    path = f"/collections/{layer.id}"
    title = layer.title.zh
    described: Answer = {
        "id": layer.id,
        "title": title,
        "description": f"{layer.description.zh} {layer.description.en}",
        "attribution": version.source_name,
        "extent": {"spatial": {"bbox": [list(version.bounds)], "crs": OGC}},
        "crs": list(SYSTEMS),
    }
    links = [link(request, path, "self", title)]
    if not isinstance(layer, VectorLayer):
        tiles = link(request, f"{path}/map/tiles", f"{REL}/tilesets-map", f"{title} map tiles")
        # by these two words clients of features know that there are none to ask for
        return {
            **described,
            "itemType": "coverage",
            "layerDataType": "Coverage",
            "crs": [OGC],
            "links": [*links, tiles],
        }
    links += [
        link(request, f"{path}/items", "items", title, GEOJSON),
        link(
            request, f"{path}/queryables", f"{REL}/queryables", "字段 queryables", "application/schema+json"
        ),
        link(request, f"{path}/tiles", f"{REL}/tilesets-vector", f"{title} vector tiles"),
    ]
    return {**described, "itemType": "feature", "storageCrs": OGC, "links": links}


def base(request: Request) -> str:
    """Return the address of the interface as the caller knows it."""
    return f"{str(request.base_url).rstrip('/')}/ogc"


def link(
    request: Request, path: str, rel: str, title: str, kind: str = "application/json", query: str = ""
) -> dict[str, str]:
    """Return a link to a part of the interface."""
    return {"href": f"{base(request)}{path}{query and f'?{query}'}", "rel": rel, "type": kind, "title": title}


def single(request: Request, formats: Sequence[str] = ("json", "geojson")) -> dict[str, str]:
    """Return the parameters of a request but ``f``; the standard gives none of them twice."""
    asked: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in asked:
            raise BadQuery(
                f"参数 {name[:40]} 重复", f"parameter {name[:40]} is given twice", code="parameter_repeated"
            )
        asked[name] = value
    if asked.pop("f", formats[0]) not in formats:
        words = " / ".join(formats)
        raise BadQuery(f"f 只能是 {words}", f"f can only be {words}", code="format_unsupported", field="f")
    return asked


def only(request: Request, *known: str, formats: Sequence[str] = ("json", "geojson")) -> None:
    """Refuse parameters that a resource does not have, as the standard asks."""
    for name in single(request, formats):
        if name not in known:
            raise unknown_parameter(name, dict.fromkeys(("f", *known)))
