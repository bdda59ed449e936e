"""When anything changed: layers loaded, incidents, live values, points of a storm's track."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from app.replay.storms import written
from app.state.tables import INCIDENT_LOG, LIVE
from layers.model import Json
from layers.store import VERSION

MOST_MOMENTS = 2_000


def moments(connection: Connection, track: Table | None, begins: datetime, ends: datetime) -> list[Json]:
    """Return the moments of a span at which anything changed, in order, with what it was; the latest 2,000."""
    kinds = (
        ("layer", VERSION.c.loaded_at, VERSION.c.layer),
        ("incident", INCIDENT_LOG.c.at, INCIDENT_LOG.c.incident),
        ("live", LIVE.c.at, LIVE.c.layer),
        ("live", LIVE.c.undone_at, LIVE.c.layer),
    )
    found: set[tuple[datetime, str, str]] = set()
    for kind, time, what in kinds:
        query = select(time, what).where(time.between(begins, ends)).order_by(time.desc()).limit(MOST_MOMENTS)
        found |= {(at, kind, str(of)) for at, of in connection.execute(query)}
    if track is not None:
        span = track.c.time.between(written(begins), written(ends))
        query = (
            select(track.c.time, track.c.storm).where(span).order_by(track.c.time.desc()).limit(MOST_MOMENTS)
        )
        found |= {(datetime.fromisoformat(at), "storm", of) for at, of in connection.execute(query)}
    return [{"at": at, "kind": kind, "what": what} for at, kind, what in sorted(found)[-MOST_MOMENTS:]]


def layers_from(connection: Connection) -> datetime | None:
    """Return when the oldest version that is kept was loaded: before it there is no layer to show."""
    oldest: datetime | None = connection.execute(select(func.min(VERSION.c.loaded_at))).scalar_one()
    return oldest
