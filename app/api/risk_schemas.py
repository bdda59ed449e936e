"""What the routes about grades, zones and constants answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from app.api.schemas import Words


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
