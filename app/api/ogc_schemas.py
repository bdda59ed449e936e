"""What the resources of OGC API Features and Tiles hold, so that the OpenAPI document is complete."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Link(BaseModel):
    """A link to another resource; a ``templated`` one has places in braces."""

    href: str
    rel: str
    type: str
    title: str
    templated: bool | None = None


class Landing(BaseModel):
    """The landing page."""

    title: str
    description: str
    links: list[Link]


class Conformance(BaseModel):
    """The conformance classes that hold."""

    conformsTo: list[str]


class Collection(BaseModel):
    """One layer; ``extent`` in degrees (CRS 84), ``crs`` the systems that answers can be had in."""

    id: str
    title: str
    description: str
    attribution: str
    itemType: str
    layerDataType: str | None = None
    extent: dict[str, Any]
    crs: list[str]
    storageCrs: str | None = None
    links: list[Link]


class Collections(BaseModel):
    """The layers that have data."""

    links: list[Link]
    crs: list[str]
    collections: list[Collection]


class Queryables(BaseModel):
    """A JSON schema of the fields that may be asked by."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    properties: dict[str, dict[str, Any]]


class Feature(BaseModel):
    """One object as GeoJSON."""

    model_config = ConfigDict(extra="allow")

    type: str
    id: str | int
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class LinkedFeature(Feature):
    """One object with the links around it."""

    links: list[Link]


class FeaturePage(BaseModel):
    """One page of objects; ``numberMatched`` counts all that the question holds for."""

    type: str
    links: list[Link]
    timeStamp: str
    numberMatched: int = Field(ge=0)
    numberReturned: int = Field(ge=0)
    features: list[Feature]


class TileMatrix(BaseModel):
    """One zoom of a tile matrix set; sizes in metres."""

    id: str
    scaleDenominator: float
    cellSize: float
    cornerOfOrigin: str
    pointOfOrigin: list[float]
    tileWidth: int
    tileHeight: int
    matrixWidth: int
    matrixHeight: int


class TileMatrixSet(BaseModel):
    """How the world is cut into tiles; a list of sets leaves the matrices out."""

    id: str
    title: str
    uri: str
    crs: str | None = None
    orderedAxes: list[str] | None = None
    wellKnownScaleSet: str | None = None
    tileMatrices: list[TileMatrix] | None = None
    links: list[Link] | None = None


class TileMatrixSets(BaseModel):
    """The tile matrix sets."""

    tileMatrixSets: list[TileMatrixSet]


class TileLimits(BaseModel):
    """Rows and columns of a zoom in which there may be tiles."""

    tileMatrix: str
    minTileRow: int
    maxTileRow: int
    minTileCol: int
    maxTileCol: int


class TileSet(BaseModel):
    """A set of tiles; a list of sets leaves limits, box and layers out."""

    title: str
    dataType: str
    crs: str
    tileMatrixSetURI: str
    tileMatrixSetLimits: list[TileLimits] | None = None
    boundingBox: dict[str, Any] | None = None
    layers: list[dict[str, Any]] | None = None
    links: list[Link]


class TileSets(BaseModel):
    """The tile sets of a layer, or of the whole map."""

    tilesets: list[TileSet]
    links: list[Link]
