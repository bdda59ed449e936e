"""Which air base is there first: those that can go before those that cannot, each with what is against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.analysis.coverage_params import FlightParams
from app.analysis.kit.flights import Site, rules_of, site_of
from app.analysis.model import BaseRow
from app.analysis.rows import Aircraft
from app.around.read import Reader, compass
from layers.errors import BadInput
from layers.geo import Positions, distances_m
from layers.kinds.vector import VectorLayer
from layers.model import Json, Text
from layers.region import BEIJING

RESPONSE_MIN, RADIUS_KM = 45.0, 100.0
"""The province's standard: 45 minutes from the call, within 100 km."""
OFF = "off"
MOST_YEARS = 10


def check_call(called: datetime | None) -> None:
    """Raise BadInput (``bad_time``) unless a call has a time zone and lies within ten years of now."""
    if called is None:
        return
    if called.tzinfo is None or abs(called.year - datetime.now(BEIJING).year) > MOST_YEARS:
        raise BadInput(
            f"接警时间 {called} 没有时区，或相差太远",
            f"the time of the call, {called}, has no time zone or is far off",
            code="bad_time",
            field="called_at",
        )


@dataclass(frozen=True)
class _Arrival:
    base: BaseRow
    site: Site
    minutes: float
    away_m: float
    within: bool


def arrivals(
    reader: Reader,
    layer: VectorLayer,
    bases: Sequence[BaseRow],
    called: datetime,
    aircraft: Mapping[str, Aircraft],
) -> list[Json]:
    """Rank the bases by when each would be at the place, called at a moment."""
    rules = rules_of(FlightParams(response_min=RESPONSE_MIN, radius_km=RADIUS_KM), aircraft)
    place = Positions.of(reader.lon, reader.lat)
    statuses = layer.field("status").choices or {}
    found = []
    for base in bases:
        site = site_of(rules, base)
        minutes = float(site.reach.seconds(place)[0]) / 60
        away = float(distances_m(base.lon, base.lat, place)[0])
        found.append(_Arrival(base, site, minutes, away, bool(site.reach.holds(place)[0])))
    found.sort(key=lambda one: (one.base.status == OFF, one.minutes))
    first = next((one for one in found if one.base.status != OFF), None)
    rows = []
    for one in found:
        status = statuses.get(one.base.status, Text(one.base.status, one.base.status))
        why = Text(f"最先到达；{status.zh}", f"soonest; {status.en}") if one is first else status
        rows.append(
            {
                **_seen_from(reader, layer.id, one.base),
                "status": one.base.status,
                "preparation_min": round(one.site.preparation_min, 1),
                "flight_min": round(one.minutes - one.site.preparation_min, 1),
                "total_min": round(one.minutes, 1),
                "on_scene": called + timedelta(minutes=one.minutes),
                "within": one.within and one.base.status != OFF,
                "why": why.as_json(),
                "shortfall": _against(one, status),
            }
        )
    return rows


def _seen_from(reader: Reader, layer_id: str, base: BaseRow) -> Json:
    bearing, away = reader.direction(base.lon, base.lat)
    return {
        "layer": layer_id,
        "key": base.id,
        "name": base.name,
        "name_en": base.name_en,
        "lon": base.lon,
        "lat": base.lat,
        "distance_m": round(away, 1),
        "bearing_deg": round(bearing, 1),
        "direction": compass(bearing).as_json(),
        "in_footprint": False,
    }


def _against(one: _Arrival, status: Text) -> Json | None:
    if one.base.status == OFF:
        return status.as_json()
    if one.within:
        return None
    parts = []
    if one.minutes > RESPONSE_MIN:
        minutes, most = f"{one.minutes:.0f}", f"{RESPONSE_MIN:.0f}"
        parts.append(Text(f"{minutes} 分，超出 {most} 分", f"{minutes} min, over {most}"))
    if one.away_m > RADIUS_KM * 1000:
        km, most = f"{one.away_m / 1000:.0f}", f"{RADIUS_KM:.0f}"
        parts.append(Text(f"{km} km，超出 {most} km", f"{km} km, over {most}"))
    parts = parts or [Text("续航不足", "beyond its endurance")]
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts)).as_json()
