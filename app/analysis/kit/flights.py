"""From the question, the base's own row and its aircraft to a flight, and to a site with its reach."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import shapely

from app.analysis.coverage_params import FlightParams
from app.analysis.engine.flight import Flight, Wind
from app.analysis.engine.no_fly import NoFly
from app.analysis.engine.reach import Reach
from app.analysis.kit.bases import MAX_REACH_KM, BadCoverage, check_speed, need, uses_radius, uses_time
from app.analysis.model import BaseRow
from app.analysis.rows import Aircraft, find_aircraft, speed_limit_kmh
from layers.errors import BadInput

Binding = Literal["time", "radius", "both", "endurance"]
KMH = 1 / 3.6


@dataclass(frozen=True)
class Site:
    """One base with the rule applied: preparation (min), speed (km/h), still-air reach (m) and what binds it."""

    id: str
    name: str
    lon: float
    lat: float
    preparation_min: float
    cruise_kmh: float
    reach_m: float
    binding: Binding
    status: str
    reach: Reach
    name_en: str | None = None
    aircraft: str | None = None


@dataclass(frozen=True, eq=False)
class Rules:
    """A question with what it needs to make flights: the rows of aircraft, the closed areas, the winds."""

    params: FlightParams
    aircraft: Mapping[str, Aircraft]
    no_fly: NoFly | None
    winds: tuple[Wind, ...]


def rules_of(params: FlightParams, aircraft: Mapping[str, Aircraft]) -> Rules:
    """Prepare the rules of a question. Raises BadCoverage: unknown_aircraft, bad_no_fly, and check_numbers'."""
    if params.aircraft is not None and find_aircraft(dict(aircraft), params.aircraft) is None:
        known = "、".join(aircraft)
        raise BadCoverage(
            f"没有机型 {params.aircraft!r}；现有：{known}",
            f"there is no aircraft {params.aircraft!r}; known: {', '.join(aircraft)}",
            code="unknown_aircraft",
            field="aircraft",
        )
    return Rules(params, aircraft, _no_fly(params), winds_of(params))


def winds_of(params: FlightParams) -> tuple[Wind, ...]:
    """The wind, or the winds of the rose with shares that add up to 1."""
    if params.wind is not None:
        return (Wind(params.wind.speed_mps, params.wind.from_deg),) if params.wind.speed_mps else ()
    rose = params.wind_rose or []
    total = sum(wind.share for wind in rose)
    return tuple(Wind(wind.speed_mps, wind.from_deg, wind.share / total) for wind in rose)


def _no_fly(params: FlightParams) -> NoFly | None:
    shapes = []
    for i, drawn in enumerate(params.no_fly or []):
        try:
            shape = shapely.from_geojson(json.dumps(drawn.get("geometry", drawn), allow_nan=False))
        except (shapely.errors.GEOSException, ValueError):
            shape = None
        coords = shapely.get_coordinates(shape)
        fits = coords.size and (abs(coords[:, 0]) <= 180).all() and (abs(coords[:, 1]) <= 90).all()
        if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or not fits:
            raise BadCoverage(
                f"第 {i + 1} 个禁飞区不是 GeoJSON 多边形（WGS 84 经纬度）",
                f"no-fly area {i + 1} is not a GeoJSON polygon in degrees, WGS 84",
                code="bad_no_fly",
                field=f"no_fly.{i}",
            )
        shapes.append(shapely.make_valid(shape))
    return NoFly(shapely.union_all(shapes)) if shapes else None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _speed_kmh(params: FlightParams, row: BaseRow, kind: Aircraft | None) -> float:
    """Sent, else the asked type's, else the base's own, else the default; no faster than the weather lets."""
    asked = kind.cruise_kmh if kind is not None and params.aircraft is not None else None
    sent = params.cruise_kmh if "cruise_kmh" in params.model_fields_set else None
    speed = _first(sent, asked, row.cruise_kmh, params.cruise_kmh)
    check_speed(speed or 0.0, f"{row.name} ", f"{row.id} ")
    if params.visibility_m is None:
        return speed or 0.0
    limit = speed_limit_kmh(params.visibility_m, params.night)
    if limit <= 0:
        raise BadCoverage(
            f"能见度 {params.visibility_m:g} m 低于{'夜间' if params.night else ''}最低标准，不能起飞",
            f"a visibility of {params.visibility_m:g} m is below the minima{' by night' if params.night else ''}",
            code="below_minima",
            field="visibility_m",
        )
    return min(speed or 0.0, limit)


