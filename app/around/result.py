"""What is answered about a place. Distances in metres, times in minutes, bearings in degrees clockwise from north."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from app.api.schemas import Words


class Source(BaseModel):
    """A layer that was read: its version, and where its data comes from."""

    layer: str
    title: Words
    version: str
    name: str
    date: str | None
    generated: bool


class Area(BaseModel):
    """An administrative area the place lies in."""

    layer: str
    key: str
    level: str
    name: str
    name_en: str | None


class Zone(BaseModel):
    """A risk zone the place lies in: its grade (null: no data), the word for it, and what decided."""

    layer: str
    title: Words
    key: str
    name: str
    name_en: str | None
    grade: int | None
    word: Words
    because: Words
    overridden: bool
    graded_on: date | None


class Away(BaseModel):
    """An object and how to get there from the place."""

    layer: str
    key: str
    name: str
    name_en: str | None = None
    lon: float
    lat: float
    distance_m: float
    bearing_deg: float
    direction: Words
    in_footprint: bool


class GradeCount(BaseModel):
    """Objects of one grade within a distance; grade null: not graded."""

    grade: int | None
    count: int


class RingCount(BaseModel):
    """What lies within a distance of the place. ``people``: null where the raster has no data there."""

    within_m: float
    hazards: int
    grades: list[GradeCount]
    targets: int
    people: int | None


class HazardNear(Away):
    """A hazard source: its grade in words, the GB 18218 grade of an installation, substances with tonnes."""

    kind: Words
    grade: int | None
    word: Words
    gb18218_grade: int | None
    substances: list[Words]
    overdue: int


class TargetNear(Away):
    """A school, hospital, care home, market or dwellings, with the persons it holds."""

    kind: Words
    persons: int | None


class Hazards(BaseModel):
    """What can make it worse: all within the largest ring counted, the gravest of each ring listed; ``in_footprint``
    counts all inside the footprint, however large it is; ``found`` all that could be listed, ``most`` of them are."""

    layer: str | None
    total: int
    found: int
    in_footprint: int
    items: list[HazardNear]


class Targets(BaseModel):
    """Who needs help to get away."""

    layer: str | None
    total: int
    found: int
    in_footprint: int
    persons_in_footprint: int
    items: list[TargetNear]


class BaseAway(Away):
    """An air base: minutes of preparation, of flight and in all, when it would be on the scene, and why it is listed,
    or what is against it. ``within``: in time and in radius."""

    status: str
    preparation_min: float
    flight_min: float
    total_min: float
    on_scene: datetime
    within: bool
    why: Words
    shortfall: Words | None


class TeamAway(Away):
    """A ground team or station: why it is listed, or what is against it; ``distance_m`` is the straight line."""

    people: int | None
    phone: str | None
    status: str | None
    why: Words
    shortfall: Words | None


class MoverAway(BaseModel):
    """A vehicle, team, aircraft or vessel where it was last: how far, and how old the fix is (seconds)."""

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    distance_m: float
    direction: Words
    age_s: float
    stale: bool


class Rescue(BaseModel):
    """Who comes first, the soonest first, where a helicopter can land, and who is near by at this moment."""

    response_min: float
    radius_km: float
    bases: list[BaseAway]
    landing: list[Away]
    teams: list[TeamAway]
    movers: list[MoverAway]


class ShelterAway(Away):
    """A shelter: free places (null: not known), the sum of free places so far, or what is against it."""

    capacity: int | None
    occupied: int | None
    free: int | None
    sum_free: int | None
    status: str | None
    phone: str | None
    level: Words | None
    why: Words
    shortfall: Words | None


class Shelters(BaseModel):
    """Where people go. ``need``: people inside the footprint; ``enough_within_m``: the distance within which there is
    room for all of them, null where there is not within ``searched_m``; ``over``: people beyond the places of those
    that are overfull."""

    layer: str | None
    need: int | None
    free: int
    over: int
    counted: int
    searched_m: float
    enough_within_m: float | None
    items: list[ShelterAway]
    unfit: list[ShelterAway]


class Stricken(BaseModel):
    """The footprint: GeoJSON geometry, area, and people inside by the raster (null: no data)."""

    kind: Literal["ring", "wedge", "drawn"]
    geometry: dict[str, Any]
    area_km2: float
    people: int | None
    people_source: Words


class Nearest(BaseModel):
    """The nearest county of a place that lies in none."""

    name: str
    distance_m: float
    direction: Words


class AroundAnswer(BaseModel):
    """All about a place, read at one moment from one set of layer versions."""

    lon: float
    lat: float
    readings: list[Words]
    at: str | None
    asked_at: datetime
    hazard: str | None
    inside: bool
    nearest: Nearest | None
    areas: list[Area]
    zones: list[Zone]
    worst_zone: Zone | None
    footprint: Stricken
    rings: list[RingCount]
    hazards: Hazards
    targets: Targets
    rescue: Rescue
    shelters: Shelters
    sources: list[Source]
    missing: list[Words]
    summary: Words
