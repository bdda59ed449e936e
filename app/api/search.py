"""The one search box: coordinates in any dress, names, pinyin, codes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from app.api.boxes import parse_place
from app.api.schemas import Words
from app.deps import Moment
from app.search.finder import Finder, Found

router = APIRouter(prefix="/api/search", tags=["search"])
MOST_HITS = 50


class PlaceReading(BaseModel):
    """A reading of the text as a place: degrees (WGS 84), the system it was read in, how the two numbers were taken.

    ``inside``: in the province; ``likely``: worth a second mark on the map (a shifted web-map coordinate).
    """

    lon: float
    lat: float
    system: str
    title: Words
    how: Words
    inside: bool
    likely: bool


class SearchHit(BaseModel):
    """One object. ``areas`` are the names of the areas it lies in, the largest first; ``match`` says what was found:
    its name, code, English name, pinyin, a like sound, a name with one slip, or an area it lies in."""

    layer: str
    key: str
    name: str
    name_en: str | None
    areas: list[str]
    lon: float
    lat: float
    grade: int | None
    match: Literal["name", "code", "english", "pinyin", "sound", "slip", "area"]


class SearchFault(BaseModel):
    """Why a text that looks like a coordinate is none."""

    code: str
    detail: str
    detail_en: str


class SearchAnswer(BaseModel):
    """What a text means. ``total`` counts all objects that match, ``about``: only after allowing for slips, ``cut``:
    words beyond the sixth were not looked for; ``versions`` are the layer versions that were searched."""

    q: str
    readings: list[PlaceReading]
    fault: SearchFault | None
    hits: list[SearchHit]
    total: int
    about: bool
    cut: bool
    versions: dict[str, str]


def _finder(request: Request) -> Finder:
    finder: Finder = request.app.state.finder
    return finder


TheFinder = Annotated[Finder, Depends(_finder)]


@router.get("")
def search(
    finder: TheFinder,
    q: Annotated[
        str, Query(max_length=400, description="coordinates, a link of a web map, names, pinyin, codes")
    ],
    limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10,
    near: Annotated[
        str | None,
        Query(max_length=60, description="lon,lat in degrees: of two equals the nearer comes first"),
    ] = None,
    at: Moment = None,
) -> SearchAnswer:
    """Say what a text means: readings as a coordinate, the likeliest first, and objects, the best match first."""
    found = finder.find(q, limit=limit, near=parse_place(near), day=at)
    return _answer(q, found)


def _answer(q: str, found: Found) -> SearchAnswer:
    fault = found.fault
    return SearchAnswer(
        q=q,
        readings=[
            PlaceReading(
                lon=one.lon,
                lat=one.lat,
                system=one.system,
                title=Words(zh=one.title.zh, en=one.title.en),
                how=Words(zh=one.how.zh, en=one.how.en),
                inside=one.inside,
                likely=one.likely,
            )
            for one in found.readings
        ],
        fault=None if fault is None else SearchFault(code=fault.code, detail=fault.zh, detail_en=fault.en),
        hits=[
            SearchHit(
                layer=one.layer,
                key=one.key,
                name=one.name,
                name_en=one.name_en,
                areas=list(one.areas),
                lon=one.lon,
                lat=one.lat,
                grade=one.grade,
                match=one.match,
            )
            for one in found.hits
        ],
        total=found.total,
        about=found.about,
        cut=found.cut,
        versions=found.versions,
    )
