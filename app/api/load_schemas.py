"""What the routes of the loads answer and take. Places are degrees WGS 84, shares 0 to 1, sizes bytes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import Words

State = Literal[
    "received", "staged", "checked", "committing", "loaded", "unchanged", "refused", "failed", "discarded"
]


class FindingAnswer(BaseModel):
    """Something to tell about the file. ``code`` is stable."""

    code: str
    severity: Literal["info", "warning", "error"]
    zh: str
    en: str
    where: dict[str, Any] = {}


class ColumnAnswer(BaseModel):
    """A column of the file; ``recovered``: its name was cut in the middle of a character and mended."""

    name: str
    type: str
    recovered: bool


class EncodingAnswer(BaseModel):
    """How the text was read, and up to five decoded samples for a person to judge."""

    name: str
    evidence: Words
    claims: list[str]
    certain: bool
    samples: list[str]


class HeadingAnswer(BaseModel):
    """The row of a text or a sheet that was taken as its header, the first row of data, and why; ``shown`` are the
    first rows that hold something, each with its number."""

    row: int
    data_row: int
    why: Words
    shown: list[tuple[int, str]]


class TableAnswer(BaseModel):
    """A table in the file."""

    name: str
    format: str
    rows: int | None
    geometry: str
    columns: list[ColumnAnswer]
    encoding: EncodingAnswer | None
    crs: str | None
    coordinates: dict[str, str] | None
    heading: HeadingAnswer | None
    rows_shown: list[dict[str, str | None]]
    findings: list[FindingAnswer]


class CandidateAnswer(BaseModel):
    """A coordinate system the numbers may be in, with up to 200 of the points as it would place them."""

    key: str
    title: Words
    swapped: bool
    datum: str
    confidence: int
    in_province: float
    in_county: float | None
    evidence: Words
    outline: list[list[float]]


class ReadingAnswer(BaseModel):
    """How the coordinates are read: the chosen system (its place in ``candidates``, null when open) and why."""

    chosen: int | None
    candidates: list[CandidateAnswer]
    notes: list[FindingAnswer]
    operation: Words | None


class Option(BaseModel):
    """An answer on offer: a patch of the profile."""

    set: dict[str, Any]
    zh: str
    en: str


class Question(BaseModel):
    """A decision that is open; ``field`` is the key of the profile (or ``layer``) that answers it."""

    code: str
    field: str
    zh: str
    en: str
    options: list[Option]


class FieldSourceAnswer(BaseModel):
    """Where a field's values come from. ``how``: profile, name, title, cut, constant, or empty for nowhere."""

    field: str
    column: str | None
    constant: Any = None
    how: str


class Progress(BaseModel):
    """The step that runs now; ``total`` null where it is not known. Units are rows, tiles or bytes."""

    step: Words
    done: int
    total: int | None


class Counts(BaseModel):
    """What a load would do, in rows. ``gone``: served rows that the file does not have."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    bad: int = 0
    warned: int = 0
    selected: int = 0


class LoadAnswer(BaseModel):
    """One load. ``revision`` is what ``If-Match`` compares; ``running`` says that the server is at work on it."""

    id: str
    revision: int
    kind: Literal["file", "fix", "rollback", "derived"]
    parent: str | None
    state: State
    running: bool
    progress: Progress | None
    layer: str | None
    file: str
    file_bytes: int
    person: str
    started_at: str
    finished_at: str | None
    profile: dict[str, Any]
    table: str | None
    tables: list[TableAnswer]
    reading: ReadingAnswer | None
    mapping: list[FieldSourceAnswer]
    unused: list[str]
    questions: list[Question]
    findings: list[FindingAnswer]
    counts: Counts
    rows_in: int
    rows_loaded: int
    rows_refused: int
    base: str | None
    version: str | None
    message: Words
    problem: dict[str, Any] | None


class LoadList(BaseModel):
    """Loads, the newest first."""

    loads: list[LoadAnswer]


class FaultAnswer(BaseModel):
    """One fault of one row; ``row`` counts data rows of the file from 1, ``line`` is where the row begins in a text
    or a sheet, counted as an editor or a spreadsheet does."""

    row: int
    line: int | None
    key: str | None
    field: str
    code: str
    severity: Literal["error", "warning", "info"]
    value: str
    zh: str
    en: str


class FaultCount(BaseModel):
    """How often a fault occurs."""

    field: str
    code: str
    severity: str
    count: int


class FaultList(BaseModel):
    """Faults in the order of their rows, errors first; ``kinds`` counts all of them."""

    load: str
    total: int
    kinds: list[FaultCount]
    faults: list[FaultAnswer]


class ChangedField(BaseModel):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class SampleRow(BaseModel):
    """A row of a preview; ``fields`` only where it changes."""

    key: str
    title: str | None
    at: list[float]
    fields: list[ChangedField] = []


class Preview(BaseModel):
    """What a load would do (or, as a diff, did): counts, the first 20 rows of each kind, where it lands."""

    load: str
    revision: int
    base: str | None
    version: str | None
    counts: Counts
    new: list[SampleRow]
    changed: list[SampleRow]
    gone: list[SampleRow]
    faults: FaultList
    outline: dict[str, Any]


class LoadPatch(BaseModel):
    """Answers to open decisions: the layer, and keys of the profile to replace."""

    model_config = ConfigDict(extra="forbid")

    layer: str | None = Field(None, max_length=60)
    profile: dict[str, Any] = {}


class CommitRequest(BaseModel):
    """How to commit; what is not given stays as the profile has it."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["append", "upsert", "replace", "sync"] | None = None
    bad_rows: Literal["refuse", "skip"] | None = None
    max_gone: float | None = Field(None, ge=0, le=1)
    person: str | None = Field(None, max_length=100)


class TargetField(BaseModel):
    """A field that a file can fill."""

    name: str
    title: Words
    type: str
    required: bool
    choices: dict[str, Words] | None


class Target(BaseModel):
    """A layer that files can be loaded into."""

    id: str
    title: Words
    kind: Literal["vector", "raster"]
    geometry: str
    key: str | None
    fields: list[TargetField]


class TargetList(BaseModel):
    """All layers that files can be loaded into, and what a file may weigh."""

    targets: list[Target]
    formats: list[str]
    most_bytes: int
    offset_conversion: bool


class ProfileAnswer(BaseModel):
    """A saved profile: how files with these columns are loaded into a layer."""

    name: str
    version: int
    layer: str
    columns: list[str]
    body: dict[str, Any]
    saved_by: str
    saved_at: str


class ProfileList(BaseModel):
    """Saved profiles, the newest version of each, those whose columns fit first."""

    profiles: list[ProfileAnswer]


class SaveProfile(BaseModel):
    """A profile to save as the next version of its name."""

    model_config = ConfigDict(extra="forbid")

    layer: str = Field(max_length=60)
    columns: list[str] = Field(max_length=2000)
    body: dict[str, Any]
    saved_by: str = Field("", max_length=100)
