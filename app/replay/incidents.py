"""Incidents as they were known at a moment: the log is read backwards from now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.state.incidents import OPEN, no_incident
from app.state.tables import INCIDENT, INCIDENT_LOG
from layers.model import Json


def incidents_at(connection: Connection, at: datetime, status: str | None, limit: int) -> list[Json]:
    """Return the incidents on record at a moment, open ones first, the newest first."""
    rows = {row["id"]: dict(row) for row in connection.execute(_on_record(at)).mappings()}
    for line in connection.execute(_changes_after(at)).mappings():
        if line["incident"] in rows:
            _take_back(rows[line["incident"]], line["detail"])
    known = [row for row in rows.values() if status in (None, row["status"])]
    return sorted(known, key=lambda row: (row["status"] == OPEN, row["id"]), reverse=True)[:limit]


def incident_at(connection: Connection, number: int, at: datetime) -> Json:
    """Return one incident with the lines that its log had at a moment, the oldest first.

    Raises:
        NotFound: no such incident, or not yet on record (``no_incident``).
    """
    found = connection.execute(_on_record(at).where(INCIDENT.c.id == number)).mappings().one_or_none()
    if found is None:
        raise no_incident(number)
    row, mine = dict(found), INCIDENT_LOG.c.incident == number
    for line in connection.execute(_changes_after(at).where(mine)).mappings():
        _take_back(row, line["detail"])
    told = select(INCIDENT_LOG).where(mine, INCIDENT_LOG.c.at <= at).order_by(INCIDENT_LOG.c.id)
    return {**row, "log": [dict(line) for line in connection.execute(told).mappings()]}


def _on_record(at: datetime) -> Any:
    return select(INCIDENT).where(INCIDENT.c.created_at <= at)


def _changes_after(at: datetime) -> Any:
    """The lines that changed something after a moment, the newest first."""
    changed = INCIDENT_LOG.c.detail.has_key("before")
    return select(INCIDENT_LOG).where(INCIDENT_LOG.c.at > at, changed).order_by(INCIDENT_LOG.c.id.desc())


def _take_back(row: Json, detail: Json) -> None:
    row |= detail["before"]
    row["rev"] -= 1
