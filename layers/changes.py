"""What changed colour between two versions of a layer: object by object, and counted from colour to colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, literal, select

from layers.errors import BadInput
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion


@dataclass(frozen=True)
class ClassChanges:
    """Objects whose legend class differs. ``counts``: (before, after, how many); None is no data, and ``new`` or
    ``gone`` where the object was or is not there."""

    before: LayerVersion
    after: LayerVersion
    counts: list[dict[str, Any]]
    objects: list[dict[str, Any]]

    @property
    def total(self) -> int:
        """The number of objects that changed."""
        return sum(int(row["count"]) for row in self.counts)


def class_changes(
    connection: Connection,
    layer: VectorLayer,
    before: LayerVersion,
    after: LayerVersion,
    *,
    limit: int,
    offset: int = 0,
) -> ClassChanges:
    """Compare two versions of a layer by its legend field, worst new class first.

    Raises:
        BadInput: the layer has no legend (code ``no_legend``).
    """
    if layer.legend is None:
        raise BadInput(
            f"图层“{layer.title.zh}”没有分级",
            f"layer {layer.id} has no classes",
            code="no_legend",
            layer=layer.id,
        )
    if before.version == after.version:
        return ClassChanges(before, after, [], [])
    changed = _changed(layer, before, after).cte("changed")
    was, now = changed.c.was, changed.c.now
    listed = (
        select(changed)
        .order_by(now.nulls_last(), was.nulls_last(), changed.c.key)
        .limit(limit)
        .offset(offset)
    )
    kinds = (was, now, changed.c.what)
    counted = (
        select(*kinds, func.count().label("count"))
        .group_by(*kinds)
        .order_by(now.nulls_last(), was.nulls_last())
    )
    names = {"was": "before", "now": "after"}
    counts, objects = (
        [{names.get(k, k): v for k, v in row.items()} for row in connection.execute(query).mappings()]
        for query in (counted, listed)
    )
    return ClassChanges(before, after, counts, objects)


def _changed(layer: VectorLayer, before: LayerVersion, after: LayerVersion) -> Select[Any]:
    old, new = (layer.table(str(v.table_name)).alias(name) for v, name in ((before, "b"), (after, "a")))
    field = str(layer.legend.field) if layer.legend else ""
    key = layer.key
    joined: FromClause = old.join(new, old.c[key] == new.c[key], full=True)
    what: ColumnElement[str] = case(
        (old.c[key].is_(None), literal("new")),
        (new.c[key].is_(None), literal("gone")),
        else_=literal("changed"),
    )
    both = func.coalesce(new.c[key], old.c[key])
    name = func.coalesce(new.c[layer.title_field], old.c[layer.title_field])
    return (
        select(
            both.label("key"),
            name.label("name"),
            what.label("what"),
            old.c[field].label("was"),
            new.c[field].label("now"),
        )
        .select_from(joined)
        .where(old.c[field].is_distinct_from(new.c[field]) | old.c[key].is_(None) | new.c[key].is_(None))
    )
