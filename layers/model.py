"""The words every layer is described with: texts, fields, legends, groups, and the Layer base class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Json = dict[str, Any]
Theme = Literal["day", "night"]


@dataclass(frozen=True)
class Text:
    """One label in the two languages of the interface."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Return ``{"zh": …, "en": …}``."""
        return {"zh": self.zh, "en": self.en}


class FieldType(StrEnum):
    """Types a layer field can have. Dates are calendar dates without a time zone."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One attribute of a vector layer.

    ``required`` fields refuse rows that lack them; ``minimum``/``maximum`` are inclusive; ``choices`` is a code
    list; with ``many`` a value is several codes separated by ``;``. ``computed`` fields are filled by the ETL and
    ignored in files. ``unit`` is shown in the popup. ``aliases`` are other names the column has in files, besides its
    title, in Chinese or pinyin. An ``area_code`` is a GB/T 2260 county code: a retired one is replaced by its
    successor, an empty one filled, and one that disagrees with the place is reported. A ``live`` field may be set by
    dispatchers between two loads; ``slip_above`` names another field and how many times its value is a typing slip.
    """

    name: str
    title: Text
    type: FieldType = FieldType.TEXT
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, Text] | None = None
    many: bool = False
    unit: Text | None = None
    format: str | None = None
    popup: bool = True
    computed: bool = False
    aliases: Sequence[str] = ()
    area_code: bool = False
    live: bool = False
    slip_above: tuple[str, float] | None = None

    def as_popup(self) -> Json:
        """Describe the field for a popup row."""
        values = {key: text.as_json() for key, text in self.choices.items()} if self.choices else None
        return {
            "field": self.name,
            "title": self.title.as_json(),
            "format": self.format or self.type.value,
            "unit": self.unit.as_json() if self.unit else None,
            "values": values,
            "live": self.live,
        }


@dataclass(frozen=True)
class LegendClass:
    """One row of a legend. ``value`` None is the row of objects that have no value."""

    value: int | str | None
    label: Text
    colour: str
    pattern: str = "plain"
    symbol: str = "fill"

    def as_json(self) -> Json:
        """Describe the row for the client; counts are added by the API."""
        return {
            "value": self.value,
            "label": self.label.as_json(),
            "colour": self.colour,
            "pattern": self.pattern,
            "symbol": self.symbol,
        }


@dataclass(frozen=True)
class Legend:
    """A legend: the field it reads and its rows, worst first."""

    field: str
    title: Text
    classes: Sequence[LegendClass]


GROUPS: Mapping[str, Text] = {
    "risk": Text("风险", "Risk"),
    "rescue": Text("救援力量", "Rescue"),
    "shelter": Text("避灾安置", "Shelter"),
    "context": Text("背景数据", "Context"),
    "base": Text("底图", "Base map"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """What is true of every layer, whatever its kind.

    ``order`` is the draw order, lowest first. ``visible`` says whether the map opens with the layer on.
    ``derived`` layers are computed by the ETL from other layers and are never read from a file. ``called`` are words
    that files of it have in their names, besides the title.
    """

    id: str
    title: Text
    description: Text
    group: str
    order: int
    visible: bool = True
    derived: bool = False
    minzoom: int = 0
    maxzoom: int = 14
    legend: Legend | None = None
    fields: Sequence[Field] = field(default_factory=tuple)
    called: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse a description that could not be served."""
        if not (self.id.isidentifier() and self.id.islower() and len(self.id) <= 40):
            raise ValueError(f"layer id {self.id!r} must be a lower-case identifier of at most 40 characters")
        if self.group not in GROUPS:
            raise ValueError(f"layer {self.id}: unknown group {self.group!r}, use one of {sorted(GROUPS)}")
        if self.legend and self.fields and self.legend.field not in {f.name for f in self.fields}:
            raise ValueError(f"layer {self.id}: legend field {self.legend.field!r} is not a field")

    @property
    def kind(self) -> str:
        """The word the client knows the kind by."""
        raise NotImplementedError

    @property
    def geometry(self) -> str:
        """``point``, ``polygon`` or ``raster``."""
        raise NotImplementedError

    @property
    def tile_suffix(self) -> str:
        """``mvt`` or ``png``."""
        raise NotImplementedError

    @property
    def layout(self) -> str:
        """A mark of how versions of this layer are stored; a version of another layout is not served."""
        raise NotImplementedError

    def source(self, version: str, bounds: Sequence[float], attribution: str) -> Json:
        """Return the MapLibre source of one version; the version in the URL lets caches keep tiles for ever."""
        return {
            "type": self.kind,
            "tiles": [f"/tiles/{self.id}/{{z}}/{{x}}/{{y}}.{self.tile_suffix}?v={version}"],
            "minzoom": self.minzoom,
            "maxzoom": self.maxzoom,
            "bounds": list(bounds),
            "attribution": attribution,
        }

    def style(self, theme: Theme) -> list[Json]:
        """Return the MapLibre layers that draw this layer in a theme, lowest first."""
        raise NotImplementedError
