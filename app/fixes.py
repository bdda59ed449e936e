"""A fix: where a vehicle, a team or an aircraft was at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STALE_S = 300.0
"""A fix older than this is shown as old."""
FORGOTTEN = timedelta(days=2)
"""A mover not heard of for so long is not shown any more."""


@dataclass(frozen=True)
class Fix:
    """Where something was: degrees WGS 84, m/s, degrees clockwise from north; ``heard`` is when the fix came in."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    at: datetime
    heard: datetime
    speed_mps: float | None = None
    heading_deg: float | None = None
