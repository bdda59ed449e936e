"""What of a layer is asked for: a named part, or what a CQL2 filter selects. Tiles, items and files agree on it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Table

from app.deps import beijing_today
from app.ogc import filters
from layers.errors import BadQuery
from layers.kinds.tiles import Choice, Part
from layers.kinds.vector import VectorLayer

PARAMETERS = ("filter", "filter-lang", "on")
NAME = re.compile(r"\w{1,40}")


@dataclass(frozen=True)
class Cql2:
    """A CQL2 filter in its canonical text: like filters share statements and tiles."""

    text: str

    def __str__(self) -> str:
        return self.text

    def condition(self, layer: VectorLayer, table: Table) -> ColumnElement[bool]:
        """Return the condition over a version of the layer.

        Raises:
            BadQuery: an unknown field or operator, or a value of another type (code ``filter_bad``).
        """
        return filters.where(json.loads(self.text), layer, table)


def choice_of(layer: VectorLayer, asked: Mapping[str, str]) -> Choice | None:
    """Read ``filter`` (a bare name is a part, all else CQL2), ``filter-lang`` and ``on`` (the day for clocks of a
    part); None where all of the layer is asked for.

    Raises:
        NotFound: the layer has no such part (code ``unknown_filter``).
        BadQuery: what cannot be used (codes ``filter_bad``, ``filter_too_large``, ``filter_lang``, ``date_bad``).
    """
    language = asked.get("filter-lang", "cql2-text")
    if language not in ("cql2-text", "cql2-json"):
        raise BadQuery(
            "filter-lang 应为 cql2-text 或 cql2-json",
            "filter-lang is cql2-text or cql2-json",
            code="filter_lang",
            field="filter-lang",
        )
    day = _day(asked["on"]) if "on" in asked else None
    text = asked.get("filter")
    if text is None:
        return None
    if NAME.fullmatch(text):
        layer.filter(text)
        return Part(text, day or beijing_today())
    choice = Cql2(filters.canonical(filters.parse(text, language)))
    choice.condition(
        layer, layer.table("asked")
    )  # what cannot be used is refused before anything is looked up
    return choice


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuery(
            "on 应为日期（年-月-日）", "on is a date (year-month-day)", code="date_bad", field="on"
        ) from None
