"""Which bases are asked about, and what is wrong with the numbers of a question; everything wrong is named here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from app.analysis.coverage_params import CoverageParams, FlightParams, PlacedPoint, PointBase
from app.analysis.model import BaseRow
from layers.errors import BadInput
from layers.geo import check_datum, check_position

MAX_BASES = 64
MAX_REACH_KM = 1000.0


class BadCoverage(BadInput):
    """A coverage question that cannot be answered as it was asked."""

    code = "bad_coverage"


def uses_time(params: FlightParams) -> bool:
    """Whether the response time limits the reach: always, unless the radius alone was sent."""
    sent = params.model_fields_set
    return "radius_km" not in sent or bool(sent & {"preparation_min", "response_min", "cruise_kmh"})


def uses_radius(params: FlightParams) -> bool:
    """Whether the radius limits the reach: only when it was sent."""
    return "radius_km" in params.model_fields_set


def need(what_zh: str, what: str, value: float, limits: tuple[float, float, str], code: str) -> None:
    """Raise BadCoverage unless a number lies within its limits (low, high, unit)."""
    low, high, unit = limits
    if not math.isfinite(value):
        raise BadCoverage(
            f"{what_zh}不是有限数：{value}",
            f"{what} is not a finite number: {value}",
            code="not_finite",
            field=what,
        )
    if not low <= value <= high:
        raise BadCoverage(
            f"{what_zh}须在 {low:g} 至 {high:g} {unit}之间，得到 {value:g}",
            f"{what} must lie between {low:g} and {high:g} {unit}, got {value:g}",
            code=code,
            field=what,
        )


def check_speed(value: float, whose_zh: str = "", whose: str = "") -> None:
    """Raise BadCoverage for a speed of nothing, below it, or that no aircraft has."""
    if math.isfinite(value) and value <= 0:
        raise BadCoverage(
            f"{whose_zh}巡航速度须大于 0，得到 {value:g}",
            f"{whose}cruise_kmh must be above 0, got {value:g}",
            code="non_positive_speed",
            field="cruise_kmh",
        )
    need(f"{whose_zh}巡航速度", f"{whose}cruise_kmh", value, (1, 1000, "km/h"), "speed_out_of_range")


def _check_weather(params: FlightParams) -> None:
    for wind in [params.wind] if params.wind else params.wind_rose or []:
        need("风速", "wind.speed_mps", wind.speed_mps, (0, 100, "m/s"), "wind_out_of_range")
        need("风向", "wind.from_deg", wind.from_deg, (-360, 360, "°"), "wind_out_of_range")
    if params.wind and params.wind_rose:
        raise BadCoverage("风与风玫瑰只能给一个", "give wind or wind_rose, not both", code="wind_twice")
    if params.visibility_m is not None:
        need("能见度", "visibility_m", params.visibility_m, (0, 100_000, "m"), "visibility_out_of_range")


def check_numbers(params: FlightParams) -> None:
    """Raise BadCoverage, by name, for minutes, speeds, radii and weather that make no sense or give no reach."""
    need("准备时间", "preparation_min", params.preparation_min, (0, 240, "min"), "preparation_out_of_range")
    need("响应时间", "response_min", params.response_min, (1, 600, "min"), "response_out_of_range")
    need("现场作业", "on_scene_min", params.on_scene_min, (0, 600, "min"), "on_scene_out_of_range")
    for name, title in (("endurance_min", "续航"), ("reserve_min", "备份油量"), ("climb_min", "爬升")):
        if (value := getattr(params, name)) is not None:
            need(title, name, value, (0, 1440, "min"), f"{name.removesuffix('_min')}_out_of_range")
    check_speed(params.cruise_kmh)
    _check_weather(params)
    if uses_radius(params):
        need("半径", "radius_km", params.radius_km, (0.1, MAX_REACH_KM, "km"), "radius_out_of_range")
    if uses_time(params) and params.response_min <= params.preparation_min:
        raise BadCoverage(
            f"响应时间 {params.response_min:g} 分不长于准备时间 {params.preparation_min:g} 分，到达半径为零",
            f"response_min {params.response_min:g} is not longer than preparation_min "
            f"{params.preparation_min:g}: nothing can be reached",
            code="response_not_longer_than_preparation",
            field="response_min",
        )


def check_question(params: CoverageParams) -> None:
    """check_numbers, and what only a coverage question has."""
    check_numbers(params)
    need("占用率", "busy_fraction", params.busy_fraction, (0, 0.99, ""), "busy_fraction_out_of_range")
    for value in params.bands_min or []:
        need("时间带", "bands_min", value, (1, 600, "min"), "band_out_of_range")
    if params.hospital_within_min is not None:
        need(
            "送医时限",
            "hospital_within_min",
            params.hospital_within_min,
            (1, 1440, "min"),
            "hospital_out_of_range",
        )


def check_place(place: PlacedPoint, what: str) -> None:
    """Raise BadInput unless a place has a datum that is measured on, and numbers that are one."""
    check_datum(place.datum)
    check_position(place.lon, place.lat, what)


def _as_row(point: PointBase, known: Mapping[str, BaseRow]) -> BaseRow:
    check_place(point, point.name or "bases")
    old = None if point.like is None else _known(point.like, known)
    name = f"{point.lon:.6f},{point.lat:.6f}"

    def own(value: float | None, field: str) -> float | None:
        return getattr(old, field, None) if value is None else value

    return BaseRow(
        id=old.id if old else name,
        name=point.name or (old.name if old else name),
        name_en=old.name_en if old else None,
        lon=point.lon,
        lat=point.lat,
        status=old.status if old else "ready",
        preparation_min=own(point.preparation_min, "preparation_min"),
        cruise_kmh=own(point.cruise_kmh, "cruise_kmh"),
        is_main=bool(old and old.is_main),
        aircraft=point.aircraft or (old.aircraft if old else None),
    )


def _known(base: str, known: Mapping[str, BaseRow]) -> BaseRow:
    if base not in known:
        raise BadCoverage(
            f"没有编号为 {base!r} 的救援基地",
            f"there is no rescue base {base!r}",
            code="unknown_base",
            base=base,
        )
    return known[base]


def _asked(params: CoverageParams, rows: Sequence[BaseRow]) -> Iterable[BaseRow]:
    if params.bases is None:
        return [
            row for row in rows if row.status == "ready" or (params.when == "plan" and row.status != "off")
        ]
    known = {row.id: row for row in rows}
    return [
        _as_row(base, known) if isinstance(base, PointBase) else _known(base, known) for base in params.bases
    ]


def choose(params: CoverageParams, rows: Sequence[BaseRow]) -> list[BaseRow]:
    """The bases asked for, ordered by id, so that the order of asking changes nothing.

    Raises BadCoverage: unknown_base, duplicate_base, no_bases, too_many_bases, and BadInput for a place that
    is none (not_finite, position_out_of_range) or of a datum that is not measured on (unknown_datum, shifted_datum).
    """
    chosen = sorted(_asked(params, rows), key=lambda row: row.id)
    for one, other in pairwise(chosen):
        if one.id == other.id:
            raise BadCoverage(
                f"基地 {one.id!r} 重复", f"base {one.id!r} is given twice", code="duplicate_base", base=one.id
            )
    if not chosen:
        raise BadCoverage(
            "没有可用的救援基地：请选择基地或给出经纬度",
            "no base to compute with: choose bases or give longitude and latitude",
            code="no_bases",
        )
    if len(chosen) > MAX_BASES:
        raise BadCoverage(
            f"一次最多 {MAX_BASES} 个基地，得到 {len(chosen)}",
            f"at most {MAX_BASES} bases at a time, got {len(chosen)}",
            code="too_many_bases",
        )
    for row in chosen:
        check_position(row.lon, row.lat, row.name, base=row.id)
    return chosen
