"""Who is at a place first: the arrival by air from every base, by road where travel times are loaded, and the way."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from app.analysis.coverage import check_region
from app.analysis.coverage_params import CoverageParams, PlacedPoint
from app.analysis.kit.bases import check_place, check_question, choose
from app.analysis.kit.extras import road_minutes
from app.analysis.kit.flights import Site, rules_of, site_of
from app.analysis.kit.prepare import prepared_for
from app.analysis.model import CoverageInputs
from app.analysis.rows import aircraft_rows
from layers.geo import Positions, exact_distances_m


class ArrivalParams(CoverageParams):
    """A coverage question, asked of places."""

    places: list[PlacedPoint] = Field(title="地点 / Places", min_length=1, max_length=500)


class ByAir(BaseModel):
    """The flight of one base: minutes in all and in the air, km in a straight line, the way as it is flown."""

    base: str
    name: str
    name_en: str | None = None
    preparation_min: float
    flight_min: float
    minutes: float
    distance_km: float
    reached: bool = Field(description="Within the rule: response time, radius, endurance")
    way: list[tuple[float, float]] = Field(description="Degrees; more than two places round closed airspace")


class Arrival(BaseModel):
    """One place: the flights, the first there leading; minutes by road; the earlier of both, null: nobody comes."""

    lon: float
    lat: float
    name: str | None
    air: list[ByAir]
    road_min: float | None = Field(description="Null where no travel times are loaded or none leads there")
    first_min: float | None
    first: Literal["air", "road"] | None
    reached: bool


class ArrivalResult(BaseModel):
    """The places in the order of asking; ``road`` is the layer of travel times, null where none is loaded."""

    places: list[Arrival]
    road: str | None


def _flights(sites: list[Site], place: Positions) -> list[ByAir]:
    found = []
    for site in sites:
        seconds = float(site.reach.seconds(place, exact=True)[0])
        if not np.isfinite(seconds):
            continue
        found.append(
            ByAir(
                base=site.id,
                name=site.name,
                name_en=site.name_en,
                preparation_min=site.preparation_min,
                flight_min=seconds / 60 - site.preparation_min,
                minutes=seconds / 60,
                distance_km=float(exact_distances_m(site.lon, site.lat, place)[0]) / 1000,
                reached=bool(site.reach.holds(place)[0]),
                way=[(round(lon, 6), round(lat, 6)) for lon, lat in site.reach.way(place)],
            )
        )
    return sorted(found, key=lambda one: (one.minutes, one.base))


def run(params: ArrivalParams, inputs: CoverageInputs) -> ArrivalResult:
    """Answer when help is at each place. Raises as coverage does, and BadInput for places as for bases."""
    check_question(params)
    rows = choose(params, inputs.bases)
    check_region(prepared_for(inputs), rows)
    rules = rules_of(params, aircraft_rows(inputs.aircraft_file))
    sites = [site_of(rules, row) for row in rows]
    found = []
    for i, place in enumerate(params.places):
        check_place(place, place.name or f"places.{i}")
        at = Positions.of(place.lon, place.lat)
        air = _flights(sites, at)
        road = float(road_minutes(inputs.ground, at)[0]) if inputs.ground is not None else np.inf
        first = min(road, air[0].minutes if air else np.inf)
        by_air = bool(air) and air[0].minutes <= road
        found.append(
            Arrival(
                lon=place.lon,
                lat=place.lat,
                name=place.name,
                air=air,
                road_min=road if np.isfinite(road) else None,
                first_min=first if np.isfinite(first) else None,
                first=("air" if by_air else "road") if np.isfinite(first) else None,
                reached=any(one.reached for one in air) or road <= params.response_min,
            )
        )
    return ArrivalResult(places=found, road=inputs.ground.layer if inputs.ground is not None else None)
