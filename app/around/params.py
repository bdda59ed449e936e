"""What may be asked about a place."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.moments import DayOrInstant

Hazard = Literal["flood", "typhoon", "earthquake", "geology", "fire", "chemical"]


class RingFootprint(BaseModel):
    """All within a distance."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["ring"] = "ring"
    radius_m: float = Field(1000.0, ge=10, le=50_000, description="metres, geodesic")


class WedgeFootprint(BaseModel):
    """An isolation circle, and downwind of it a wedge as wide at its end as it is long (the shape of the ERG's
    protective-action distance)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["wedge"]
    isolation_m: float = Field(ge=10, le=10_000, description="radius of the circle, metres")
    downwind_m: float = Field(ge=10, le=50_000, description="from the place to the end of the wedge, metres")
    wind_from_deg: float = Field(ge=0, le=360, description="degrees it blows from, clockwise from north")


class DrawnFootprint(BaseModel):
    """An area drawn by hand."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["drawn"]
    geometry: dict[str, Any] = Field(description="GeoJSON Polygon of at most 200 corners, degrees WGS 84")


Footprint = Annotated[RingFootprint | WedgeFootprint | DrawnFootprint, Field(discriminator="kind")]


class AroundParams(BaseModel):
    """A place (degrees, WGS 84 or CGCS2000), what happened there, and the area that it touches."""

    model_config = ConfigDict(extra="forbid")

    lon: float = Field(description="degrees east")
    lat: float = Field(description="degrees north")
    hazard: Hazard | None = Field(None, description="what happened: shelters have to be fit for it")
    footprint: Footprint = RingFootprint()
    at: DayOrInstant | None = Field(
        None, description="with the layers as they were served at an instant, or at the end of a day"
    )
    most: int = Field(30, ge=1, le=2000, description="hazards, and targets, that are listed at most")
    called_at: datetime | None = Field(
        None, description="when the call came: arrivals are counted from it; now"
    )
