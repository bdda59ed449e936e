"""What the resources of OGC API Features hold, so that the OpenAPI document is complete."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Link(BaseModel):
    """A link to another resource."""

    href: str
    rel: str
    type: str
    title: str


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
    extent: dict[str, Any]
    crs: list[str]
    storageCrs: str
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
