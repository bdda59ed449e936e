"""From columns of a file to fields of a layer. Every fault is kept with its row and field; nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from etl.manifest import Entry
from etl.rows import Refusal
from etl.shapes import WGS84, fit_shapes
from etl.values import as_text, convert, refusal
from layers.errors import BadFile
from layers.kinds.vector import VectorLayer
from layers.model import Field

ROW_NUMBER = "#row"
"""In ``key_from``: the number of the row, from 1, for files that have no key of their own."""
DBF_NAME_LENGTH = 10


@dataclass
class Checked:
    """Rows that fit the layer, how many the file had, the refused ones, and columns that no field takes."""

    frame: gpd.GeoDataFrame
    rows_in: int
    refusals: list[Refusal] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def check(layer: VectorLayer, raw: gpd.GeoDataFrame, entry: Entry) -> Checked:
    """Turn the rows of a file into rows of a layer, in EPSG:4326. The index of ``raw`` counts rows from 0.

    Raises:
        BadFile: no rows at all, a required field that no column fills, or a mapping that names what is not there.
    """
    if raw.empty:
        raise BadFile(
            f"{entry.file} 没有数据行", f"{entry.file} has no rows", code="empty_file", file=entry.file
        )
    _check_mapping(layer, raw, entry)
    raw = _select(raw, entry)
    rows = [int(i) + 1 for i in raw.index]
    refusals: list[Refusal] = []
    used: set[str] = set(entry.where)
    columns: dict[str, list[Any]] = {}
    for spec in layer.fields:
        columns[spec.name] = convert(spec, _cells(raw, rows, spec, layer, entry, used), rows, refusals)
    shapes = fit_shapes(layer, gpd.GeoSeries(raw.geometry.to_numpy(), crs=raw.crs), rows, refusals)
    _check_keys(layer, columns[layer.key], rows, refusals)
    frame = gpd.GeoDataFrame(
        {name: pd.Series(values, dtype=object) for name, values in columns.items()},
        geometry=shapes,
        crs=WGS84,
    )
    bad = {r.row for r in refusals}
    good = frame[[row not in bad for row in rows]].reset_index(drop=True)
    unused = [str(c) for c in raw.columns if c != raw.geometry.name and str(c) not in used]
    return Checked(good, len(rows), sorted(refusals, key=lambda r: (r.row, r.field)), unused)


def _check_mapping(layer: VectorLayer, raw: gpd.GeoDataFrame, entry: Entry) -> None:
    fields = [f.name for f in layer.fields if not f.computed]
    for target in [*entry.rename.values(), *entry.set, *entry.values]:
        if target not in fields:
            raise BadFile(
                f"图层 {layer.id} 没有字段 {target!r}；可用字段：{'、'.join(fields)}",
                f"layer {layer.id} has no field {target!r}; fields: {', '.join(fields)}",
                code="field_unknown",
                file=entry.file,
                field=target,
            )
    for column in [*entry.rename, *entry.where, *(c for c in entry.key_from if c != ROW_NUMBER)]:
        if column not in raw.columns:
            raise _missing(entry, column, raw.columns)


def _select(raw: gpd.GeoDataFrame, entry: Entry) -> gpd.GeoDataFrame:
    for column, wanted in entry.where.items():
        accepted = {as_text(v) for v in (wanted if isinstance(wanted, list) else [wanted])}
        raw = raw[[v is not None and as_text(v) in accepted for v in _plain(raw[column])]]
    if raw.empty:
        raise BadFile(
            f"{entry.file} 没有符合 where 条件的行",
            f"{entry.file} has no row that fits 'where'",
            code="empty_file",
            file=entry.file,
        )
    return raw


def _missing(entry: Entry, column: str, present: Iterable[object]) -> BadFile:
    names = [str(name) for name in present if name != "geometry"]
    return BadFile(
        f"{entry.file} 没有字段 {column!r}；现有字段：{'、'.join(names)}",
        f"{entry.file} has no field {column!r}; fields: {', '.join(names)}",
        code="field_missing",
        file=entry.file,
        field=column,
    )


def _cells(
    raw: gpd.GeoDataFrame, rows: Sequence[int], spec: Field, layer: VectorLayer, entry: Entry, used: set[str]
) -> list[Any]:
    """Return the cells a field takes, as they stand in the file or as the manifest sets them."""
    if spec.computed:
        return [None] * len(raw)
    if spec.name == layer.key and entry.key_from:
        used.update(entry.key_from)
        sources = [list(rows) if c == ROW_NUMBER else _plain(raw[c]) for c in entry.key_from]
        return [
            next((v for v in choice if v is not None and as_text(v)), None)
            for choice in zip(*sources, strict=True)
        ]
    if spec.name in entry.set:
        return [entry.set[spec.name]] * len(raw)
    source = _source_column(raw, spec, entry)
    if source is None:
        if spec.required:
            raise _missing(entry, spec.name, raw.columns)
        return [None] * len(raw)
    used.add(source)
    cells = _plain(raw[source])
    words = entry.values.get(spec.name)
    return cells if words is None else [v if v is None else words.get(as_text(v), v) for v in cells]


def _source_column(raw: gpd.GeoDataFrame, spec: Field, entry: Entry) -> str | None:
    """Return the column of a field: renamed, of the same name, or of the name as a DBF cuts it."""
    renamed = next((old for old, new in entry.rename.items() if new == spec.name), None)
    if renamed is not None:
        return renamed
    for name in (spec.name, spec.name[:DBF_NAME_LENGTH]):
        if name in raw.columns and name not in entry.rename:
            return name
    return None


def _plain(values: pd.Series) -> list[Any]:
    """Return a column as Python values with None for whatever pandas calls missing."""
    return [None if missing else v for v, missing in zip(values, values.isna(), strict=True)]


def _check_keys(
    layer: VectorLayer, keys: Sequence[Any], rows: Sequence[int], refusals: list[Refusal]
) -> None:
    first: dict[Any, int] = {}
    for row, key in zip(rows, keys, strict=True):
        if key is None:
            continue
        if key in first:
            zh, en = f"与第 {first[key]} 行主键重复", f"repeats the key of row {first[key]}"
            refusals.append(refusal(row, layer.key, "key_duplicate", key, zh, en))
        first.setdefault(key, row)
