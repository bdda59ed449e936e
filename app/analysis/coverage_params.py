"""What a coverage question may say. Limits are checked in one place, by name: app/analysis/kit/bases.py."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

BaseId = Annotated[str, Field(min_length=1, max_length=200)]


class PointBase(BaseModel):
    """A base at a place of the caller's choice (degrees, WGS 84), for "what if one stood here"."""

    model_config = ConfigDict(extra="forbid")

    lon: float = Field(title="经度 / Longitude", description="Degrees east, WGS 84", examples=[120.1])
    lat: float = Field(title="纬度 / Latitude", description="Degrees north, WGS 84", examples=[29.2])
    name: str | None = Field(None, title="名称 / Name", max_length=100)
    preparation_min: float | None = Field(
        None, title="准备时间 / Preparation", description="Minutes; its own"
    )
    cruise_kmh: float | None = Field(None, title="巡航速度 / Cruise speed", description="km/h; its own")


def _kind_of(value: object) -> str:
    """Tell an id from a place, so that an error speaks of what was meant."""
    return "id" if isinstance(value, str) else "place"


BaseChoice = Annotated[BaseId, Tag("id")] | Annotated[PointBase, Tag("place")]


class CoverageParams(BaseModel):
    """Where do the air-rescue bases reach? A radius alone, a response time alone, or both (the smaller
    binds).

    Which rule holds depends on what is sent: radius_km alone, the radius; no radius_km, the time; both, both.
    preparation_min and cruise_kmh, when sent, win over the values that a base has of its own.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"bases": ["B1", {"lon": 120.1, "lat": 29.2, "name": "试点"}], "response_min": 45}]
        },
    )

    bases: list[Annotated[BaseChoice, Discriminator(_kind_of)]] | None = Field(
        None,
        title="基地 / Bases",
        description="Ids of the rescue_base layer, or places; omitted: every base whose status is not off",
    )
    preparation_min: float = Field(
        15.0,
        strict=True,
        title="准备时间 / Preparation",
        description="Minutes from the call to take-off",
        json_schema_extra={"minimum": 0, "maximum": 240, "unit": "min"},
    )
    response_min: float = Field(
        45.0,
        strict=True,
        title="响应时间 / Response",
        description="Minutes from the call to arrival: preparation and flight together",
        json_schema_extra={"minimum": 1, "maximum": 600, "unit": "min"},
    )
    cruise_kmh: float = Field(
        200.0,
        strict=True,
        title="巡航速度 / Cruise speed",
        description="Speed over ground, no wind",
        json_schema_extra={"minimum": 1, "maximum": 1000, "unit": "km/h"},
    )
    radius_km: float = Field(
        100.0,
        strict=True,
        title="半径 / Radius",
        description="Geodesic radius; limits the reach only when it is sent",
        json_schema_extra={"minimum": 0.1, "maximum": 1000, "unit": "km"},
    )
