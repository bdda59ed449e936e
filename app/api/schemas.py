"""What the routes answer, so that the OpenAPI document is complete. Shares are 0 to 1; places are degrees WGS 84."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """Every error (RFC 9457, ``application/problem+json``). ``code`` is stable; ``detail`` is Chinese."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_en: str


class Words(BaseModel):
    """One label in both languages."""

    zh: str
    en: str


class Source(BaseModel):
    """Where data comes from."""

    name: str
    date: str | None
    owner: str
    licence: str
    note: str
    generated: bool
    loaded_at: str


class ClassCount(BaseModel):
    """How many objects are in one legend class; ``value`` null is 'no data'."""

    value: int | str | None
    count: int


class Counts(BaseModel):
    """Counts per legend class, worst first; they add up to ``total``."""

    layer: str
    version: str
    total: int
    classes: list[ClassCount]


class LegendRow(ClassCount):
    """A legend row: word, colour and hatch together, because colour is never the only cue."""

    label: Words
    colour: str
    pattern: str
    symbol: str


class LegendAnswer(BaseModel):
    """A legend and the field it reads."""

    field: str
    title: Words
    classes: list[LegendRow]


class PopupField(BaseModel):
    """One row of a popup."""

    field: str
    title: Words
    format: str
    unit: Words | None
    values: dict[str, Words] | None
    live: bool


class Group(BaseModel):
    """A group of the layer tree."""

    id: str
    title: Words


class FilterAnswer(BaseModel):
    """A named part of a layer that can be shown and counted alone."""

    id: str
    title: Words


class LayerAnswer(BaseModel):
    """One layer, with a ready MapLibre ``source`` and ``style`` for each theme.

    ``zones``: it can be listed and set by hand; ``explains``: its items say why they have their colour; ``unconfirmed``
    are the sets of constants behind its grades that nobody has signed.
    """

    id: str
    title: Words
    description: Words
    group: str
    kind: Literal["vector", "raster"]
    geometry: Literal["point", "polygon", "raster"]
    derived: bool
    status: Literal["loaded", "empty"]
    version: str | None
    count: int
    visible: bool
    generated: bool
    source_name: str
    source_date: str | None
    owner: str
    licence: str
    note: str
    loaded_at: str | None
    title_field: str | None
    legend: LegendAnswer | None
    filters: list[FilterAnswer]
    zones: bool
    explains: bool
    unconfirmed: list[str]
    popup: list[PopupField]
    bounds: list[float]
    source: dict[str, Any]
    style: dict[Literal["day", "night"], list[dict[str, Any]]]


class LayerList(BaseModel):
    """All layers in draw order, lowest first."""

    title: Words
    generated: bool
    at: str | None
    notice: Words | None
    bounds: list[float]
    groups: list[Group]
    layers: list[LayerAnswer]


class Item(BaseModel):
    """One object. ``live`` names the properties that dispatchers have set since the layer was loaded."""

    layer: str
    key: str
    version: str
    title: str
    properties: dict[str, Any]
    live: list[str]
    centre: list[float]
    bbox: list[float]
    source: Source


class Feature(BaseModel):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]


class ItemCollection(BaseModel):
    """A page of objects as GeoJSON; ``numberMatched`` is exact."""

    type: Literal["FeatureCollection"]
    layer: str
    version: str
    numberMatched: int
    numberReturned: int
    features: list[Feature]


class RasterValue(BaseModel):
    """The value of a raster cell; null where it has no data."""

    layer: str
    version: str
    value: float | None
    unit: Words
    source: Source


class RasterStep(BaseModel):
    """A tone of a raster: values from ``from`` to below ``to`` (null: no end); opacity 0 to 1."""

    model_config = ConfigDict(populate_by_name=True)

    least: float = Field(alias="from")
    to: float | None
    colour: str
    opacity: float


class RasterLegend(BaseModel):
    """What the tones of a raster mean, lowest first; below the first step nothing is drawn."""

    layer: str
    title: Words
    unit: Words
    classes: list[RasterStep]


class TileJson(BaseModel):
    """TileJSON 3.0.0."""

    tilejson: str
    name: str
    description: str
    version: str
    attribution: str
    scheme: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    vector_layers: list[dict[str, Any]] | None = Field(None, description="vector layers only")


class Style(BaseModel):
    """A MapLibre style, version 8, as its specification has it."""

    version: Literal[8]
    name: str
    center: list[float]
    zoom: float
    sprite: str
    sources: dict[str, dict[str, Any]]
    layers: list[dict[str, Any]]


class BaseAnswer(BaseModel):
    """A rescue base; minutes, km/h."""

    id: str
    name: str
    name_en: str | None
    lon: float
    lat: float
    status: str
    preparation_min: float | None
    cruise_kmh: float | None
    aircraft: str | None
    is_main: bool


class BaseList(BaseModel):
    """The bases a coverage question can name."""

    layer: str
    version: str | None
    bases: list[BaseAnswer]


class Part(BaseModel):
    """Whether one part answers, and what it says of itself."""

    model_config = ConfigDict(extra="allow")

    ok: bool


class Health(BaseModel):
    """Whether the server can do its work."""

    status: Literal["ok", "degraded"]
    database: Part
    archives: Part | None = None
    raster: Part | None = None
