"""CQL2 filters as SQLAlchemy expressions: names are looked up among the fields of the layer and values are bound, so
that nothing of a filter's text ever becomes SQL."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import cql2
import numpy as np
import shapely
import shapely.geometry
from sqlalchemy import ColumnElement, Table, and_, cast, false, func, literal, not_, or_
from sqlalchemy.types import Date, Text

from layers.errors import BadQuery
from layers.kinds.vector import VectorLayer
from layers.model import FieldType

LONGEST = 4_000
MOST_TERMS = 200
DEEPEST = 20
MOST_VERTICES = 5_000
STACKED = re.compile(r"(?:[-+~]\s*){20}|(?:\bnot\b\s*){20}", re.IGNORECASE)
GEOMETRY = ("geom", "geometry")
COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
SPATIAL = {
    "s_intersects": func.ST_Intersects,
    "s_within": func.ST_Within,
    "s_contains": func.ST_Contains,
    "s_disjoint": func.ST_Disjoint,
}
Json = Any


def parse(text: str, language: str) -> Json:
    """Read a filter (``cql2-text`` or ``cql2-json``) into CQL2 JSON.

    Raises:
        BadQuery: not CQL2, or longer, wider or deeper than anybody writes (codes ``filter_bad``, ``filter_too_large``).
    """
    # the parser calls itself for each level: 2,000 brackets end the process
    if len(text) > LONGEST or _depth(text) > 3 * DEEPEST or STACKED.search(text):
        raise too_large()
    try:
        parsed = cql2.parse_json(text) if language == "cql2-json" else cql2.parse_text(text)
        body = parsed.to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError, TypeError) as error:
        raise _bad("语法有误", "is not CQL2", text) from error
    _measure(body)
    return body


def canonical(body: Json) -> str:
    """Return a filter as the one text that it and its like have: the key under which answers are kept."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def where(body: Json, layer: VectorLayer, table: Table) -> ColumnElement[bool]:
    """Return the condition of a filter over a version of a layer.

    Raises:
        BadQuery: an unknown field or operator, or a value that is not of the field's type (code ``filter_bad``).
    """
    return _Builder(layer, table).condition(body)


def equal(layer: VectorLayer, table: Table, name: str, text: str) -> ColumnElement[bool]:
    """Return the condition that a field has a value, written as in an address.

    Raises:
        BadQuery: not a value of the field's type (code ``filter_bad``).
    """
    kind = next(f.type for f in layer.fields if f.name == name)
    said: Json = text
    if kind in (FieldType.INTEGER, FieldType.DECIMAL, FieldType.BOOLEAN):
        try:
            said = json.loads(text)
        except ValueError:
            raise _bad(
                f"{name} 的值类型应为 {kind.value}", f"needs a {kind.value} for {name}", text
            ) from None
    return _Builder(layer, table).condition({"op": "=", "args": [{"property": name}, said]})


class _Builder:
    def __init__(self, layer: VectorLayer, table: Table) -> None:
        self._layer, self._table = layer, table
        self._fields = {f.name: f for f in layer.fields}

    def condition(self, node: Json) -> ColumnElement[bool]:
        if not isinstance(node, dict) or "op" not in node:
            raise _bad("条件应为比较式", "needs a comparison", node)
        op, args = str(node["op"]).lower(), node.get("args")
        if not isinstance(args, list) or not args:
            raise _bad("条件缺少参数", "has an operator without arguments", node)
        if op in ("and", "or"):
            parts = [self.condition(arg) for arg in args]
            return and_(*parts) if op == "and" else or_(*parts)
        if op == "not" and len(args) == 1:
            return not_(self.condition(args[0]))
        if op in COMPARISONS and len(args) == 2:
            return self._compared(op, args[0], args[1])
        if op == "in" and len(args) == 2 and isinstance(args[1], list):
            column, kind = self._column(args[0])
            return column.in_([self._value(v, kind) for v in args[1]]) if args[1] else false()
        if op == "between" and len(args) == 3:
            column, kind = self._column(args[0])
            return column.between(self._value(args[1], kind), self._value(args[2], kind))
        if op == "isnull" and len(args) == 1:
            return self._column(args[0])[0].is_(None)
        if op == "like" and len(args) == 2:
            return self._text(args[0]).like(self._value(args[1], FieldType.TEXT, folded=True))
        if op in SPATIAL and len(args) == 2:
            return self._spatial(op, args[0], args[1])
        raise _bad(f"不支持 {op[:30]}", f"uses {op[:30]!r}, which is not offered", node)

    def _compared(self, op: str, left: Json, right: Json) -> ColumnElement[bool]:
        if not (isinstance(left, dict) and ("property" in left or "op" in left)):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            return (
                self._compared(turned.get(op, op), right, left) if _is_property(right) else self._refuse(left)
            )
        if _is_property(left):
            column, kind = self._column(left)
            return COMPARISONS[op](column, self._value(right, kind))
        return COMPARISONS[op](self._text(left), self._value(right, FieldType.TEXT, folded=True))

    def _refuse(self, node: Json) -> ColumnElement[bool]:
        raise _bad("比较的一边应为字段", "compares two values; one side should be a field", node)

    def _column(self, node: Json) -> tuple[ColumnElement[Any], FieldType]:
        if isinstance(node, dict) and "op" in node:
            named = str(node["op"])[:30]
            raise _bad(f"不支持 {named}", f"uses {named!r}, which is not offered there", node)
        name = node.get("property") if isinstance(node, dict) else None
        field = self._fields.get(name) if isinstance(name, str) else None
        if field is None:
            names = ", ".join(self._fields)
            raise _bad(
                f"没有字段 {name!r}；可用 {names}", f"names no field {name!r}; there are {names}", node
            )
        return self._table.c[field.name], field.type

    def _text(self, node: Json) -> ColumnElement[str]:
        """A text field, perhaps without its case: ``CASEI(name)``."""
        if (
            isinstance(node, dict)
            and str(node.get("op")).lower() == "casei"
            and len(node.get("args", [])) == 1
        ):
            return func.lower(self._text(node["args"][0]))
        column, kind = self._column(node)
        return column if kind == FieldType.TEXT else cast(column, Text)

    def _value(self, node: Json, kind: FieldType, *, folded: bool = False) -> Any:
        if folded and isinstance(node, dict) and str(node.get("op")).lower() == "casei":
            return str(node["args"][0]).lower()
        if kind == FieldType.DATE:
            return cast(literal(_day(node)), Date)
        right = {
            FieldType.TEXT: isinstance(node, str),
            FieldType.BOOLEAN: isinstance(node, bool),
            FieldType.INTEGER: _is_number(node),
            FieldType.DECIMAL: _is_number(node),
        }[kind]
        if not right:
            raise _bad(f"值的类型应为 {kind.value}", f"needs a value of type {kind.value}", node)
        if kind == FieldType.INTEGER and float(node).is_integer():
            # a number beyond 64 bits is larger than any that is stored
            return int(max(-(2.0**62), min(2.0**62, float(node))))
        return node

    def _spatial(self, op: str, left: Json, right: Json) -> ColumnElement[bool]:
        if not _is_property(left) and _is_property(right) and op in ("s_intersects", "s_disjoint"):
            left, right = right, left
        if not _is_property(left) or left["property"] not in GEOMETRY:
            raise _bad("空间条件的第一项应为 geom", "needs geom as its first argument", left)
        return SPATIAL[op](self._table.c.geom, _shape(right))


