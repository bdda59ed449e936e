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

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from app.fixes import FORGOTTEN, Fix
from app.position_history import PositionHistory, known_at, write
from app.state.tables import POSITION
from layers.geo import Positions, distances_m

AHEAD = timedelta(seconds=60)
"""Clocks of trackers and of the server differ a little."""
MOST_MOVERS = 50_000
SAVE_EVERY_S = 5.0


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

    def __init__(self, engine: Engine, history: PositionHistory) -> None:
        self._engine = engine
        self._history = history
        self._movers: dict[str, _Mover] = {}
        self._unsaved: set[str] = set()
        self._lock = threading.Lock()
        self.turn = int(time.time() * 1000)

    def load(self) -> None:
        """Read what was saved before the last stop."""
        known = select(POSITION).where(POSITION.c.at > datetime.now(UTC) - FORGOTTEN)
        with self._engine.connect() as connection:
            for row in connection.execute(known).mappings():
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
                self._history.note(fix)
                taken += 1
        return taken, older, refused

    def since(self, turn: int) -> tuple[int, Sequence[Fix]]:
        """Return the turn of now and what has moved after a turn; a turn of another life of the server asks for all."""
        with self._lock:
            after = turn if turn <= self.turn else -1
            return self.turn, [one.fix for one in self._movers.values() if one.turn > after]

    def known(self, moment: datetime | None = None) -> list[Fix]:
        """Return the newest fix of each mover, or what was known of each at a moment (of the fixes that are kept)."""
        with self._lock:
            newest = [one.fix for one in self._movers.values()]
            waiting = [] if moment is None else self._history.unsaved()
        if moment is None:
            return newest
        with self._engine.connect() as connection:
            saved = known_at(connection, moment)
        return list({fix.id: fix for fix in (*saved, *waiting, *newest) if fix.heard <= moment}.values())

    def nearest(
        self, lon: float, lat: float, metres: float, most: int, moment: datetime | None = None
    ) -> list[tuple[Fix, float]]:
        """Return the movers nearest to a place (degrees) within some metres, with their distance."""
        fixes = self.known(moment)
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
            rows = [self._movers[one].fix for one in self._unsaved if one in self._movers]
            self._unsaved.clear()
            past = self._history.unsaved()
            gone = [one for one, mover in self._movers.items() if mover.fix.at < limit]
            for one in gone:
                del self._movers[one]
                self._history.forget(one)
        try:
            with self._engine.begin() as connection:
                if rows:
                    write(connection, POSITION, rows)
                self._history.save(connection, past)
        except SQLAlchemyError:
            with self._lock:  # they are tried again next time
                self._unsaved |= {row.id for row in rows}
            raise
        with self._lock:
            self._history.is_saved(past)

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
