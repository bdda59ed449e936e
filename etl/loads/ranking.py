"""Which layer a file is meant for: by what the file is called, and by how its columns and values fit the fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from etl.loads.mapping import map_columns
from etl.loads.profile import Profile
from etl.sources.model import TableFacts
from etl.sources.names import plain
from layers.kinds.vector import VectorLayer
from layers.model import Field, Json, Layer, Text
from layers.registry import Registry

NAMED, AHEAD = 3.0, 1.0
"""What a file name weighs, in columns that only one layer knows; and by how much the best must lead to be clear."""
SHORTEST_PINYIN = 6


@dataclass(frozen=True)
class Fit:
    """How well a file fits a layer. ``word`` is what in the file's name speaks for it; ``fields`` are filled by
    columns, ``known`` of them hold words of their code lists; ``missing`` required fields have no column."""

    layer: Layer
    word: str | None
    fields: int
    known: int
    missing: tuple[Field, ...]
    score: float

    @property
    def why(self) -> Text:
        """Say in words what speaks for the layer, and what is missing; empty where nothing speaks for it."""
        zh, en = [], []
        if self.word:
            zh.append(f"文件名含“{self.word}”")
            en.append(f"the file name has “{self.word}”")
        if self.fields:
            zh.append(f"{self.fields} 个字段对上")
            en.append(f"{self.fields} fields fit" if self.fields > 1 else "1 field fits")
        if self.known:
            zh.append(f"{self.known} 个字段的值在代码表内")
            en.append(f"the values of {self.known} are in their code lists")
        if self.missing and (zh or en):
            zh.append(f"缺必填的{'、'.join(f.title.zh for f in self.missing)}")
            en.append(f"required but missing: {', '.join(f.title.en for f in self.missing)}")
        return Text("；".join(zh), "; ".join(en))

    def as_json(self) -> Json:
        """Return the fit as JSON."""
        return {
            "layer": self.layer.id,
            "title": self.layer.title.as_json(),
            "score": round(self.score, 2),
            "why": self.why.as_json(),
        }


def rank_layers(registry: Registry, file: str, table: TableFacts | None) -> list[Fit]:
    """Return the layers that files can be loaded into, those that fit best first.

    A column counts the less the more layers know it: a name and a code say nothing. Without a table only the name of
    the file speaks.
    """
    targets = [layer for layer in reversed(list(registry.values())) if not layer.derived]
    words = _words_in(plain(f"{file} {table.name if table else ''}"), targets)
    possible = [layer for layer in targets if table is None or _holds(layer, table)]
    taken = {
        layer.id: _columns(layer, table)
        for layer in possible
        if isinstance(layer, VectorLayer) and table is not None
    }
    common = Counter(column for columns in taken.values() for column in columns)
    fits = [
        _fit(layer, words.get(layer.id), taken.get(layer.id, {}), common, table)
        if layer in possible
        else Fit(layer, None, 0, 0, (), -1.0)
        for layer in targets
    ]
    return sorted(fits, key=lambda fit: -fit.score)


def clear_choice(fits: Sequence[Fit]) -> Fit | None:
    """Return the layer that a file is plainly meant for: its name says so, its columns fill every required field, and
    no other layer comes near. None where a person has to choose."""
    best, *others = fits
    ahead = all(best.score - other.score >= AHEAD for other in others)
    return best if best.word and ahead and not best.missing else None


def _fit(
    layer: Layer, word: str | None, columns: dict[str, Field], common: Counter[str], table: TableFacts | None
) -> Fit:
    score = NAMED if word else 0.0
    if table is None or not isinstance(layer, VectorLayer):
        return Fit(layer, word, 0, 0, (), score)
    known = 0
    for column, field in columns.items():
        share = 1 / common[column]
        said = _says_choices(field, [row.get(column) for row in table.rows_shown])
        known += said is True
        score += share + (0 if said is None else share if said else -share)
    filled = {field.name for field in columns.values()}
    missing = tuple(
        f
        for f in layer.fields
        if f.required and not f.computed and f.name not in filled and f.name != layer.key
    )
    return Fit(layer, word, len(filled), known, missing, score - len(missing) / 2)


def _holds(layer: Layer, table: TableFacts) -> bool:
    """Whether the geometry of a table can be of a layer; that of a text without coordinates is not known."""
    if (layer.kind == "raster") != (table.format == "geotiff"):
        return False
    return table.geometry in ("none", "mixed", layer.geometry) or layer.kind == "raster"


def _columns(layer: VectorLayer, table: TableFacts) -> dict[str, Field]:
    mapping = map_columns(layer, table.columns, Profile(), table.name)
    return {table.columns[s.column].name: s.field for s in mapping.sources if s.column is not None}


def _says_choices(field: Field, cells: list[str | None]) -> bool | None:
    """Whether the cells are words of the field's code list; None where there is none, or nothing to see."""
    said = {plain(cell) for cell in cells if cell}
    if not field.choices or field.many or not said:
        return None
    words = {plain(word) for code, text in field.choices.items() for word in (code, text.zh, text.en)}
    return said <= words


def _words_in(name: str, layers: Sequence[Layer]) -> dict[str, str]:
    """Return for each layer the longest of its words that stands in a name."""
    found: dict[str, tuple[str, str]] = {}
    for layer in layers:
        for word in (layer.title.zh, layer.title.en, layer.id, *layer.called):
            for spelling in _spellings(word):
                if spelling in name and len(spelling) > len(found.get(layer.id, ("", ""))[0]):
                    found[layer.id] = (spelling, word if plain(word) == spelling else spelling)
    return {layer: word for layer, (_, word) in found.items()}


def _spellings(word: str) -> list[str]:
    written = plain(word)
    spoken = plain("".join(lazy_pinyin(word))) if not word.isascii() else ""
    return [written, spoken] if len(spoken) >= SHORTEST_PINYIN else [written]
