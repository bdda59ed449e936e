"""Whether the served grades and zones are what the constants and the decisions by hand lead to as they stand."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.state.overrides import today
from layers.constants.store import current_constants
from layers.kept import OVERRIDE
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import current_versions

CUTOFFS = "grade_cutoffs"


def is_behind(connection: Connection, registry: Registry) -> bool:
    """Whether a decision has ended or was not carried out (somebody was loading), or a constant has changed since."""
    constants = current_constants(connection)
    for layer_id, version in current_versions(connection).items():
        layer = registry[layer_id] if layer_id in registry else None
        if not isinstance(layer, VectorLayer) or layer.layout != version.layout:
            continue
        table = layer.table(str(version.table_name))
        if layer.members is not None:
            by_hand = select(table.c[layer.key], table.c.grade).where(table.c.overridden)
            served = {key: int(grade) for key, grade in connection.execute(by_hand)}
            decided = _decided(connection, layer_id)
            known = select(table.c[layer.key]).where(table.c[layer.key].in_(decided))
            there = set(connection.scalars(known))
            if served != {zone: grade for zone, grade in decided.items() if zone in there}:
                return True
        elif CUTOFFS in table.c:
            used = connection.scalars(select(table.c[CUTOFFS]).distinct())
            if any(one and str(constants.set(one.partition("@")[0])) != one for one in used):
                return True
    return False


def _decided(connection: Connection, layer_id: str) -> dict[str, int]:
    """Return the colours set by hand that hold today, by zone: of several for one zone the newest."""
    holds = (
        (OVERRIDE.c.layer == layer_id)
        & OVERRIDE.c.withdrawn_at.is_(None)
        & (OVERRIDE.c.until >= today(connection))
    )
    newest = select(OVERRIDE.c.zone, OVERRIDE.c.grade).ext(distinct_on(OVERRIDE.c.zone)).where(holds)
    rows = connection.execute(newest.order_by(OVERRIDE.c.zone, OVERRIDE.c.id.desc()))
    return {zone: int(grade) for zone, grade in rows}
