"""What the routes about grades, zones and constants answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import ClassCount, Source, Words


class ConstantRow(BaseModel):
    """One constant. ``value`` is as the table writes it; confidence A official, B second-hand, C not verified."""

    key: str
    set: str
    value: str
    unit: str
    title: Words
    source: str
    confidence: str
    version: int
    confirmed: bool
    confirmed_by: str | None
    confirmed_at: str | None
    changed_by: str
    changed_at: str | None
    reason: str


class CutoffSet(BaseModel):
    """A set of constants as grades name it (``id@version``), and whether all of it is confirmed."""

    id: str
    version: int
    confirmed: bool


class ConstantList(BaseModel):
    """The table of constants at a version."""

    version: int
    unconfirmed: int
    sets: list[CutoffSet]
    constants: list[ConstantRow]


class GradeAnswer(BaseModel):
    """A grade with how it came about. ``grade`` null: the rule gives none. ``label`` is the rule's own class."""

    grade: int | None
    word: Words
    colour: str
    method: str
    inputs: dict[str, Any]
    figures: dict[str, float | int | None]
    label: Words | None
    cutoffs: CutoffSet
    reason: Words


class Count(BaseModel):
    """How many members have a grade; ``value`` null is not graded."""

    value: int | None
    label: Words
    count: int


class Member(BaseModel):
    """A member of a zone: what it is, its grade, the method, cut-off set and date."""

    layer: str
    key: str
    name: str
    grade: int | None
    word: Words
    gb18218_grade: int | None
    method: str | None
    cutoffs: CutoffSet | None
    reason: dict[str, str | None]
    assessor: str | None
    assessed_on: date | None


class Members(BaseModel):
    """The members of a zone, worst first; ``total`` counts all of them."""

    total: int
    items: list[Member]


class OverrideShown(BaseModel):
    """A colour set by hand; ``worst`` is what the members say."""

    reason: str
    person: str
    until: date
    worst: int | None


class Rule(Words):
    """A rule in words, and whether it is confirmed."""

    confirmed: bool


class Natural(BaseModel):
    """Natural-hazard zones of one kind that cross a zone: the gravest step and how many. Never part of the colour."""

    kind: Words
    level: int
    word: Words
    zones: int


class Alpha(BaseModel):
    """Alpha as declared and as the population raster gives it: residents (persons), R, grade 1 to 4."""

    residents_500m: int | None
    alpha_declared: float | None
    r_value: float | None
    gb18218_grade: int | None
    residents_raster: int | None
    alpha_raster: float | None
    r_raster: float | None
    gb18218_grade_raster: int | None
    boundary: str | None


class Target(BaseModel):
    """A sensitive target inside a contour; ``allowed`` risk per year."""

    model_config = ConfigDict(populate_by_name=True)

    layer: str
    key: str
    name: str
    kind: Words
    persons: int | None
    class_: str = Field(alias="class")
    allowed: str
    exceeded: bool


class Targets(BaseModel):
    """The targets inside a contour; ``loaded`` false: no targets are loaded, which is not the same as none."""

    contour: str
    state: str
    loaded: bool
    exceeded: int
    items: list[Target]


class Why(BaseModel):
    """Why an item has its colour."""

    layer: str
    key: str
    version: str
    title: str
    grade: int | None
    word: Words
    reason: dict[str, str | None]
    rule: Rule | None
    method: str | None
    label: str | None
    cutoffs: list[CutoffSet]
    counts: list[Count]
    members: Members | None
    override: OverrideShown | None
    natural: list[Natural]
    alpha: Alpha | None
    targets: Targets | None
    assessor: str | None
    assessed_on: date | None
    source: Source


class ZoneRow(BaseModel):
    """One zone of the list."""

    code: str
    name: str
    city: str | None
    grade: int | None
    word: Words
    worst_grade: int | None
    n_red: int
    n_orange: int
    n_yellow: int
    n_blue: int
    n_ungraded: int
    because: str | None
    because_en: str | None
    graded_on: date | None
    overridden: bool
    override_reason: str | None
    override_person: str | None
    override_until: date | None


class ZoneList(BaseModel):
    """Zones worst first; ``classes`` counts zones per colour, ``members`` objects."""

    layer: str
    version: str
    title: Words
    total: int
    classes: list[ClassCount]
    members: dict[str, int]
    rows: list[ZoneRow]
    unconfirmed: list[str]
    source: Source


class KpiTarget(BaseModel):
    """The target of a figure, and whether its source is confirmed."""

    value: float
    most: bool
    title: Words
    source: str
    confirmed: bool


class CountyFigure(BaseModel):
    """A figure in one county."""

    code: str | None
    name: str
    count: int
    of: int
    value: float | None


class KpiAnswer(BaseModel):
    """A figure of the plan: ``count`` objects of ``filter`` out of ``of``; ``value`` is what is compared."""

    id: str
    title: Words
    layer: str
    filter: str
    share: bool
    on: date
    loaded: bool
    count: int | None
    of: int | None
    value: float | None
    met: bool | None
    target: KpiTarget | None
    counties: list[CountyFigure]
    source: Source | None


class KpiList(BaseModel):
    """The figures of the plan."""

    at: date | None
    on: date
    kpis: list[KpiAnswer]


class Change(BaseModel):
    """How many objects went from one class to another; ``what`` is changed, new or gone."""

    what: str
    before: int | str | None
    after: int | str | None
    count: int


class ChangedObject(BaseModel):
    """An object whose class differs."""

    key: str
    name: str | None
    what: str
    before: int | str | None
    after: int | str | None


class ChangeList(BaseModel):
    """What changed class between two versions of a layer."""

    layer: str
    before: str
    before_at: str
    after: str
    after_at: str
    total: int
    counts: list[Change]
    objects: list[ChangedObject]


class VersionRow(BaseModel):
    """A version that is kept, and when it was first served."""

    version: str
    at: str
    rows: int
    classes: list[ClassCount]


class VersionList(BaseModel):
    """The kept versions of a layer, the newest first."""

    layer: str
    versions: list[VersionRow]


class OverrideSent(BaseModel):
    """A colour (1 red to 4 blue) for a zone, with reason, person and last day."""

    model_config = ConfigDict(extra="forbid")

    grade: int = Field(strict=True)
    reason: str = Field(max_length=500)
    person: str = Field(max_length=100)
    until: date


class Decision(BaseModel):
    """A decision by hand as it is on record; ``holds`` today."""

    id: int
    layer: str
    zone: str
    grade: int
    reason: str
    person: str
    until: date
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    holds: bool


class AuditRow(BaseModel):
    """One decision of the audit trail."""

    id: int
    at: str
    person: str
    action: str
    subject: str
    detail: dict[str, Any]


class DecisionList(BaseModel):
    """Decisions by hand and the audit trail, the newest first."""

    overrides: list[Decision]
    audit: list[AuditRow]


class Regraded(BaseModel):
    """What changed colour through a decision, layer by layer."""

    layers: list[ChangeList]
