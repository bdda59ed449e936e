"""What a tile address asks for."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, quote

from sqlalchemy import ColumnElement, Table

from app.deps import beijing_today
from app.ogc import filters
from layers.errors import BadQuery, NotFound
from layers.kinds.tiles import Choice, Part, touches
from layers.kinds.vector import VectorLayer
from layers.model import Layer
from layers.registry import Registry
from layers.store import LayerVersion

MOST_ZOOM = 22
PATH = re.compile(r"/tiles/([^/]{1,60})/(-?\d{1,9})/(-?\d{1,9})/(-?\d{1,9})\.mvt")
NAME = re.compile(r"\w{1,40}")
PARAMETERS = ("v", "filter", "filter-lang", "on")
LONGEST_QUERY = 12_000


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


@dataclass(frozen=True)
class Asked:
    """A tile as it is asked for. ``version`` None: the one that is served."""

    layer: VectorLayer
    z: int
    x: int
    y: int
    version: str | None
    choice: Choice | None = None
    is_of_today: bool = False
    """Whether the choice looks at the clock, and no day was named."""

    def address(self, version: str) -> str:
        """Return the one address of this tile in a version: what the page asks for, letter by letter."""
        path = f"/tiles/{self.layer.id}/{self.z}/{self.x}/{self.y}.mvt?v={version}"
        if isinstance(self.choice, Part):
            return f"{path}&filter={self.choice.filter}&on={self.choice.on}"
        return path if self.choice is None else f"{path}&filter={quote(str(self.choice))}"

    def is_as_in_parent(self, version: LayerVersion) -> bool:
        """Whether the tile is as it was in the version before."""
        changed = version.changed
        return changed is not None and not touches(changed, self.z, self.x, self.y)

    @property
    def is_fixed(self) -> bool:
        """Whether the address says all there is to the tile, so that it may be kept for ever."""
        return self.version is not None and not self.is_of_today

    @property
    def mark(self) -> str:
        """What tells the choice from others, in an ETag; empty for the whole layer."""
        if self.choice is None:
            return ""
        return "-" + hashlib.sha256(repr(self.choice).encode()).hexdigest()[:12]


def read(path: str, query: bytes, registry: Registry) -> Asked | None:
    """Read the address of a tile; None where it is none.

    Raises:
        NotFound: no such layer, tile or part (``unknown_layer``, ``wrong_kind``, ``no_such_tile``, ``unknown_filter``).
        BadQuery: a parameter that is not known, stands twice or cannot be used.
    """
    found = PATH.fullmatch(path)
    if found is None:
        return None
    layer = registry.vector(found[1])
    z, x, y = (int(n) for n in found.groups()[1:])
    check_address(layer, z, x, y)
    asked = _parameters(query)
    choice = _choice(layer, asked)
    is_of_today = isinstance(choice, Part) and "on" not in asked
    return Asked(layer, z, x, y, asked.get("v"), choice, is_of_today)


def check_address(layer: Layer, z: int, x: int, y: int) -> None:
    """Refuse a tile address that does not exist.

    Raises:
        NotFound: code ``no_such_tile``, before any query.
    """
    if not (0 <= z <= MOST_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)):
        raise NotFound(
            f"没有切片 {z}/{x}/{y}：z 应为 0–{MOST_ZOOM}，x、y 应为 0 到 2^z-1",
            f"there is no tile {z}/{x}/{y}: z is 0 to {MOST_ZOOM}, x and y are 0 to 2^z - 1",
            code="no_such_tile",
            layer=layer.id,
        )


def _parameters(query: bytes) -> dict[str, str]:
    if len(query) > LONGEST_QUERY:
        raise filters.too_large()
    asked: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=20):
        if name not in PARAMETERS:
            raise BadQuery(
                f"没有参数 {name[:40]}；可用 {', '.join(PARAMETERS)}",
                f"there is no parameter {name[:40]}; there are {', '.join(PARAMETERS)}",
                code="parameter_unknown",
                field=name[:40],
            )
        if name in asked:
            raise BadQuery(
                f"参数 {name} 重复", f"parameter {name} is given twice", code="parameter_repeated", field=name
            )
        asked[name] = value
    return asked


def _choice(layer: VectorLayer, asked: dict[str, str]) -> Choice | None:
    """Return the named part or the CQL2 filter that is asked for: a bare name is a part."""
    text = asked.get("filter")
    if text is None:
        return None
    if NAME.fullmatch(text):
        layer.filter(text)
        return Part(text, _day(asked.get("on")))
    language = asked.get("filter-lang", "cql2-text")
    if language not in ("cql2-text", "cql2-json"):
        raise BadQuery(
            "filter-lang 应为 cql2-text 或 cql2-json",
            "filter-lang is cql2-text or cql2-json",
            code="filter_lang",
            field="filter-lang",
        )
    choice = Cql2(filters.canonical(filters.parse(text, language)))
    choice.condition(
        layer, layer.table("asked")
    )  # what cannot be used is refused before anything is looked up
    return choice


def _day(text: str | None) -> date:
    if text is None:
        return beijing_today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuery(
            "on 应为日期（年-月-日）", "on is a date (year-month-day)", code="date_bad", field="on"
        ) from None
