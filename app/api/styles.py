"""Styles with absolute addresses: one of the whole map, one of each layer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.schemas import Style
from app.deps import OneLayer, TheCatalogue
from app.styles.document import Language, document
from layers.model import Json, Theme
from layers.region import TITLE

router = APIRouter(prefix="/styles", tags=["styles"])

ThemeName = Annotated[Theme, Query(description="day or night")]
LanguageName = Annotated[Language, Query(alias="lang", description="language of the labels: zh or en")]


@router.get("/riskmap.json", response_model=Style)
def whole_map(
    request: Request, catalogue: TheCatalogue, theme: ThemeName = "day", language: LanguageName = "zh"
) -> Json:
    """Draw the layers that the map opens with (MapLibre style 8; opens in QGIS from this address alone)."""
    current = catalogue.current()
    served = [(x, current[x.id]) for x in catalogue.registry.values() if x.visible and x.id in current]
    title = TITLE.zh if language == "zh" else TITLE.en
    return document(title, served, theme, language, str(request.base_url).rstrip("/"))


@router.get("/{layer_id}.json", response_model=Style)
def one_layer(
    request: Request,
    layer: OneLayer,
    catalogue: TheCatalogue,
    theme: ThemeName = "day",
    language: LanguageName = "zh",
) -> Json:
    """Draw one layer as the map draws it."""
    title = layer.title.zh if language == "zh" else layer.title.en
    served = [(layer, catalogue.served(layer))]
    return document(title, served, theme, language, str(request.base_url).rstrip("/"))
