"""Features of a layer version as a standard question asks for them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from app import choices
from app.api.boxes import NUMBER
from app.ogc import filters
from app.ogc.crs import Crs, system
from app.parameters import unknown_parameter
from layers.errors import BadQuery
from layers.kinds.tiles import Choice
from layers.kinds.vector import VectorLayer
from layers.model import FieldType, Json
from layers.store import LayerVersion

USUAL_LIMIT, MOST = 100, 10_000
MOST_OFFSET = 2**31
PARAMETERS = ("bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "filter-crs", *choices.PARAMETERS)


@dataclass(frozen=True)
class Query:
    """A question for features. ``bbox`` is in ``bbox_crs``; ``days`` are the first and the last, None for open."""

    crs: Crs
    bbox: tuple[float, float, float, float] | None = None
    bbox_crs: Crs = field(default_factory=lambda: system(None, "bbox-crs"))
    days: tuple[date | None, date | None] | None = None
    limit: int = USUAL_LIMIT
    offset: int = 0
    choice: Choice | None = None
    equal: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, layer: VectorLayer, asked: Mapping[str, str]) -> Query:
        """Read the parameters of a request.

        Raises:
            BadQuery: an unknown parameter, or a value that cannot be used; code and field say which.
        """
        names = {f.name for f in layer.fields}
        for name in asked:
            if name not in PARAMETERS and name not in names:
                raise unknown_parameter(name, (*PARAMETERS, *sorted(names)))
        if system(asked.get("filter-crs"), "filter-crs").srid != 4326:
            raise _bad("crs_unsupported", "filter-crs", "只支持 CRS84", "can only be CRS84")
        return cls(
            crs=system(asked.get("crs"), "crs"),
            bbox=_box(asked["bbox"]) if "bbox" in asked else None,
            bbox_crs=system(asked.get("bbox-crs"), "bbox-crs"),
            days=_interval(asked["datetime"]) if "datetime" in asked else None,
            limit=min(MOST, _whole(asked, "limit", USUAL_LIMIT, 1)),
            offset=_whole(asked, "offset", 0, 0),
            choice=choices.choice_of(layer, asked),
            equal=tuple((name, value) for name, value in asked.items() if name in names),
        )

    def where(self, layer: VectorLayer, table: Table) -> list[ColumnElement[bool]]:
        """Return the conditions over a version of the layer."""
        found: list[ColumnElement[bool]] = []
        if self.bbox is not None:
            found.append(func.ST_Intersects(table.c.geom, self.bbox_crs.envelope(self.bbox)))
        found += [filters.equal(layer, table, name, value) for name, value in self.equal]
        days = [table.c[f.name] for f in layer.fields if f.type == FieldType.DATE]
        if self.days is not None and days:
            first, last = self.days
            # what has no date is not shut out by one
            found.append(or_(days[0].is_(None), days[0].between(first or date.min, last or date.max)))
        if self.choice is not None:
            found.append(self.choice.condition(layer, table))
        return found


@dataclass(frozen=True)
class Page:
    """Features as GeoJSON, and how many there are on all pages."""

    matched: int
    features: list[Json]


def read_page(connection: Connection, layer: VectorLayer, version: LayerVersion, query: Query) -> Page:
    """Return a page of features in the order of their keys."""
    table = layer.table(str(version.table_name))
    where = query.where(layer, table)
    asked = _select(layer, table, query.crs).where(*where).order_by(table.c[layer.key])
    matched = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    rows = connection.execute(asked.limit(query.limit).offset(query.offset)).mappings()
    return Page(int(matched), [_feature(layer, dict(row)) for row in rows])


def read_one(
    connection: Connection, layer: VectorLayer, version: LayerVersion, key: str, crs: Crs
) -> Json | None:
    """Return the feature of a key, None where there is none."""
    table = layer.table(str(version.table_name))
    found = (
        connection.execute(_select(layer, table, crs).where(table.c[layer.key] == key))
        .mappings()
        .one_or_none()
    )
    return _feature(layer, dict(found)) if found is not None else None


def _select(layer: VectorLayer, table: Table, crs: Crs) -> Any:
    shape = func.ST_AsGeoJSON(crs.of(table.c.geom), crs.digits).label("_geojson")
    return select(shape, *(table.c[f.name] for f in layer.fields))


def _feature(layer: VectorLayer, row: Mapping[str, Any]) -> Json:
    shape = json.loads(row["_geojson"]) if row["_geojson"] else None
    if shape is not None:
        shape.pop("crs", None)  # PostGIS names systems other than CRS84 in the way of 2008
    return {
        "type": "Feature",
        "id": row[layer.key],
        "geometry": shape,
        "properties": {f.name: row[f.name] for f in layer.fields},
    }


def _box(text: str) -> tuple[float, float, float, float]:
    parts = [part.strip() for part in text.split(",")]
    numbers = [float(p) for p in parts] if all(NUMBER.fullmatch(p) for p in parts) else []
    if len(numbers) == 6:  # with heights, which nothing here has
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(math.isfinite(n) and abs(n) < 1e9 for n in numbers):
        raise _bad("bad_bbox", "bbox", "应为四个数", "must be four numbers")
    a, b, c, d = numbers
    if a > c or b > d:
        raise _bad("bad_bbox", "bbox", "前两个数应不大于后两个", "must have its lower corner first")
    return a, b, c, d


def _interval(text: str) -> tuple[date | None, date | None]:
    parts = text.split("/")
    try:
        days = [None if p in ("", "..") else datetime.fromisoformat(p).date() for p in parts]
    except ValueError:
        days = []
    if len(days) == 1 and days[0] is not None:
        days = [days[0], days[0]]
    if len(days) != 2 or (days[0] is not None and days[1] is not None and days[0] > days[1]):
        raise _bad("bad_datetime", "datetime", "应为日期或 起/止", "must be a date, or first/last")
    return days[0], days[1]


def _whole(asked: Mapping[str, str], name: str, usual: int, least: int) -> int:
    text = asked.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 11 and least <= int(text) <= MOST_OFFSET):
        raise _bad(
            "bad_number", name, f"应为不小于 {least} 的整数", f"must be a whole number from {least} on"
        )
    return int(text)


def _bad(code: str, name: str, zh: str, en: str) -> BadQuery:
    return BadQuery(f"参数 {name[:40]}：{zh}", f"parameter {name[:40]} {en}", code=code, field=name[:40])
