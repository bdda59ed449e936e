"""Incidents: put on record, changed, closed and opened again, with a log of who did what when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.around.footprint import area_of
from app.around.params import AroundParams, Footprint, Hazard, RingFootprint
from app.around.run import run
from app.deps import MayLoad, TheCatalogue
from app.moments import Instant
from app.replay.incidents import incident_at, incidents_at
from app.state import incidents
from layers.region import BEIJING

router = APIRouter(prefix="/api/incidents", tags=["incidents"])
Person = Annotated[str, Field(min_length=1, max_length=100)]
Number = Annotated[int, Path(ge=1, le=2**53)]
AsKnown = Annotated[Instant | None, Query(description="as known at that moment, with a time zone")]
Title = Annotated[str, Field(max_length=200)]


class IncidentSent(BaseModel):
    """A new incident: place (degrees, WGS 84), what happened and when, the area it touches, who puts it on record."""

    model_config = ConfigDict(extra="forbid")

    lon: float
    lat: float
    person: Person
    title: Title = ""
    hazard: Hazard | None = None
    footprint: Footprint = RingFootprint()
    happened_at: datetime | None = None


class IncidentChange(BaseModel):
    """What is to change, and the ``rev`` that was read: somebody else's change in between is not written over.

    What is not sent stays; only ``hazard`` can be null.
    """

    model_config = ConfigDict(extra="forbid")

    person: Person
    rev: int
    note: Annotated[str, Field(max_length=2000)] = ""
    title: Title = ""
    hazard: Hazard | None = None
    footprint: Footprint = RingFootprint()
    happened_at: datetime = Field(default_factory=lambda: datetime.now(BEIJING))
    status: Literal["open", "closed"] = "open"


class NoteSent(BaseModel):
    """A line for the log."""

    model_config = ConfigDict(extra="forbid")

    person: Person
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class LogLine(BaseModel):
    """Who did what when. ``detail`` of the first line is what its founder saw: people, summary, data versions."""

    id: int
    at: datetime
    person: str
    action: Literal[
        "opened",
        "changed",
        "closed",
        "reopened",
        "note",
        "warning_drafted",
        "warning_changed",
        "warning_approved",
    ]
    text: str
    detail: dict[str, Any]


class IncidentHead(BaseModel):
    """An incident; ``number`` is the day (Beijing) with a running number."""

    id: int
    number: str
    title: str
    hazard: str | None
    lon: float
    lat: float
    happened_at: datetime
    footprint: dict[str, Any]
    status: Literal["open", "closed"]
    rev: int
    created_by: str
    created_at: datetime


class Incident(IncidentHead):
    """An incident with its log, the oldest line first."""

    log: list[LogLine]


class IncidentList(BaseModel):
    """Incidents, open ones first, the newest first."""

    incidents: list[IncidentHead]


@router.get("", response_model=IncidentList)
def listed(
    catalogue: TheCatalogue,
    status: Literal["open", "closed"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    at: AsKnown = None,
) -> dict[str, Any]:
    """List incidents, as they are now or as they were known at a moment."""
    with catalogue.engine.connect() as connection:
        if at is not None:
            return {"incidents": incidents_at(connection, at, status, limit)}
        return {"incidents": incidents.incidents(connection, status, limit)}


@router.post("", response_model=Incident, status_code=201, dependencies=[MayLoad])
def opened(catalogue: TheCatalogue, sent: IncidentSent) -> dict[str, Any]:
    """Put an incident on record, with what is known about its place at this moment."""
    asked = AroundParams(lon=sent.lon, lat=sent.lat, hazard=sent.hazard, footprint=sent.footprint)
    seen = run(asked, catalogue)
    shown = {
        "summary": seen.summary.zh,
        "people": seen.footprint.people,
        "versions": {one.layer: one.version for one in seen.sources},
    }
    values = sent.model_dump(exclude={"person", "footprint"}) | {"footprint": sent.footprint.model_dump()}
    with catalogue.engine.begin() as connection:
        return incidents.open_incident(connection, values, person=sent.person, shown=shown)


@router.get("/{number}", response_model=Incident)
def one(catalogue: TheCatalogue, number: Number, at: AsKnown = None) -> dict[str, Any]:
    """Return one incident with its log, as it is now or as it was known at a moment."""
    with catalogue.engine.connect() as connection:
        if at is not None:
            return incident_at(connection, number, at)
        return incidents.incident(connection, number)


@router.patch("/{number}", response_model=Incident, dependencies=[MayLoad])
def changed(catalogue: TheCatalogue, number: Number, sent: IncidentChange) -> dict[str, Any]:
    """Change, close or open again an incident."""
    changes = sent.model_dump(exclude={"person", "rev"}, exclude_unset=True)
    with catalogue.engine.begin() as connection:
        if "footprint" in changes:
            place = incidents.incident(connection, number, with_log=False)
            area_of(place["lon"], place["lat"], sent.footprint)  # refuses what cannot be one
        return incidents.change(connection, number, changes, person=sent.person, rev=sent.rev)


@router.post("/{number}/log", response_model=Incident, status_code=201, dependencies=[MayLoad])
def noted(catalogue: TheCatalogue, number: Number, sent: NoteSent) -> dict[str, Any]:
    """Write a line into the log."""
    with catalogue.engine.begin() as connection:
        return incidents.add_note(connection, number, sent.text, person=sent.person)
