"""Warnings of an incident: drafted, changed, approved by a second person, read as text and as CAP 1.2."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.around.footprint import area_of
from app.around.params import AroundParams, Footprint
from app.around.run import run
from app.deps import MayLoad, TheCatalogue
from app.state import incidents, warnings
from app.warning.area import areas_touched, polygons
from app.warning.cap import cap_xml
from app.warning.draft import first_texts

router = APIRouter(prefix="/api", tags=["warnings"])
Person = Annotated[str, Field(min_length=1, max_length=100)]
Number = Annotated[int, Path(ge=1, le=2**53)]
Line = Annotated[str, Field(max_length=200)]
Lines = Annotated[str, Field(max_length=2000)]
XML: dict[int | str, dict[str, Any]] = {200: {"content": {"application/cap+xml": {}}}}


class DraftAsked(BaseModel):
    """Who drafts, and the level of the warning (a colour of its own, not the risk grade)."""

    model_config = ConfigDict(extra="forbid")

    person: Person
    colour: Literal["red", "orange", "yellow", "blue"]


class WordsSent(BaseModel):
    """New words of a draft, who wrote them, and the ``rev`` that was read; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    person: Person
    rev: int
    headline: Line | None = None
    description: Lines | None = None
    instruction: Lines | None = None
    headline_en: Line | None = None
    description_en: Lines | None = None
    instruction_en: Lines | None = None


class ApprovalSent(BaseModel):
    """Who approves, and the ``rev`` that was read."""

    model_config = ConfigDict(extra="forbid")

    person: Person
    rev: int


class Warning(BaseModel):
    """A warning. ``status`` is Exercise until a second person has approved it; nothing is sent from here.

    ``area`` holds the places (towns, or counties where no towns are loaded) and the outlines (lon, lat); ``refers_to``
    names the approved warning that this one updates.
    """

    id: int
    incident: int
    identifier: str
    sender: str
    refers_to: str | None
    hazard: str | None
    colour: Literal["red", "orange", "yellow", "blue"]
    texts: dict[str, str]
    area: dict[str, Any]
    rev: int
    status: Literal["Exercise", "Actual"]
    written_by: str
    drafted_at: datetime
    expires_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class WarningList(BaseModel):
    """Warnings of an incident, the newest first."""

    warnings: list[Warning]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "status": "Exercise" if row["approved_at"] is None else "Actual"}


@router.get("/incidents/{number}/warnings", response_model=WarningList)
def listed(catalogue: TheCatalogue, number: Number) -> dict[str, Any]:
    """List the warnings of an incident."""
    with catalogue.engine.connect() as connection:
        return {"warnings": [_shown(row) for row in warnings.warnings_of(connection, number)]}


@router.post("/incidents/{number}/warnings", response_model=Warning, status_code=201, dependencies=[MayLoad])
def drafted(catalogue: TheCatalogue, number: Number, sent: DraftAsked) -> dict[str, Any]:
    """Draft a warning out of an incident: its area, the places touched, first words in two languages."""
    settings = catalogue.settings
    with catalogue.engine.connect() as connection:
        about = incidents.incident(connection, number, with_log=False)
    footprint: Footprint = TypeAdapter(Footprint).validate_python(about["footprint"])
    asked = AroundParams(lon=about["lon"], lat=about["lat"], hazard=about["hazard"], footprint=footprint)
    outlines = polygons(area_of(about["lon"], about["lat"], footprint))
    seen = run(asked, catalogue)
    places = areas_touched(catalogue, area_of(about["lon"], about["lat"], footprint))
    texts = first_texts(about, sent.colour, seen, places, settings.warning_sender)
    area = {"places": places, "polygons": [list(one.exterior.coords) for one in outlines]}
    values = {"sender": settings.warning_issuer, "colour": sent.colour, "texts": texts, "area": area}
    with catalogue.engine.begin() as connection:
        row = warnings.draft(connection, about, values, person=sent.person, issuer=settings.warning_issuer)
    return _shown(row)


@router.patch("/warnings/{number}", response_model=Warning, dependencies=[MayLoad])
def rewritten(catalogue: TheCatalogue, number: Number, sent: WordsSent) -> dict[str, Any]:
    """Change the words of a draft."""
    words = sent.model_dump(exclude={"person", "rev"}, exclude_unset=True)
    with catalogue.engine.begin() as connection:
        return _shown(warnings.rewrite(connection, number, words, person=sent.person, rev=sent.rev))


@router.post("/warnings/{number}/approve", response_model=Warning, dependencies=[MayLoad])
def approved(catalogue: TheCatalogue, number: Number, sent: ApprovalSent) -> dict[str, Any]:
    """Approve a warning that somebody else wrote."""
    with catalogue.engine.begin() as connection:
        return _shown(warnings.approve(connection, number, person=sent.person, rev=sent.rev))


@router.get("/warnings/{number}/cap.xml", response_class=Response, responses=XML)
def as_cap(catalogue: TheCatalogue, number: Number) -> Response:
    """Return a warning as a CAP 1.2 message, to be handed on by hand."""
    with catalogue.engine.connect() as connection:
        row = warnings.warning(connection, number)
    name = f'attachment; filename="{row["identifier"]}.xml"'
    return Response(cap_xml(row), media_type="application/cap+xml", headers={"Content-Disposition": name})
