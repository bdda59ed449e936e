"""GeoJSON and CSV, written from batches of rows as they come."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal

from app.ogc.crs import STORED_SRID, Crs
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType
from layers.spreadsheets import safe_cell

Header = Literal["field", "zh"]
Batches = Iterable[Sequence[Sequence[Any]]]
MARK = b"\xef\xbb\xbf"
"""Tells spreadsheets that this is UTF-8."""
YES_NO: dict[Any, str] = {True: "是", False: "否"}


def geojson(batches: Batches, layer: VectorLayer, crs: Crs) -> Iterator[bytes]:
    """Yield a FeatureCollection; the first column of a row is its geometry as GeoJSON."""
    names = [f.name for f in layer.fields]
    key = names.index(layer.key)
    # readers take degrees of WGS 84 for granted (RFC 7946); GDAL and QGIS still read this member of 2008
    named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.srid}"}}
    member = "" if crs.srid == STORED_SRID else f'"crs":{json.dumps(named)},'
    yield f'{{"type":"FeatureCollection","name":"{layer.id}",{member}"features":['.encode()
    separator = "\n"
    for rows in batches:
        lines = []
        for shape, *values in rows:
            told = json.dumps(
                dict(zip(names, map(_plain, values), strict=True)), ensure_ascii=False, allow_nan=False
            )
            lines.append(
                f'{{"type":"Feature","id":{json.dumps(values[key], ensure_ascii=False)},'
                f'"geometry":{shape or "null"},"properties":{told}}}'
            )
        if lines:
            yield (separator + ",\n".join(lines)).encode()
            separator = ",\n"
    yield b"\n]}\n"


def csv_text(batches: Batches, layer: VectorLayer, crs: Crs, header: Header) -> Iterator[bytes]:
    """Yield a table; points end in two columns (degrees, or metres east and north), areas in WKT.

    Under Chinese titles stand the Chinese labels of codes and 是 or 否, which the loader reads back.
    """
    out = io.StringIO()
    table = csv.writer(out)
    places = _places(layer, crs, header)
    width = len(places)
    table.writerow([f.title.zh if header == "zh" else f.name for f in layer.fields] + places)
    yield MARK + _taken(out)
    labels = [_labels(f) if header == "zh" else {} for f in layer.fields]
    for rows in batches:
        for row in rows:
            told = (_labelled(value, known) for value, known in zip(row[width:], labels, strict=True))
            table.writerow([_cell(value) for value in (*told, *row[:width])])
        yield _taken(out)


def _labels(field: Field) -> dict[Any, str]:
    """Return the Chinese label of each code of a field; a code whose label is not its alone stays as it is."""
    if field.type == FieldType.BOOLEAN:
        return YES_NO
    titles = {code: text.zh for code, text in (field.choices or {}).items()}
    told = Counter([*titles, *(zh for code, zh in titles.items() if zh != code)])
    return {code: zh for code, zh in titles.items() if told[zh] == 1}


def _labelled(value: Any, labels: dict[Any, str]) -> Any:
    if not labels or value is None:
        return value
    if isinstance(value, str) and ";" in value:
        return ";".join(labels.get(code, code) for code in value.split(";"))
    return labels.get(value, value)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _places(layer: VectorLayer, crs: Crs, header: Header) -> list[str]:
    if layer.shape != "point":
        return ["几何（WKT）" if header == "zh" else "wkt"]
    if crs.is_degrees:
        return ["经度", "纬度"] if header == "zh" else ["lon", "lat"]
    return ["东坐标（米）", "北坐标（米）"] if header == "zh" else ["east", "north"]


def _cell(value: Any) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(_plain(value))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