def _is_property(node: Json) -> bool:
    return isinstance(node, dict) and "property" in node


def _is_number(node: Json) -> bool:
    return isinstance(node, int | float) and not isinstance(node, bool) and math.isfinite(node)


def _shape(node: Json) -> ColumnElement[Any]:
    if isinstance(node, dict) and isinstance(node.get("bbox"), list) and len(node["bbox"]) == 4:
        if all(_is_number(v) for v in node["bbox"]):
            return func.ST_MakeEnvelope(*map(float, node["bbox"]), 4326)
    elif isinstance(node, dict) and "coordinates" in node:
        try:
            shape = shapely.force_2d(shapely.geometry.shape(node))
            few = 0 < shapely.get_num_coordinates(shape) <= MOST_VERTICES and np.isfinite(shape.bounds).all()
            # mending costs minutes where hundreds of edges cross; whoever sent it means something else
            if few and shapely.is_valid(shape):
                return func.ST_GeomFromWKB(shape.wkb, 4326)
        except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
            pass
    raise _bad("几何有误或自相交", "has a geometry that cannot be read, or that crosses itself", node)


def _day(node: Json) -> date:
    said = node
    if isinstance(node, dict):
        said = node.get("date", node.get("timestamp"))
    try:
        return datetime.fromisoformat(str(said)).date()
    except ValueError:
        raise _bad("应为日期（年-月-日）", "needs a date (year-month-day)", node) from None


def _depth(text: str) -> int:
    """How deep brackets nest."""
    deepest = depth = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _measure(body: Json) -> None:
    """Refuse filters of more terms, or deeper, than anybody writes."""
    terms, level = 0, [body]
    for _ in range(DEEPEST + 1):
        level = [arg for node in level if isinstance(node, dict) for arg in _arguments(node)]
        terms += len(level)
        if not level:
            return
        if terms > MOST_TERMS:
            break
    raise too_large()


def _arguments(node: dict[str, Json]) -> Sequence[Json]:
    args = node.get("args")
    if not isinstance(args, list):
        return []
    return [part for arg in args for part in (arg if isinstance(arg, list) else [arg])]


def too_large() -> BadQuery:
    """Return the error of a filter that is longer, wider or deeper than anybody writes."""
    return BadQuery(
        f"filter 过长或嵌套过深（至多 {LONGEST} 字符、{MOST_TERMS} 项、{DEEPEST} 层）",
        f"filter is too long or too deep (at most {LONGEST} characters, {MOST_TERMS} terms, {DEEPEST} levels)",
        code="filter_too_large",
        field="filter",
    )


def _bad(zh: str, en: str, node: Json) -> BadQuery:
    shown = node if isinstance(node, str) else json.dumps(node, ensure_ascii=False)
    return BadQuery(
        f"filter：{zh}：{shown[:80]}", f"filter {en}: {shown[:80]}", code="filter_bad", field="filter"
    )
