"""Incidents: where, what, when, the area touched, and a log in which nothing is ever changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from app.state.audit import named
from app.state.tables import CHANNEL, INCIDENT, INCIDENT_LOG
from layers.errors import BadInput, NotFound, Outdated
from layers.model import Json
from layers.region import BEIJING

OPEN, CLOSED = "open", "closed"
LONGEST_TEXT = 2000
MOST_YEARS = 10
AHEAD = timedelta(minutes=10)
"""Clocks of a room differ a little; what is dated further ahead is a slip."""
CHANGEABLE = ("title", "hazard", "footprint", "happened_at", "status")


def tell(connection: Connection, **what: Any) -> None:
    """Notify who listens when the transaction is through."""
    connection.execute(select(func.pg_notify(CHANNEL, json.dumps(what))))


def open_incident(connection: Connection, values: Json, *, person: str, shown: Json) -> Json:
    """Put an incident on record and return it; ``shown`` is what its founder saw (summary, data versions).

    Raises:
        BadInput: nobody is named, a time that lies ahead (``missing_person``, ``bad_time``).
    """
    who = named(person, "登记事件", "an incident")
    _check_time(values.get("happened_at"))
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.incident'))"))
    day = datetime.now(BEIJING).strftime("%Y%m%d")
    today = INCIDENT.c.number.startswith(day)
    n = connection.execute(select(func.count()).select_from(INCIDENT).where(today)).scalar_one()
    row = {**values, "number": f"{day}-{n + 1:03d}", "status": OPEN, "created_by": who}
    row["happened_at"] = row.get("happened_at") or datetime.now(BEIJING)
    made: int = connection.execute(insert(INCIDENT).values(**row).returning(INCIDENT.c.id)).scalar_one()
    log_line(connection, made, who, "opened", str(values.get("title") or ""), shown)
    tell(connection, incident=made)
    return incident(connection, made)


def change(connection: Connection, number: int, changes: Json, *, person: str, rev: int) -> Json:
    """Change an incident that nobody has changed since ``rev`` was read, and return it.

    Raises:
        NotFound: no such incident (``no_incident``).
        Outdated: somebody was quicker (``incident_changed``).
    """
    who = named(person, "修改事件", "a change")
    _check_time(changes.get("happened_at"))
    before = incident(connection, number, with_log=False)
    values = {name: value for name, value in changes.items() if name in CHANGEABLE and value != before[name]}
    words = str(changes.get("note") or "").strip()
    if not values:
        return add_note(connection, number, words, person=who) if words else incident(connection, number)
    same = (INCIDENT.c.id == number) & (INCIDENT.c.rev == rev)
    done = connection.execute(update(INCIDENT).where(same).values(**values, rev=INCIDENT.c.rev + 1))
    if done.rowcount == 0:
        raise Outdated(
            "事件已被他人修改，请查看后再改",
            "somebody else has changed the incident; look at it and decide anew",
            code="incident_changed",
            rev=before["rev"],
        )
    action = {OPEN: "reopened", CLOSED: "closed"}.get(str(values.get("status")), "changed")
    detail = {name: _plain(before[name]) for name in values}
    log_line(connection, number, who, action, words, {"before": detail})
    tell(connection, incident=number)
    return incident(connection, number)


def add_note(connection: Connection, number: int, words: str, *, person: str) -> Json:
    """Write a line into the log of an incident, and return the incident.

    Raises:
        NotFound: no such incident (``no_incident``).
        BadInput: no words, or too many (``bad_text``).
    """
    who = named(person, "记录", "a line of the log")
    if not 0 < len(words.strip()) <= LONGEST_TEXT:
        raise BadInput(
            f"记录须为 1 至 {LONGEST_TEXT} 字", f"a line has 1 to {LONGEST_TEXT} characters", code="bad_text"
        )
    incident(connection, number, with_log=False)
    log_line(connection, number, who, "note", words.strip(), {})
    tell(connection, incident=number)
    return incident(connection, number)


def incident(connection: Connection, number: int, *, with_log: bool = True) -> Json:
    """Return an incident with its log, the oldest line first.

    Raises:
        NotFound: no such incident (``no_incident``).
    """
    row = connection.execute(select(INCIDENT).where(INCIDENT.c.id == number)).mappings().one_or_none()
    if row is None:
        raise no_incident(number)
    if not with_log:
        return dict(row)
    of = INCIDENT_LOG.c.incident == number
    lines = connection.execute(select(INCIDENT_LOG).where(of).order_by(INCIDENT_LOG.c.id)).mappings()
    return {**row, "log": [dict(line) for line in lines]}


def incidents(connection: Connection, status: str | None, limit: int) -> list[Json]:
    """Return incidents without their logs, open ones first, the newest first."""
    query = select(INCIDENT).order_by(INCIDENT.c.status.desc(), INCIDENT.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(INCIDENT.c.status == status)
    return [dict(row) for row in connection.execute(query).mappings()]


def no_incident(number: int) -> NotFound:
    """Return the error of an incident that is not on record."""
    return NotFound(f"没有事件 {number}", f"there is no incident {number}", code="no_incident")


def log_line(connection: Connection, number: int, person: str, action: str, words: str, detail: Json) -> None:
    """Write into the log of an incident."""
    line = {"incident": number, "person": person, "action": action, "text": words, "detail": detail}
    connection.execute(insert(INCIDENT_LOG).values(**line))


def _check_time(moment: datetime | None) -> None:
    if moment is None:
        return
    now = datetime.now(BEIJING)
    if moment.tzinfo is None or moment > now + AHEAD or moment.year < now.year - MOST_YEARS:
        raise BadInput(
            f"时间 {moment} 在将来、太久以前，或没有写明时区",
            f"the time {moment} lies ahead or too far back, or has no time zone",
            code="bad_time",
            field="happened_at",
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
