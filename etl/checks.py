"""From columns of a file to fields of a layer: renaming, types, code lists, ranges, keys and geometry.

Every fault is kept with its row and field; nothing is dropped without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from etl.manifest import Entry
from etl.rows import Refusal
from layers.errors import BadFile
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType

BOOLEANS = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "是": True,
    "否": False,
    "1.0": True,
    "0.0": False,
}
WGS84 = "EPSG:4326"
ROW_NUMBER = "#row"
"""In ``key_from``: the number of the row, from 1, for files that have no key of their own."""
_WORDS = {
    FieldType.INTEGER: ("不是整数", "is not a whole number"),
    FieldType.DECIMAL: ("不是数", "is not a number"),
    FieldType.BOOLEAN: ("不是 是/否", "is not a yes/no value"),
    FieldType.DATE: ("不是日期（年-月-日）", "is not a date (year-month-day)"),
}


@dataclass
class Checked:
    """Rows that fit the layer, the refused ones, and how many rows the file had."""

    frame: gpd.GeoDataFrame
    rows_in: int
    refusals: list[Refusal] = field(default_factory=list)


def check(layer: VectorLayer, raw: gpd.GeoDataFrame, entry: Entry) -> Checked:
    """Turn the rows of a file into rows of a layer, in EPSG:4326.

    Raises:
        BadFile: no rows at all, or a required field that no column fills.
    """
    raw = _select(raw, entry)
    if raw.empty:
        raise BadFile(
            f"{entry.file} 没有数据行", f"{entry.file} has no rows", code="empty_file", file=entry.file
        )
    numbers = np.arange(1, len(raw) + 1)
    refusals: list[Refusal] = []
    columns: dict[str, pd.Series] = {}
    for spec in layer.fields:
        values = _column(raw, spec, layer, entry)
        columns[spec.name] = _convert(spec, values, numbers, refusals)
    geometry = _geometry(layer, raw, numbers, refusals)
    _keys(layer, columns[layer.key], numbers, refusals)
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=WGS84)
    bad = {r.row for r in refusals}
    good = frame[~np.isin(numbers, list(bad))].reset_index(drop=True)
    return Checked(good, len(raw), sorted(refusals, key=lambda r: (r.row, r.field)))


def _select(raw: gpd.GeoDataFrame, entry: Entry) -> gpd.GeoDataFrame:
    for column, wanted in entry.where.items():
        if column not in raw.columns:
            raise _missing(entry, column, raw.columns)
        accepted = {str(v) for v in (wanted if isinstance(wanted, list) else [wanted])}
        raw = raw[raw[column].map(lambda v: "" if v is None else str(v)).isin(accepted)]
    return raw.reset_index(drop=True)


def _missing(entry: Entry, column: str, present: Iterable[object]) -> BadFile:
    names = [str(name) for name in present if name != "geometry"]
    return BadFile(
        f"{entry.file} 没有字段 {column!r}；现有字段：{'、'.join(names)}",
        f"{entry.file} has no field {column!r}; fields: {', '.join(names)}",
        code="field_missing",
        file=entry.file,
        field=column,
    )


def _column(raw: gpd.GeoDataFrame, spec: Field, layer: VectorLayer, entry: Entry) -> pd.Series:
    """Return the values a field takes, as they stand in the file."""
    empty = pd.Series([None] * len(raw), index=raw.index, dtype=object)
    if spec.computed:
        return empty
    if spec.name == layer.key and entry.key_from:
        found = empty
        for column in entry.key_from:
            if column == ROW_NUMBER:
                found = found.where(
                    found.notna(), pd.Series(range(1, len(raw) + 1), index=raw.index, dtype=object)
                )
                continue
            if column not in raw.columns:
                raise _missing(entry, column, raw.columns)
            found = found.where(found.notna(), raw[column].astype(object).where(raw[column].notna(), None))
        return found
    if spec.name in entry.set:
        return pd.Series([entry.set[spec.name]] * len(raw), index=raw.index, dtype=object)
    source = next((old for old, new in entry.rename.items() if new == spec.name), None)
    if source is not None and source not in raw.columns:
        raise _missing(entry, source, raw.columns)
    if source is None and spec.name in raw.columns and spec.name not in entry.rename:
        source = spec.name
    if source is None:
        if spec.required:
            raise _missing(entry, spec.name, raw.columns)
        return empty
    found = raw[source].astype(object).where(raw[source].notna(), None)
    words = entry.values.get(spec.name)
    return found if words is None else found.map(lambda v: words.get(str(v), v))


def _convert(spec: Field, values: pd.Series, rows: np.ndarray, refusals: list[Refusal]) -> pd.Series:
    """Convert one column to its type and check ranges and code lists; refused cells become None."""
    text = values.map(lambda v: None if v is None else _as_text(v))
    text = text.where(text.map(lambda v: bool(v)), None)
    if spec.type is FieldType.TEXT:
        out = text
        failed = pd.Series(False, index=values.index)
    elif spec.type is FieldType.BOOLEAN:
        out = text.map(lambda v: None if v is None else BOOLEANS.get(v.lower()))
        failed = text.notna() & out.isna()
    elif spec.type is FieldType.DATE:
        parsed = pd.to_datetime(
            text.str.slice(0, 10).str.replace("/", "-"), format="%Y-%m-%d", errors="coerce"
        )
        failed = text.notna() & parsed.isna()
        out = parsed.dt.date.astype(object).where(parsed.notna(), None)
    else:
        number = pd.to_numeric(text, errors="coerce").astype(float)
        failed = text.notna() & ~np.isfinite(number)
        if spec.type is FieldType.INTEGER:
            failed |= text.notna() & (number % 1 != 0)
            out = pd.Series(
                [None if pd.isna(n) or n % 1 else int(n) for n in number], index=values.index, dtype=object
            )
        else:
            out = number.astype(object).where(np.isfinite(number), None)
        _range(spec, number, rows, text, refusals)
    if failed.any():
        zh, en = _WORDS[spec.type]
        for at in np.flatnonzero(failed):
            refusals.append(_refuse(rows[at], spec.name, "type_bad", text.iloc[at], zh, en))
    if spec.required:
        for at in np.flatnonzero(values.isna() | text.isna()):
            refusals.append(
                _refuse(rows[at], spec.name, "value_missing", "", "必填字段为空", "is required and empty")
            )
    if spec.choices is not None:
        known = "、".join(spec.choices)
        for at in np.flatnonzero(text.notna() & ~text.map(lambda v: _in_code_list(spec, v)).astype(bool)):
            refusals.append(
                _refuse(
                    rows[at],
                    spec.name,
                    "code_unknown",
                    text.iloc[at],
                    f"不在代码表中（{known}）",
                    f"is not one of {known}",
                )
            )
    return out.astype(object).where(out.notna(), None)


def _in_code_list(spec: Field, value: str | None) -> bool:
    parts = (value or "").split(";") if spec.many else [value or ""]
    return all(part.strip() in (spec.choices or {}) for part in parts)


def _range(
    spec: Field, number: pd.Series, rows: np.ndarray, text: pd.Series, refusals: list[Refusal]
) -> None:
    for limit, wrong, zh, en in (
        (spec.minimum, np.less, "小于最小值", "is below the minimum"),
        (spec.maximum, np.greater, "大于最大值", "is above the maximum"),
    ):
        if limit is not None:
            for at in np.flatnonzero(wrong(number.fillna(limit), limit)):
                refusals.append(
                    _refuse(
                        rows[at],
                        spec.name,
                        "out_of_range",
                        text.iloc[at],
                        f"{zh} {limit:g}",
                        f"{en} {limit:g}",
                    )
                )


def _geometry(
    layer: VectorLayer, raw: gpd.GeoDataFrame, rows: np.ndarray, refusals: list[Refusal]
) -> gpd.GeoSeries:
    """Return 2D geometry in EPSG:4326, polygons as MultiPolygon with invalid ones repaired; refuse the unusable."""
    before = raw.geometry
    moved = before if before.crs == WGS84 else before.to_crs(WGS84)
    shapes: Any = shapely.force_2d(moved.to_numpy())
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    box = shapely.bounds(shapes)
    if layer.shape == "point":
        finite = np.isfinite(shapely.get_x(shapes)) & np.isfinite(shapely.get_y(shapes))
        right_type: Any = shapely.get_type_id(shapes) == 0
    else:
        finite = np.isfinite(box).all(axis=1)
        right_type = np.isin(shapely.get_type_id(shapes), (3, 6))
    west, south, east, north = layer.extent
    with np.errstate(invalid="ignore"):
        inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    swapped = (box[:, 1] >= west) & (box[:, 3] <= east) & (box[:, 0] >= south) & (box[:, 2] <= north)
    for at in np.flatnonzero(empty | ~finite | ~right_type | ~inside):
        refusals.append(_geometry_fault(int(rows[at]), shapes[at], before.iloc[at], layer, bool(swapped[at])))
    if layer.shape == "polygon":
        usable = right_type & ~empty & finite
        shapes = np.where(usable, shapes, np.array(None))
        invalid = usable & ~shapely.is_valid(shapes)
        shapes[invalid] = [_polygonal(s) for s in shapely.make_valid(shapes[invalid], method="structure")]
        single = usable & (shapely.get_type_id(shapes) == 3)
        shapes[single] = [shapely.MultiPolygon([s]) for s in shapes[single]]
    return gpd.GeoSeries(shapes, crs=WGS84)


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a repaired geometry."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _geometry_fault(
    row: int,
    shape: BaseGeometry | None,
    before: BaseGeometry | None,
    layer: VectorLayer,
    swapped: bool,
) -> Refusal:
    if shape is None or shape.is_empty:
        return _refuse(row, "geometry", "geometry_missing", "", "没有几何", "has no geometry")
    value = before.wkt[:80] if before is not None else ""
    wanted = "POINT" if layer.shape == "point" else "POLYGON"
    if not shape.geom_type.upper().endswith(wanted):
        return _refuse(
            row, "geometry", "geometry_type", value, f"应为 {wanted}", f"should be a {wanted.lower()}"
        )
    if not np.isfinite(shape.bounds).all():
        zh, en = "坐标为空或不是数", "has an empty coordinate or one that is not a number"
        return _refuse(row, "geometry", "coordinate_bad", value, zh, en)
    if swapped:
        return _refuse(
            row, "geometry", "axis_swapped", value, "经纬度像是写反了", "longitude and latitude look swapped"
        )
    west, south, east, north = layer.extent
    return _refuse(
        row,
        "geometry",
        "out_of_range",
        value,
        f"坐标不在本省附近（经度 {west:g}–{east:g}，纬度 {south:g}–{north:g}）",
        f"the coordinate is not near the province (lon {west:g} to {east:g}, lat {south:g} to {north:g})",
    )


def _keys(layer: VectorLayer, keys: pd.Series, rows: np.ndarray, refusals: list[Refusal]) -> None:
    for at in np.flatnonzero(keys.notna() & keys.duplicated(keep="first")):
        refusals.append(
            _refuse(
                rows[at],
                layer.key,
                "key_duplicate",
                keys.iloc[at],
                "与前面的行主键重复",
                "repeats the key of an earlier row",
            )
        )


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _refuse(row: int, name: str, code: str, value: object, zh: str, en: str) -> Refusal:
    shown = "" if value is None else str(value)
    said = f"{shown!r} " if shown else ""
    return Refusal(int(row), name, code, shown, f"{said}{zh}", f"{said}{en}")