def _endurance_s(params: FlightParams, kind: Aircraft | None, climb_min: float, row: BaseRow) -> float:
    reserve = _first(params.reserve_min, kind.reserve_min if kind else None, 0.0) or 0.0
    whole = _first(params.endurance_min, kind.endurance_min if kind else None)
    if whole is None:
        return math.inf
    left = whole - reserve
    for leg, used in (("on_scene", params.on_scene_min), ("way_back", params.on_scene_min + 2 * climb_min)):
        if left <= used:
            zh = {"on_scene": "现场作业", "way_back": "往返"}[leg]
            raise BadCoverage(
                f"{row.name}：续航 {whole:g} 分减备份 {reserve:g} 分，不够{zh}（需多于 {used:g} 分）",
                f"{row.id}: an endurance of {whole:g} min less {reserve:g} min of reserve does not last "
                f"for the leg {leg} (more than {used:g} min)",
                code="endurance_exceeded",
                base=row.id,
                leg=leg,
            )
    return left * 60


def flight_of(rules: Rules, row: BaseRow) -> Flight:
    """The flight of one base. What the caller sent wins over the base's own row, that over the defaults."""
    params = rules.params
    kind = find_aircraft(dict(rules.aircraft), params.aircraft or row.aircraft)
    sent = "preparation_min" in params.model_fields_set
    own = row.preparation_min
    preparation = params.preparation_min if sent or own is None else own
    need(
        f"{row.name} 准备时间",
        f"{row.id} preparation_min",
        preparation,
        (0, 1440, "min"),
        "preparation_out_of_range",
    )
    climb = _first(params.climb_min, kind.climb_min if kind else None, 0.0) or 0.0
    return Flight(
        preparation_s=preparation * 60,
        airspeed_mps=_speed_kmh(params, row, kind) * KMH,
        response_s=params.response_min * 60 if uses_time(params) else math.inf,
        radius_m=params.radius_km * 1000 if uses_radius(params) else math.inf,
        climb_s=climb * 60,
        on_scene_s=params.on_scene_min * 60,
        endurance_s=_endurance_s(params, kind, climb, row),
        winds=rules.winds,
    )


def _binding(flight: Flight) -> Binding:
    limits: dict[Binding, float] = {
        "time": max(0.0, flight.out_s) * flight.airspeed_mps,
        "radius": flight.radius_m,
        "endurance": max(0.0, flight.sortie_s) * flight.airspeed_mps / 2,
    }
    least = min(limits.values())
    tight = [name for name, limit in limits.items() if math.isclose(limit, least, rel_tol=1e-9)]
    return "both" if {"time", "radius"} <= set(tight) else tight[0]


def site_of(rules: Rules, row: BaseRow) -> Site:
    """The site of one base. Raises BadCoverage ``reach_out_of_range``, and BadInput naming the base."""
    try:
        flight = flight_of(rules, row)
    except BadInput as error:
        error.where.setdefault("base", row.id)
        raise
    if flight.farthest_m > MAX_REACH_KM * 1000:
        raise BadCoverage(
            f"到达半径 {flight.farthest_m / 1000:.0f} km 超过 {MAX_REACH_KM:.0f} km",
            f"a reach of {flight.farthest_m / 1000:.0f} km is beyond {MAX_REACH_KM:.0f} km",
            code="reach_out_of_range",
            base=row.id,
        )
    return Site(
        id=row.id,
        name=row.name,
        lon=row.lon,
        lat=row.lat,
        preparation_min=flight.preparation_s / 60,
        cruise_kmh=flight.airspeed_mps / KMH,
        reach_m=flight.still_reach_m,
        binding=_binding(flight),
        status=row.status,
        reach=Reach(row.lon, row.lat, flight, rules.no_fly),
        name_en=row.name_en,
        aircraft=row.aircraft if rules.params.aircraft is None else rules.params.aircraft,
    )
