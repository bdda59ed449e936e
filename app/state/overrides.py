"""Zones set by hand: a person gives a colour with a reason, and it ends on a day. The members stay beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.state.audit import explained, named, note
from layers.errors import BadInput, NotFound
from layers.grading.grade import Grade
from layers.kept import OVERRIDE

LONGEST = timedelta(days=366)


def today(connection: Connection) -> date:
    """Return the day it is where the map is used."""
    found: date = connection.execute(
        select(func.date(func.timezone("Asia/Shanghai", func.now())))
    ).scalar_one()
    return found


def make(
    connection: Connection, layer: str, zone: str, grade: int, *, reason: str, person: str, until: date
) -> int:
    """Set the colour of a zone by hand until the end of a day, and return the number of the decision.

    It takes the place of an earlier one about the zone: taking it back shows the members, not an older decision.

    Raises:
        BadInput: no person, no reason, a colour that is none, a day that is past or more than a year away.
    """
    who, reason = named(person, "人工核定", "an override"), explained(reason, "人工核定", "an override")
    if grade not in set(Grade):
        raise BadInput("等级应为 1 到 4", "the grade is 1 to 4", code="bad_grade")
    now = today(connection)
    if not now <= until <= now + LONGEST:
        raise BadInput(
            f"截止日期 {until} 应在今天与一年之内",
            f"the last day {until} should be from today to a year on",
            code="bad_until",
        )
    values = {
        "layer": layer,
        "zone": zone,
        "grade": grade,
        "reason": reason,
        "person": who,
        "until": until,
    }
    earlier = (OVERRIDE.c.layer == layer) & (OVERRIDE.c.zone == zone) & OVERRIDE.c.withdrawn_at.is_(None)
    connection.execute(update(OVERRIDE).where(earlier).values(withdrawn_at=func.now(), withdrawn_by=who))
    made = connection.execute(insert(OVERRIDE).values(**values).returning(OVERRIDE.c.id)).scalar_one()
    note(
        connection,
        who,
        "zone.override",
        f"{layer}/{zone}",
        grade=grade,
        reason=reason,
        until=until.isoformat(),
        id=made,
    )
    return int(made)


def withdraw(connection: Connection, number: int, *, person: str) -> str:
    """Take a decision back; returns the layer of the zone.

    Raises:
        NotFound: no such decision, or it was taken back already (code ``no_override``).
    """
    who = named(person, "撤回核定", "withdrawing an override")
    open_ = (OVERRIDE.c.id == number) & OVERRIDE.c.withdrawn_at.is_(None)
    found = (
        connection.execute(
            update(OVERRIDE)
            .where(open_)
            .values(withdrawn_at=func.now(), withdrawn_by=who)
            .returning(OVERRIDE)
        )
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise NotFound(f"没有生效的核定 {number}", f"there is no open override {number}", code="no_override")
    note(connection, who, "zone.withdraw", f"{found['layer']}/{found['zone']}", id=number)
    return str(found["layer"])


def decisions(connection: Connection, limit: int = 200) -> list[dict[str, Any]]:
    """Return decisions, the newest first, each with whether it holds today."""
    now = today(connection)
    rows = connection.execute(select(OVERRIDE).order_by(OVERRIDE.c.id.desc()).limit(limit)).mappings()
    return [{**row, "holds": row["withdrawn_at"] is None and row["until"] >= now} for row in rows]
