"""Live values: what a dispatcher knows later than the layer does (a base is off, a shelter is open and holds 120).

A value stands beside the layer's own, with who set it, when and why, and can be undone; nothing is written over. Fields
that may be set are those the layer calls ``live``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from app.state.audit import named
from app.state.incidents import tell
from app.state.tables import LIVE
from layers.errors import BadInput, NotFound
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json

Values = dict[str, dict[str, Any]]


def live_values(connection: Connection, layer_id: str, until: datetime | None = None) -> Values:
    """Return the live values of a layer by key and field, as they stood at a moment (None: now)."""
    stands = LIVE.c.undone_at.is_(None) if until is None else _stood(until)
    newest = select(LIVE.c.key, LIVE.c.field, LIVE.c.value).ext(distinct_on(LIVE.c.key, LIVE.c.field))
    query = newest.where(LIVE.c.layer == layer_id, stands).order_by(
        LIVE.c.key, LIVE.c.field, LIVE.c.id.desc()
    )
    found: Values = {}
    for key, name, value in connection.execute(query):
        found.setdefault(key, {})[name] = value
    return found


def _stood(until: datetime) -> Any:
    return (LIVE.c.at <= until) & (LIVE.c.undone_at.is_(None) | (LIVE.c.undone_at > until))


def set_live(
    connection: Connection,
    layer: VectorLayer,
    row: Json,
    values: Json,
    *,
    person: str,
    note: str,
) -> list[Json]:
    """Set live values of one object whose row in the layer is given, and return what is on record of it.

    Raises:
        BadInput: nobody is named, a field that is not live, a value that it cannot have (``missing_person``,
            ``not_live``, ``bad_value``).
    """
    who = named(person, "修改状态", "a change of state")
    key = str(row[layer.key])
    if not values:
        raise BadInput("没有给出要改的值", "no values are given", code="bad_value")
    known = live_values(connection, layer.id).get(key, {})
    for name, value in values.items():
        field = _live_field(layer, name)
        _check(field, value)
        _check_slip(layer, field, value, row)
        before = known.get(name, row[name])
        if value != before:
            line = {"layer": layer.id, "key": key, "field": name, "value": value, "before": before}
            connection.execute(insert(LIVE).values(**line, person=who, note=note[:500]))
    tell(connection, live=[layer.id, key])
    return history(connection, layer.id, key)


def undo(connection: Connection, number: int, *, person: str) -> list[Json]:
    """Take one live value back, and return what is on record of its object.

    Raises:
        NotFound: no such value, or it was taken back already (``no_live``).
    """
    who = named(person, "撤销", "taking a value back")
    standing = (LIVE.c.id == number) & LIVE.c.undone_at.is_(None)
    done = update(LIVE).where(standing).values(undone_at=func.now(), undone_by=who)
    found = connection.execute(done.returning(LIVE.c.layer, LIVE.c.key)).one_or_none()
    if found is None:
        raise NotFound(f"没有可撤销的修改 {number}", f"there is no standing change {number}", code="no_live")
    tell(connection, live=[found.layer, found.key])
    return history(connection, found.layer, found.key)


def history(connection: Connection, layer_id: str, key: str, limit: int = 50) -> list[Json]:
    """Return what was set on an object, the newest first."""
    mine = (LIVE.c.layer == layer_id) & (LIVE.c.key == key)
    rows = connection.execute(select(LIVE).where(mine).order_by(LIVE.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def _live_field(layer: VectorLayer, name: str) -> Field:
    field = next((one for one in layer.fields if one.name == name and one.live), None)
    if field is None:
        known = "、".join(one.name for one in layer.fields if one.live)
        raise BadInput(
            f"图层“{layer.title.zh}”的字段 {name[:40]!r} 不能在此修改；可改：{known or '无'}",
            f"field {name[:40]!r} of layer {layer.id} cannot be set here; those that can: {known or 'none'}",
            code="not_live",
            field=name[:40],
        )
    return field


def _check_slip(layer: VectorLayer, field: Field, value: Any, row: Json) -> None:
    """Raise BadInput (``typing_slip``) for a number that is many times what it is counted against."""
    if field.slip_above is None or value is None:
        return
    other, times = field.slip_above
    most = (row[other] or 0) * times
    if most and value > most:
        title = layer.field(other).title
        raise BadInput(
            f"{field.title.zh} {value} 超过{title.zh} {row[other]} 的 {times:g} 倍，疑为误输",
            f"{field.title.en} {value} is more than {times:g} times {title.en} {row[other]}: a slip of the finger?",
            code="typing_slip",
            field=field.name,
        )


def _check(field: Field, value: Any) -> None:
    good = value is None
    if field.choices is not None:
        good = good or (isinstance(value, str) and value in field.choices)
    elif field.type is FieldType.INTEGER:
        whole = isinstance(value, int) and not isinstance(value, bool)
        good = good or (whole and (field.minimum or 0) <= value <= (field.maximum or 10_000_000))
    if not good or (value is None and field.required):
        allowed = "、".join(field.choices) if field.choices else f"≥ {field.minimum or 0:g}"
        raise BadInput(
            f"{field.title.zh} 不能是 {str(value)[:40]!r}；可用：{allowed}",
            f"{field.title.en} cannot be {str(value)[:40]!r}; allowed: {allowed}",
            code="bad_value",
            field=field.name,
        )
