"""A coverage answer as files for other programs: GeoJSON for maps, CSV for spreadsheets."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from app.analysis.coverage_result import CoverageResult
from layers.spreadsheets import safe_cell

COLUMNS = {
    "code": "代码 code",
    "name": "县（市、区） county",
    "city": "所属市 city",
    "land_km2": "面积 land_km2",
    "uncovered_km2": "未覆盖面积 uncovered_km2",
    "uncovered_share": "未覆盖面积比例 uncovered_share",
    "people": "人口 people",
    "uncovered_people": "未覆盖人口 uncovered_people",
    "uncovered_people_share": "未覆盖人口比例 uncovered_people_share",
    "worst_lon": "最远点经度 worst_lon",
    "worst_lat": "最远点纬度 worst_lat",
    "worst_km": "最远点距离 worst_km",
    "worst_preparation_min": "准备（分） worst_preparation_min",
    "worst_flight_min": "飞行（分） worst_flight_min",
    "worst_minutes": "合计（分） worst_minutes",
    "nearest_base": "最先到达基地编号 nearest_base",
    "nearest_base_name": "最先到达基地 nearest_base_name",
}
DIGITS = {"people": 0, "uncovered_people": 0, "uncovered_share": 4, "uncovered_people_share": 4}


def cell_of(value: Any, digits: int = 3) -> Any:
    """A value as a spreadsheet may see it: numbers rounded, None empty, no text a formula."""
    if isinstance(value, float):
        return round(value, digits) if digits else round(value)
    return "" if value is None else safe_cell(value)


def write_csv(result: CoverageResult, path: Path) -> Path:
    """Write one row per county with a gap; UTF-8 with a mark, so that spreadsheets read the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS.values())
        for gap in result.gaps:
            row = gap.model_dump()
            row["worst_lon"], row["worst_lat"] = gap.worst_point
            digits = {"worst_lon": 6, "worst_lat": 6, **DIGITS}
            table.writerow(cell_of(row[column], digits.get(column, 3)) for column in COLUMNS)
    return path


def _point(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    position = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "properties": properties, "geometry": position}


def _kind(feature: dict[str, Any], kind: str) -> dict[str, Any]:
    return {**feature, "properties": {"kind": kind, **feature["properties"]}}


def as_geojson(result: CoverageResult) -> dict[str, Any]:
    """Discs, union, gap, bases and worst places as one FeatureCollection; figures, sources and method
    beside them.

    ``properties.kind`` is reach, union, gap, base or worst_point.
    """
    plain = result.model_dump(mode="json", exclude={"reach", "union", "gap"})
    features = [_kind(disc, "reach") for disc in result.reach["features"]]
    features += [_kind(result.union, "union"), _kind(result.gap, "gap")]
    features += [_point(base["lon"], base["lat"], {"kind": "base", **base}) for base in plain.pop("bases")]
    for gap in plain.pop("gaps"):
        lon, lat = gap["worst_point"]
        features.append(_point(lon, lat, {"kind": "worst_point", **gap}))
    return {
        "type": "FeatureCollection",
        "features": features,
        "coverage": plain,
        "sources": plain.pop("sources"),
    }


def write_geojson(result: CoverageResult, path: Path) -> Path:
    """Write as_geojson to a file, UTF-8."""
    text = json.dumps(as_geojson(result), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path
