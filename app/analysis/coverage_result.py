"""What a coverage answer says. Areas in km², persons as the raster counts them, shares from 0 to 1, WGS 84
degrees.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

Geometry = dict[str, Any]
Share = Field(ge=0, le=1)


class Words(BaseModel):
    """One text in both languages."""

    zh: str
    en: str


class Rule(BaseModel):
    """The rule as applied. Where bases differ in preparation, speed or reach, the asked or default value
    stands here.

    ``per_base`` says that they differ; each base's own values are in its row.
    """

    reach_km: float
    binding: Literal["time", "radius", "both"]
    time_reach_km: float
    radius_km: float | None = Field(description="Null when the radius was not sent and limits nothing")
    preparation_min: float
    response_min: float
    cruise_kmh: float
    per_base: bool
    text: Words


class BaseFigures(BaseModel):
    """One base: its reach, what it reaches, what only it reaches, and the shares that remain without it."""

    id: str
    name: str
    name_en: str | None = None
    status: str
    lon: float
    lat: float
    preparation_min: float
    cruise_kmh: float
    reach_km: float
    binding: Literal["time", "radius", "both"]
    disc_km2: float
    covered_km2: float
    covered_people: float | None
    only_this_km2: float
    only_this_people: float | None
    without_covered_share: float = Share
    without_covered_people_share: float | None


class Gap(BaseModel):
    """One county with land that no base reaches, and its worst place: "15 + 40 = 55 min".

    ``nearest_base`` is the id of the base that is there first, ``nearest_base_name`` its name.
    """

    code: str
    name: str
    name_en: str | None = None
    city: str | None
    land_km2: float
    uncovered_km2: float
    uncovered_share: float = Share
    people: float | None
    uncovered_people: float | None
    uncovered_people_share: float | None
    worst_point: tuple[float, float]
    worst_km: float
    worst_preparation_min: float
    worst_flight_min: float
    worst_minutes: float
    nearest_base: str
    nearest_base_name: str


class ErrorBound(BaseModel):
    """How far the figures can be off for reasons of computing (not of data): relative, and km and min for
    the worst.

    ``worst_point_min``: no place of a county waits longer than its worst place by more than this.
    """

    area_relative: float
    people_relative: float | None
    worst_point_km: float
    worst_point_min: float


class Source(BaseModel):
    """A layer that went into the answer."""

    layer: str
    version: str | None
    name: str | None
    date: date | None
    generated: bool


class Warn(BaseModel):
    """Something to know when reading the figures."""

    code: str
    zh: str
    en: str


class CoverageResult(BaseModel):
    """Where the bases reach, how much land and how many people that is, and what remains, county by county.

    ``reach`` is a FeatureCollection with one disc per base, ``union`` and ``gap`` are Features (the gap is
    land only); rings as RFC 7946, at least 1440 vertices a disc, rounded to 1e-6 degrees (0.1 m) after
    measuring.
    """

    rule: Rule
    land_km2: float
    covered_km2: float
    covered_share: float = Share
    people: float | None
    covered_people: float | None
    covered_people_share: float | None
    twice_covered_share: float = Share
    twice_covered_people_share: float | None
    bases: list[BaseFigures]
    gaps: list[Gap]
    reach: Geometry
    union: Geometry
    gap: Geometry
    error_bound: ErrorBound
    sources: list[Source]
    method: Words
    warnings: list[Warn]
