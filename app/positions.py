"""Where vehicles, teams and aircraft are: the newest fix of each, in memory and, some seconds later, in the database.

A fix is never drawn as newer than it is: one dated ahead of the clock is refused (a tracker with a wrong date would
stand still for years), one older than what is known is left out, and age goes with every answer.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from app.state.tables import POSITION
from layers.geo import Positions, distances_m

AHEAD = timedelta(seconds=60)
"""Clocks of trackers and of the server differ a little."""
STALE_S = 300.0
"""A fix older than this is shown as old."""
FORGOTTEN = timedelta(days=2)
MOST_MOVERS = 50_000
SAVE_EVERY_S = 5.0


@dataclass(frozen=True)
class Fix:
    """Where something was at a moment: degrees WGS 84, m/s, degrees clockwise from north."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    at: datetime
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True)
class Refused:
    """One row of a batch that was not taken: its number from 0, and why."""

    row: int
    id: str | None
    code: str
    zh: str
    en: str


@dataclass
class _Mover:
    fix: Fix
    turn: int


class PositionStore:
    """The newest fix of every mover. ``turn`` counts batches, so that a page asks only for what moved since.

    It counts on from the clock (milliseconds), so that a server that begins anew is ahead of what a page last heard.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._movers: dict[str, _Mover] = {}
        self._unsaved: set[str] = set()
        self._lock = threading.Lock()
        self.turn = int(time.time() * 1000)

    def load(self) -> None:
        """Read what was saved before the last stop."""
        with self._engine.connect() as connection:
            for row in connection.execute(select(POSITION)).mappings():
                self._movers[row["id"]] = _Mover(Fix(**row), self.turn)

    def take(self, fixes: Iterable[tuple[int, Fix]]) -> tuple[int, int, list[Refused]]:
        """Take the fixes of a batch (with their row numbers); return how many were taken, how many were older than what
        is known, and those refused."""
        now = datetime.now(UTC)
        taken = older = 0
        refused: list[Refused] = []
        with self._lock:
            self.turn += 1
            for row, fix in fixes:
                if fix.at > now + AHEAD:
                    refused.append(_ahead(row, fix))
                    continue
                known = self._movers.get(fix.id)
                if known is not None and known.fix.at >= fix.at:
                    older += 1
                    continue
                if known is None and len(self._movers) >= MOST_MOVERS:
                    refused.append(_too_many(row, fix))
                    continue
                self._movers[fix.id] = _Mover(fix, self.turn)
                self._unsaved.add(fix.id)
                taken += 1
        return taken, older, refused

    def since(self, turn: int) -> tuple[int, Sequence[Fix]]:
        """Return the turn of now and what has moved after a turn; a turn of another life of the server asks for all."""
        with self._lock:
            after = turn if turn <= self.turn else -1
            return self.turn, [one.fix for one in self._movers.values() if one.turn > after]

    def nearest(self, lon: float, lat: float, metres: float, most: int) -> list[tuple[Fix, float]]:
        """Return the movers nearest to a place (degrees) within some metres, with their distance."""
        with self._lock:
            fixes = [one.fix for one in self._movers.values()]
        if not fixes:
            return []
        places = Positions.of(np.array([f.lon for f in fixes]), np.array([f.lat for f in fixes]))
        away = distances_m(lon, lat, places)
        order = np.argsort(away, kind="stable")[:most]
        return [(fixes[int(n)], float(away[n])) for n in order if away[n] <= metres]

    def save(self) -> None:
        """Write what is new to the database, and forget what nobody has heard of for days."""
        limit = datetime.now(UTC) - FORGOTTEN
        with self._lock:
            rows = [self._movers[one].fix.__dict__ for one in self._unsaved if one in self._movers]
            self._unsaved.clear()
            gone = [one for one, mover in self._movers.items() if mover.fix.at < limit]
            for one in gone:
                del self._movers[one]
        try:
            self._write(rows, gone, limit)
        except SQLAlchemyError:
            with self._lock:  # they are tried again next time
                self._unsaved |= {row["id"] for row in rows}
            raise

    def _write(self, rows: list[dict[str, Any]], gone: list[str], limit: datetime) -> None:
        with self._engine.begin() as connection:
            if rows:
                add = insert(POSITION).values(rows)
                fresh = {c.name: add.excluded[c.name] for c in POSITION.c if c.name != "id"}
                connection.execute(add.on_conflict_do_update(index_elements=["id"], set_=fresh))
            if gone:
                connection.execute(POSITION.delete().where(POSITION.c.at < limit))

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Begin with what was saved, save every few seconds, and once more at the end."""
        await asyncio.to_thread(self.load)
        saving = asyncio.create_task(self._save_now_and_then())
        try:
            yield
        finally:
            saving.cancel()
            with suppress(asyncio.CancelledError):
                await saving
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self.save)

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self.save)


def _too_many(row: int, fix: Fix) -> Refused:
    return Refused(
        row,
        fix.id,
        "too_many_movers",
        f"移动目标已有 {MOST_MOVERS} 个，未采用新的",
        f"there are {MOST_MOVERS} movers; a new one was not taken",
    )


def _ahead(row: int, fix: Fix) -> Refused:
    return Refused(
        row,
        fix.id,
        "future_fix",
        f"定位时间 {fix.at.isoformat()} 在将来，未采用",
        f"the fix of {fix.at.isoformat()} lies ahead and was not taken",
    )
