"""A whole style (MapLibre style 8) out of the layers' own: absolute addresses, layers in the order of the page.

There are no glyphs: MapLibre draws letters with the fonts of the machine, QGIS does so always.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Literal

from layers.kinds.vector import VectorLayer
from layers.model import Json, Layer, Theme
from layers.region import VIEW
from layers.store import LayerVersion
from layers.style import SLOTS
from layers.theme import TOKENS

Language = Literal["zh", "en"]
Served = list[tuple[Layer, LayerVersion]]


def document(name: str, served: Served, theme: Theme, language: Language, base: str) -> Json:
    """Return the style of some layers, lowest first. ``base`` is the address of the server."""
    drawn = [one for layer, _ in served for one in layer.style(theme)]
    west, south, east, north = VIEW
    return {
        "version": 8,
        "name": name,
        "center": [(west + east) / 2, (south + north) / 2],
        "zoom": 6.5,
        "sprite": f"{base}/sprites/{theme}",
        "sources": {layer.id: _source(layer, version, base) for layer, version in served},
        "layers": [
            {"id": "background", "type": "background", "paint": {"background-color": TOKENS[theme]["sea"]}},
            *(_dressed(one, language) for slot in SLOTS for one in drawn if _slot(one) == slot),
        ],
    }


def _source(layer: Layer, version: LayerVersion, base: str) -> Json:
    if isinstance(layer, VectorLayer):
        return {"type": "vector", "url": f"{base}/tiles/{layer.id}/tilejson.json"}
    # TileJSON knows no size of pictures, and QGIS reads the tiles of rasters from here only
    source = layer.source(version.version, version.bounds, version.source_name)
    return {**source, "tiles": [base + url.partition("?")[0] for url in source["tiles"]]}


def _slot(drawn: Json) -> str:
    return str(drawn["metadata"]["riskmap:slot"])


def _dressed(drawn: Json, language: Language) -> Json:
    """Say the labels in a language."""
    words = drawn["metadata"].get("riskmap:text")
    if words is None:
        return drawn
    dressed = deepcopy(drawn)
    dressed["layout"]["text-field"] = words[language]
    return dressed
