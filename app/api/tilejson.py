"""TileJSON: where the tiles of a layer are and what they hold."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.api.schemas import TileJson
from app.deps import OneLayer, TheCatalogue
from layers.kinds.vector import VectorLayer

router = APIRouter(prefix="/tiles", tags=["tiles"])


@router.get("/{layer_id}/tilejson.json", response_model=TileJson, response_model_exclude_none=True)
def tilejson(request: Request, layer: OneLayer, catalogue: TheCatalogue) -> dict[str, Any]:
    """Describe the tiles of a layer (TileJSON 3.0.0) with absolute URLs."""
    version = catalogue.served(layer)
    base = str(request.base_url).rstrip("/")
    source = layer.source(version.version, version.bounds, version.source_name)
    described = {
        "tilejson": "3.0.0",
        "name": layer.title.zh,
        "description": layer.description.zh,
        "version": "1.0.0",
        "attribution": version.source_name,
        "scheme": "xyz",
        "tiles": [base + url for url in source["tiles"]],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "bounds": list(version.bounds),
    }
    if isinstance(layer, VectorLayer):
        described["vector_layers"] = layer.vector_layers()
    return described
