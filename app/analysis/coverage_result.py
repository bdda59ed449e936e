"""What a coverage answer says. Areas in km², persons as the raster counts them, shares from 0 to 1, WGS 84
degrees.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

Geometry = dict[str, Any]
Share = Field(ge=0, le=1)


class Words(BaseModel):
    """One text in both languages."""

    zh: str
    en: str


class Rule(BaseModel):
    """The rule as applied. Where bases differ in preparation, speed or reach, the asked or default value
    stands here.

    ``per_base`` says that they differ; each base's own values are in its row.
    """

    reach_km: float
    binding: Literal["time", "radius", "both", "endurance"]
    time_reach_km: float
    radius_km: float | None = Field(description="Null when the radius was not sent and limits nothing")
    preparation_min: float
    response_min: float
    cruise_kmh: float
    per_base: bool
    text: Words


class BaseFigures(BaseModel):
    """One base: its reach, what it reaches, what only it reaches, and the shares that remain without it.

    ``reach_km`` is in still air, ``reach_least_km`` and ``reach_most_km`` in the wind asked about. ``shapley_people``
    is its fair part of the people covered: those within reach of k bases count 1/k for each.
    """

    id: str
    name: str
    name_en: str | None = None
    status: str
    lon: float
    lat: float
    preparation_min: float
    cruise_kmh: float
    reach_km: float
    reach_least_km: float
    reach_most_km: float
    aircraft: str | None = None
    binding: Literal["time", "radius", "both", "endurance"]
    disc_km2: float
    covered_km2: float
    covered_people: float | None
    only_this_km2: float
    only_this_people: float | None
    shapley_people: float | None
    without_covered_share: float = Share
    without_covered_people_share: float | None


class Gap(BaseModel):
    """One county with land that no base reaches, and its worst place: "15 + 40 = 55 min".

    ``nearest_base`` is the id of the base that is there first, ``nearest_base_name`` its name.
    """

    code: str
    name: str
    name_en: str | None = None
    city: str | None
    land_km2: float
    uncovered_km2: float
    uncovered_share: float = Share
    people: float | None
    uncovered_people: float | None
    uncovered_people_share: float | None
    worst_point: tuple[float, float]
    worst_km: float
    worst_preparation_min: float
    worst_flight_min: float | None = Field(description="Null where closed airspace leaves no way")
    worst_minutes: float | None
    nearest_base: str
    nearest_base_name: str


class ErrorBound(BaseModel):
    """How far the figures can be off for reasons of computing (not of data): relative, and km and min for
    the worst.

    ``worst_point_min``: no place of a county waits longer than its worst place by more than this.
    """

    area_relative: float
    people_relative: float | None
    worst_point_km: float
    worst_point_min: float
    cells_relative: float = Field(description="Bound on the covered share of land when counted by cells")
    cells_differ: float = Field(description="By how much that share really differs from the one by polygons")


class BaseShare(BaseModel):
    """One base's part of a demand: what it reaches, what only it reaches, and its fair (Shapley) part."""

    id: str
    reached: float
    unique: float
    shapley: float


class LossShare(BaseModel):
    """The covered share that remains when these bases are lost."""

    lost: list[str]
    remains_share: float


class CountyShare(BaseModel):
    """The covered share of one county."""

    code: str
    name: str
    name_en: str | None = None
    covered_share: float


class DemandFigures(BaseModel):
    """One demand under this layout, all from one histogram of which bases reach what.

    ``times_shares[k]``: the share reached by exactly k bases. ``n2`` holds the ten worst pairs. ``expected_share``:
    covered share to expect when each base is busy with the asked probability. ``gini``: inequality of the covered
    share between counties, 0 none. ``doubt_share`` bounds the error of counting by cells.
    """

    id: str
    title: Words
    unit: str
    total: float
    covered: float
    covered_share: float = Share
    times_shares: list[float]
    bases: list[BaseShare]
    n1: list[LossShare]
    n2: list[LossShare]
    busy_fraction: float
    expected_share: float
    worst_county: CountyShare | None
    gini: float
    doubt_share: float


class Band(BaseModel):
    """What is reached within some minutes from the call, over all from the shortest on."""

    within_min: float
    covered_share: float
    covered_people_share: float | None


class WindShare(BaseModel):
    """One wind of the rose."""

    speed_mps: float
    from_deg: float
    share: float
    covered_share: float
    covered_people_share: float | None


class Rose(BaseModel):
    """Coverage to expect over a wind rose; the answer's own figures are what holds in every wind of it."""

    expected_share: float
    expected_people_share: float | None
    winds: list[WindShare]


class ToHospital(BaseModel):
    """Patients at a hospital in time: base, scene, time on scene, nearest hospital; cells by their centre."""

    within_min: float
    on_scene_min: float
    hospitals: int
    covered_share: float
    covered_people_share: float | None
    doubt_share: float


class Ground(BaseModel):
    """Air and ground together: the earlier of the two, over land and people; cells by their centre."""

    layer: str
    ground_share: float
    either_share: float
    ground_people_share: float | None
    either_people_share: float | None


class Source(BaseModel):
    """A layer that went into the answer."""

    layer: str
    version: str | None
    name: str | None
    date: date | None
    generated: bool


class Warn(BaseModel):
    """Something to know when reading the figures."""

    code: str
    zh: str
    en: str


class CoverageResult(BaseModel):
    """Where the bases reach, how much land and how many people that is, and what remains, county by county.

    ``reach`` is a FeatureCollection with one disc per base, ``union`` and ``gap`` are Features (the gap is
    land only); rings as RFC 7946, at least 1440 vertices a disc, rounded to 1e-6 degrees (0.1 m) after
    measuring.
    """

    scenario_id: str = Field(description="Hash of the resolved question, the data versions and the engine")
    engine: str
    rule: Rule
    land_km2: float
    covered_km2: float
    covered_share: float = Share
    sea_km2: float | None = Field(description="Sea within reach, by the coast of the land layer")
    people: float | None
    covered_people: float | None
    covered_people_share: float | None
    twice_covered_share: float = Share
    twice_covered_people_share: float | None
    bases: list[BaseFigures]
    gaps: list[Gap]
    reach: Geometry
    union: Geometry
    gap: Geometry
    demands: list[DemandFigures]
    bands: list[Band] | None = None
    band_areas: Geometry | None = Field(
        None, description="FeatureCollection: from_min, to_min, shortest first"
    )
    rose: Rose | None = None
    hospital: ToHospital | None = None
    ground: Ground | None = None
    error_bound: ErrorBound
    sources: list[Source]
    method: Words
    warnings: list[Warn]
