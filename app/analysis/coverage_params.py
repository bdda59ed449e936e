"""What a coverage question may say. Limits are checked in one place, by name: app/analysis/kit/bases.py."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

BaseId = Annotated[str, Field(min_length=1, max_length=200)]
DemandName = Literal["people", "area", "hazards", "shelters", "incidents"]


def minutes(default: Any, title: str, description: str, least: float = 0, most: float = 1440) -> Any:
    """A field in minutes, its limits shown in the document and checked by name later."""
    extra: dict[str, Any] = {"minimum": least, "maximum": most, "unit": "min"}
    return Field(default, title=title, description=description, strict=True, json_schema_extra=extra)


class PlacedPoint(BaseModel):
    """A place in degrees. The datum has to be one that is measured on: WGS 84 or CGCS2000."""

    model_config = ConfigDict(extra="forbid")

    lon: float = Field(title="经度 / Longitude", description="Degrees east", examples=[120.1])
    lat: float = Field(title="纬度 / Latitude", description="Degrees north", examples=[29.2])
    datum: str = Field("WGS84", title="大地基准 / Datum", description="WGS84 or CGCS2000", max_length=40)
    name: str | None = Field(None, title="名称 / Name", max_length=100)


class PointBase(PlacedPoint):
    """A base at a place of the caller's choice, for "what if one stood here"."""

    like: BaseId | None = Field(
        None,
        title="原基地 / Moved base",
        description="Id of the base that is moved here: it keeps its own values",
    )
    preparation_min: float | None = Field(
        None, title="准备时间 / Preparation", description="Minutes; its own"
    )
    cruise_kmh: float | None = Field(None, title="巡航速度 / Cruise speed", description="km/h; its own")
    aircraft: str | None = Field(None, title="机型 / Aircraft", description="Id of a type", max_length=100)


class WeightedPoint(PlacedPoint):
    """A place that is to be reached, with its weight."""

    weight: float = Field(1.0, title="权重 / Weight", ge=0)


class WindParams(BaseModel):
    """A uniform wind."""

    model_config = ConfigDict(extra="forbid")

    speed_mps: float = Field(title="风速 / Speed", description="m/s at flying height")
    from_deg: float = Field(
        title="风向 / Direction", description="Degrees it blows from, clockwise from north"
    )


class RoseWind(WindParams):
    """One wind of a wind rose and the share of the time it blows; shares are made to add up to 1."""

    share: float = Field(title="频率 / Share", gt=0)


def kind_of(value: object) -> str:
    """Tell an id from a place, so that an error speaks of what was meant."""
    return "id" if isinstance(value, str) else "place"


BaseChoice = Annotated[BaseId, Tag("id")] | Annotated[PointBase, Tag("place")]


class FlightParams(BaseModel):
    """The rule, the aircraft and the weather: what coverage and siting share.

    A radius alone, a response time alone, or both (the smaller binds). Which rule holds depends on what is sent:
    radius_km alone, the radius; no radius_km, the time; both, both. preparation_min and cruise_kmh, when sent, win over
    the values that a base has of its own.
    """

    model_config = ConfigDict(extra="forbid")

    preparation_min: float = minutes(
        15.0, "准备时间 / Preparation", "Minutes from the call to take-off", 0, 240
    )
    response_min: float = minutes(
        45.0,
        "响应时间 / Response",
        "Minutes from the call to arrival: preparation and flight together",
        1,
        600,
    )
    cruise_kmh: float = Field(
        200.0,
        strict=True,
        title="巡航速度 / Cruise speed",
        description="Speed through the air; without wind, over ground",
        json_schema_extra={"minimum": 1, "maximum": 1000, "unit": "km/h"},
    )
    radius_km: float = Field(
        100.0,
        strict=True,
        title="半径 / Radius",
        description="Geodesic radius; limits the reach only when it is sent",
        json_schema_extra={"minimum": 0.1, "maximum": 1000, "unit": "km"},
    )
    aircraft: str | None = Field(
        None,
        title="机型 / Aircraft",
        description="Type flown from every base: its cruise, endurance, reserve and climb (GET …/aircraft)",
        max_length=100,
    )
    endurance_min: float | None = minutes(
        None, "续航 / Endurance", "Flying time in all; wins over the type's", 1
    )
    reserve_min: float | None = minutes(
        None, "备份油量 / Reserve", "Flying time kept back; wins over the type's"
    )
    climb_min: float | None = minutes(
        None, "爬升 / Climb", "Cost of climbing, each leg; wins over the type's", 0, 60
    )
    on_scene_min: float = minutes(
        0.0, "现场作业 / On scene", "At the scene with engines running, before the way back"
    )
    wind: WindParams | None = Field(None, title="风 / Wind")
    wind_rose: list[RoseWind] | None = Field(
        None,
        title="风玫瑰 / Wind rose",
        description="The reach is what holds in every wind of it; the expected coverage is given beside",
        max_length=36,
    )
    night: bool = Field(False, title="夜间 / Night", description="Night minima: 3 km of visibility")
    visibility_m: float | None = Field(
        None,
        title="能见度 / Visibility",
        description="Limits the speed; below the least, nothing flies",
        json_schema_extra={"minimum": 0, "unit": "m"},
    )
    no_fly: list[dict[str, Any]] | None = Field(
        None,
        title="禁飞区 / No-fly areas",
        description="GeoJSON polygons (WGS 84); flights go round them and cannot end in them",
        max_length=50,
    )


class CoverageParams(FlightParams):
    """Where do the air-rescue bases reach?"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"bases": ["B1", {"lon": 120.1, "lat": 29.2, "name": "试点"}], "response_min": 45}]
        },
    )

    bases: list[Annotated[BaseChoice, Discriminator(kind_of)]] | None = Field(
        None,
        title="基地 / Bases",
        description="Ids of the rescue_base layer, or places; omitted: every base that is in service (see when)",
    )
    when: Literal["plan", "now"] = Field(
        "plan",
        title="时态 / When",
        description="plan: every base not off; now: only those that are ready. Bases chosen by id always count",
    )
    hospital_within_min: float | None = minutes(
        None, "送医时限 / To hospital", "Minutes from the call until the patient is at a hospital", 1, 1440
    )
    hospitals: list[PlacedPoint] | None = Field(
        None,
        title="医院 / Hospitals",
        description="Where patients go; omitted: the landing points at hospitals",
        max_length=200,
    )
    bands_min: list[float] | None = Field(
        None, title="时间带 / Bands", description="Response-time bands, minutes from the call", max_length=12
    )
    demand: list[DemandName] | None = Field(
        None, title="需求 / Demand", description="What is counted; omitted: people and area", max_length=5
    )
    demand_points: list[WeightedPoint] | None = Field(
        None,
        title="需求点 / Demand places",
        description="The places of demand ``incidents``",
        max_length=20000,
    )
    busy_fraction: float = Field(
        0.0,
        title="出动占用率 / Busy fraction",
        description="How often a base is out already, 0 to 0.99: expected coverage after Daskin (MEXCLP)",
    )
