"""Going back in time: when anything changed, and the storms of a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.deps import TheCatalogue
from app.moments import Instant
from app.position_history import kept_from
from app.replay.changes import layers_from, moments
from app.replay.storms import storms, storms_at, track_table
from layers.errors import BadInput

router = APIRouter(prefix="/api/replay", tags=["replay"])
USUAL = timedelta(hours=72)
LONGEST = timedelta(days=400)


class MomentOfChange(BaseModel):
    """A moment at which something changed: a layer or a live value of it (the layer), an incident (its id), a storm."""

    at: datetime
    kind: Literal["layer", "incident", "live", "storm"]
    what: str


class StormSpan(BaseModel):
    """A storm of which there is a track, with its first and last time."""

    storm: str
    name: str | None
    begins: str
    ends: str


class Replay(BaseModel):
    """What there is to replay. Before ``layers_from`` no version of any layer is kept, before ``positions_from`` no fix
    of a mover."""

    begins: datetime
    ends: datetime
    layers_from: datetime | None
    positions_from: datetime | None
    moments: list[MomentOfChange]
    storms: list[StormSpan]


class StormsThen(BaseModel):
    """GeoJSON of the storms at a moment: features of kind ``disc``, ``arc``, ``way``, ``eye``."""

    type: Literal["FeatureCollection"]
    at: datetime
    features: list[dict[str, Any]]


@router.get("", response_model=Replay)
def replay(
    catalogue: TheCatalogue,
    begins: Annotated[
        Instant | None, Query(alias="from", description="absent: 72 hours before ``to``")
    ] = None,
    ends: Annotated[Instant | None, Query(alias="to", description="absent: now")] = None,
) -> dict[str, Any]:
    """List the moments of a span at which anything changed, and the storms there are."""
    last = ends or datetime.now(UTC)
    first = begins or last - USUAL
    if not timedelta() < last - first <= LONGEST:
        raise BadInput(
            f"时段须为正，且不超过 {LONGEST.days} 天",
            f"the span must be positive and no longer than {LONGEST.days} days",
            code="bad_span",
        )
    table = track_table(catalogue)
    with catalogue.engine.connect() as connection:
        return {
            "begins": first,
            "ends": last,
            "layers_from": layers_from(connection),
            "positions_from": kept_from(connection),
            "moments": moments(connection, table, first, last),
            "storms": storms(connection, table),
        }


@router.get("/storms", response_model=StormsThen)
def storms_then(catalogue: TheCatalogue, at: Instant) -> dict[str, Any]:
    """Return where the storms of a moment were, the way they had come, and how far their winds reached."""
    table = track_table(catalogue, at)
    with catalogue.engine.connect() as connection:
        return {"at": at, **storms_at(connection, table, at)}
