"""Where movers were: some of their fixes, kept for some days, so that a moment of the past can be shown.

Of a mover that reports every second a fix is kept when it lies ``EVERY_S`` from the last kept one or ``EVERY_M``: one
in 120 of a parked vehicle, one in 14 at 15 m/s. What counts is when a fix was heard of: what a tracker sent late was
not known before. The newest fix of each is known to the second besides (app/positions.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Connection, Select, Table, bindparam, delete, func, select, true
from sqlalchemy.dialects.postgresql import insert

from app.fixes import FORGOTTEN, Fix
from app.state.tables import POSITION, POSITION_PAST

EVERY_S, EVERY_M = 120.0, 200.0
METRES_PER_DEGREE = 111_320.0
PRUNE_EVERY = timedelta(minutes=1)
MOST_UNSAVED = 200_000
"""Fixes that wait while the database is away; then the oldest are given up."""
MOST_DROPPED = 200_000
"""Rows that go at a time: saving is not held up when the server comes back after days."""


def write(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    """Insert or renew rows (objects with an attribute for each column) in one statement of one array per column."""
    columns = [
        func.unnest(bindparam(c.name, [getattr(row, c.name) for row in rows], ARRAY(c.type))) for c in table.c
    ]
    add = insert(table).from_select([c.name for c in table.c], select(*columns))
    keys = [c.name for c in table.primary_key]
    fresh = {c.name: add.excluded[c.name] for c in table.c if c.name not in keys}
    connection.execute(add.on_conflict_do_update(index_elements=keys, set_=fresh))


class PositionHistory:
    """The fixes that are kept, for some time and up to some number. Not safe for several threads: its store locks."""

    def __init__(self, keep: timedelta, most_rows: int) -> None:
        self.keep = keep
        self._most_rows = most_rows
        self._last: dict[str, Fix] = {}
        self._new: dict[tuple[str, datetime], Fix] = {}
        self._rows: int | None = None
        self._pruned = datetime.min.replace(tzinfo=UTC)

    def note(self, fix: Fix) -> None:
        """Keep a fix if it tells enough that the last one of the mover did not; of one batch the newest."""
        last = self._last.get(fix.id)
        if self.keep and (last is None or last.heard == fix.heard or _differs(last, fix)):
            self._last[fix.id] = fix
            self._new[fix.id, fix.heard] = fix
            if len(self._new) > MOST_UNSAVED:
                del self._new[next(iter(self._new))]

    def forget(self, mover: str) -> None:
        """Begin anew with a mover that nobody has heard of for long."""
        self._last.pop(mover, None)

    def unsaved(self) -> list[Fix]:
        """Return what is to be saved, the oldest first; it waits until it is."""
        return list(self._new.values())

    def is_saved(self, rows: Sequence[Fix]) -> None:
        """Let go of what has been saved, unless a newer fix of the same batch has come in between."""
        for row in rows:
            if self._new.get((row.id, row.heard)) is row:
                del self._new[row.id, row.heard]

    def save(self, connection: Connection, rows: Sequence[Fix]) -> None:
        """Write fixes and, once a minute, drop what is too old or too much."""
        if rows:
            write(connection, POSITION_PAST, rows)
        now = datetime.now(UTC)
        if self._rows is not None:
            self._rows += len(rows)
        if now - self._pruned >= PRUNE_EVERY:
            self._prune(connection, now)
            self._pruned = now

    def _prune(self, connection: Connection, now: datetime) -> None:
        if self._rows is None:
            self._rows = connection.execute(select(func.count()).select_from(POSITION_PAST)).scalar_one()
        heard = POSITION_PAST.c.heard
        first = select(heard).order_by(heard).limit(1)
        over = min(max(self._rows - self._most_rows, 0), MOST_DROPPED)
        too_many = first.offset(over).scalar_subquery()
        some = func.coalesce(first.offset(MOST_DROPPED).scalar_subquery(), now)
        limit = func.least(func.greatest(now - self.keep, too_many), some)
        self._rows -= connection.execute(delete(POSITION_PAST).where(heard < limit)).rowcount
        known_until = now - max(self.keep, FORGOTTEN)
        connection.execute(delete(POSITION).where(POSITION.c.at < known_until))


def known_at(connection: Connection, moment: datetime) -> list[Fix]:
    """Return the last kept fix of each mover of which one had been heard by a moment and not long before."""
    return [Fix(**row) for row in connection.execute(_last_heard(moment)).mappings()]


def _last_heard(moment: datetime) -> Select[Any]:
    past = POSITION_PAST
    mine = select(past).where(past.c.id == POSITION.c.id, past.c.heard <= moment)
    last = mine.order_by(past.c.heard.desc()).limit(1).lateral("last")
    columns = [last.c[c.name] for c in past.c]
    joined = POSITION.join(last, true())
    return (
        select(POSITION.c.kind, POSITION.c.name, *columns)
        .select_from(joined)
        .where(last.c.at > moment - FORGOTTEN)
    )


def kept_from(connection: Connection) -> datetime | None:
    """Return when the oldest fix that is kept was heard of."""
    oldest: datetime | None = connection.execute(select(func.min(POSITION_PAST.c.heard))).scalar_one()
    return oldest


def _differs(last: Fix, fix: Fix) -> bool:
    if (fix.at - last.at).total_seconds() >= EVERY_S:
        return True
    north = fix.lat - last.lat
    east = (fix.lon - last.lon) * math.cos(math.radians(fix.lat))
    return math.hypot(north, east) * METRES_PER_DEGREE >= EVERY_M
