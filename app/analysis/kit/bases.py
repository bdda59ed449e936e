"""From what was asked (ids, places, minutes, speeds) to sites with a reach each; everything wrong is named
here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from app.analysis.coverage_params import CoverageParams, PointBase
from app.analysis.model import BaseRow
from layers.errors import BadInput
from layers.geo import check_position

MAX_BASES = 64
MAX_REACH_KM = 1000.0
Binding = Literal["time", "radius", "both"]


class BadCoverage(BadInput):
    """A coverage question that cannot be answered as it was asked."""

    code = "bad_coverage"


@dataclass(frozen=True)
class Site:
    """One base with the rule applied: preparation (min), speed (km/h), reach (m) and what binds it."""

    id: str
    name: str
    lon: float
    lat: float
    preparation_min: float
    cruise_kmh: float
    reach_m: float
    binding: Binding
    status: str
    name_en: str | None = None

    def minutes(self, distance_m: float) -> float:
        """Preparation and flight to a place this far, in minutes."""
        return self.preparation_min + distance_m / 1000.0 / self.cruise_kmh * 60.0


def uses_time(params: CoverageParams) -> bool:
    """Whether the response time limits the reach: always, unless the radius alone was sent."""
    sent = params.model_fields_set
    return "radius_km" not in sent or bool(sent & {"preparation_min", "response_min", "cruise_kmh"})


def uses_radius(params: CoverageParams) -> bool:
    """Whether the radius limits the reach: only when it was sent."""
    return "radius_km" in params.model_fields_set


def _need(what_zh: str, what: str, value: float, low: float, high: float, unit: str, code: str) -> None:
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


def _check_speed(value: float, whose_zh: str = "", whose: str = "") -> None:
    if math.isfinite(value) and value <= 0:
        raise BadCoverage(
            f"{whose_zh}巡航速度须大于 0，得到 {value:g}",
            f"{whose}cruise_kmh must be above 0, got {value:g}",
            code="non_positive_speed",
            field="cruise_kmh",
        )
    _need(f"{whose_zh}巡航速度", f"{whose}cruise_kmh", value, 1, 1000, "km/h", "speed_out_of_range")


def check_numbers(params: CoverageParams) -> None:
    """Raise BadCoverage, by name, for minutes, speeds and radii that make no sense or give no reach."""
    _need("准备时间", "preparation_min", params.preparation_min, 0, 240, "min", "preparation_out_of_range")
    _need("响应时间", "response_min", params.response_min, 1, 600, "min", "response_out_of_range")
    _check_speed(params.cruise_kmh)
    if uses_radius(params):
        _need("半径", "radius_km", params.radius_km, 0.1, MAX_REACH_KM, "km", "radius_out_of_range")
    if uses_time(params) and params.response_min <= params.preparation_min:
        raise BadCoverage(
            f"响应时间 {params.response_min:g} 分不长于准备时间 {params.preparation_min:g} 分，到达半径为零",
            f"response_min {params.response_min:g} is not longer than preparation_min "
            f"{params.preparation_min:g}: nothing can be reached",
            code="response_not_longer_than_preparation",
            field="response_min",
        )


def _as_row(point: PointBase) -> BaseRow:
    check_position(point.lon, point.lat, point.name or "bases")
    name = f"{point.lon:.6f},{point.lat:.6f}"
    return BaseRow(
        id=name,
        name=point.name or name,
        lon=point.lon,
        lat=point.lat,
        preparation_min=point.preparation_min,
        cruise_kmh=point.cruise_kmh,
    )


def _asked(params: CoverageParams, rows: Sequence[BaseRow]) -> Iterable[BaseRow]:
    if params.bases is None:
        return [row for row in rows if row.status != "off"]
    known = {row.id: row for row in rows}
    chosen = []
    for base in params.bases:
        if isinstance(base, PointBase):
            chosen.append(_as_row(base))
        elif base in known:
            chosen.append(known[base])
        else:
            raise BadCoverage(
                f"没有编号为 {base!r} 的救援基地",
                f"there is no rescue base {base!r}",
                code="unknown_base",
                base=base,
            )
    return chosen


def choose(params: CoverageParams, rows: Sequence[BaseRow]) -> list[BaseRow]:
    """The bases asked for, ordered by id, so that the order of asking changes nothing.

    Raises BadCoverage: unknown_base, duplicate_base, no_bases, too_many_bases, and BadInput for a place that
    is none (not_finite, position_out_of_range).
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


def apply_rule(params: CoverageParams, row: BaseRow) -> Site:
    """The site of one base. What the caller sent wins over the base's own row, that over the defaults."""
    sent = params.model_fields_set
    own_preparation, own_speed = row.preparation_min, row.cruise_kmh
    preparation = params.preparation_min
    if "preparation_min" not in sent and own_preparation is not None:
        preparation = own_preparation
    speed = params.cruise_kmh if "cruise_kmh" in sent or own_speed is None else own_speed
    _need(
        f"{row.name} 准备时间",
        f"{row.id} preparation_min",
        preparation,
        0,
        1440,
        "min",
        "preparation_out_of_range",
    )
    _check_speed(speed, f"{row.name} ", f"{row.id} ")
    by_time = max(0.0, params.response_min - preparation) / 60.0 * speed
    reaches = []
    if uses_time(params):
        reaches.append(by_time)
    if uses_radius(params):
        reaches.append(params.radius_km)
    reach = min(reaches)
    if reach > MAX_REACH_KM:
        raise BadCoverage(
            f"到达半径 {reach:.0f} km 超过 {MAX_REACH_KM:.0f} km",
            f"a reach of {reach:.0f} km is beyond {MAX_REACH_KM:.0f} km",
            code="reach_out_of_range",
            base=row.id,
        )
    binding: Binding = "time" if uses_time(params) else "radius"
    if len(reaches) == 2:
        same = math.isclose(by_time, params.radius_km, rel_tol=1e-9)
        binding = "both" if same else "time" if by_time < params.radius_km else "radius"
    return Site(
        row.id,
        row.name,
        row.lon,
        row.lat,
        preparation,
        speed,
        reach * 1000.0,
        binding,
        row.status,
        row.name_en,
    )
