"""Which column of a file fills which field of a layer: what the profile says, else what the names suggest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin

from etl.loads.profile import CONTENT, ROW_NUMBER, Profile
from etl.sources.model import Column
from etl.sources.names import plain, without_unit
from layers.errors import BadFile
from layers.kinds.vector import VectorLayer
from layers.model import Field
from layers.registry import Registry

DBF_NAME_BYTES = 10


@dataclass(frozen=True)
class FieldSource:
    """Where the values of a field come from: the place of a column (from 0), a constant, or nowhere."""

    field: Field
    column: int | None = None
    constant: Any = None


@dataclass(frozen=True)
class Mapping:
    """How a table fills a layer. ``key_parts`` are column places, ``#row`` or ``#content`` (empty: the key's own
    column); ``missing`` are required fields without a source; ``unused`` are column names that no field takes."""

    sources: tuple[FieldSource, ...]
    key_parts: tuple[int | str, ...]
    where: tuple[tuple[int, tuple[str, ...]], ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    how: dict[str, str]


def map_columns(layer: VectorLayer, columns: Sequence[Column], profile: Profile, file: str) -> Mapping:
    """Match columns to fields: as the profile says, then by name, title, alias and pinyin.

    Raises:
        BadFile: the profile names a field or a column that is not there (``field_unknown``, ``field_missing``).
    """
    names = [column.name for column in columns]
    place = {name: at for at, name in reversed(list(enumerate(names)))}
    _check(layer, names, profile, file)
    taken: dict[str, tuple[int, str]] = {
        field: (place[column], "profile") for column, field in profile.rename.items()
    }
    free = [at for at, name in enumerate(names) if name not in profile.rename]
    open_fields = [
        f for f in layer.fields if not f.computed and f.name not in taken and f.name not in profile.set
    ]
    for how, test, alone in _TESTS:
        for field in list(open_fields):
            fits = [at for at in free if test(names[at], field)]
            if len(fits) == 1 or (fits and not alone):
                taken[field.name] = (fits[0], how)
                free.remove(fits[0])
                open_fields.remove(field)
    key_parts = tuple(place[c] if c not in (ROW_NUMBER, CONTENT) else c for c in profile.key_from)
    sources = tuple(_source(field, taken, profile) for field in layer.fields)
    missing = tuple(
        f.name
        for f in layer.fields
        if f.required
        and not f.computed
        and f.name not in taken
        and f.name not in profile.set
        and not (f.name == layer.key and key_parts)
    )
    used = {at for at, _ in taken.values()} | {at for at in key_parts if isinstance(at, int)}
    where = tuple((place[c], tuple(map(_word, _listed(wanted)))) for c, wanted in profile.where.items())
    used |= {at for at, _ in where}
    unused = tuple(name for at, name in enumerate(names) if at not in used)
    return Mapping(sources, key_parts, where, missing, unused, {f: how for f, (_, how) in taken.items()})


def suggest(layer: VectorLayer, columns: Sequence[Column]) -> dict[str, str]:
    """Return the column that each field would take by its name alone."""
    mapping = map_columns(layer, columns, Profile(), "")
    return {s.field.name: columns[s.column].name for s in mapping.sources if s.column is not None}


def _source(field: Field, taken: dict[str, tuple[int, str]], profile: Profile) -> FieldSource:
    if field.computed:
        return FieldSource(field)
    if field.name in profile.set:
        return FieldSource(field, constant=profile.set[field.name])
    return FieldSource(field, taken[field.name][0]) if field.name in taken else FieldSource(field)


def _check(layer: VectorLayer, names: Sequence[str], profile: Profile, file: str) -> None:
    fields = [f.name for f in layer.fields if not f.computed]
    for target in [*profile.rename.values(), *profile.set, *profile.values]:
        if target not in fields:
            raise BadFile(
                f"图层 {layer.id} 没有字段 {target!r}；可用字段：{'、'.join(fields)}",
                f"layer {layer.id} has no field {target!r}; fields: {', '.join(fields)}",
                code="field_unknown",
                file=file,
                field=target,
            )
    wanted = [
        *profile.rename,
        *profile.where,
        *(c for c in profile.key_from if c not in (ROW_NUMBER, CONTENT)),
    ]
    for column in wanted:
        if column not in names:
            raise no_column(file, column, names)


def no_column(file: str, column: str, names: Iterable[str]) -> BadFile:
    """Return the error of a column that the file does not have."""
    shown = list(names)
    return BadFile(
        f"{file} 没有字段 {column!r}；现有字段：{'、'.join(shown)}",
        f"{file} has no field {column!r}; fields: {', '.join(shown)}",
        code="field_missing",
        file=file,
        field=column,
    )


def _same_name(column: str, field: Field) -> bool:
    return column.casefold() in (field.name, field.name[:DBF_NAME_BYTES])


def _same_word(column: str, field: Field) -> bool:
    return plain(column) in words_of(field)


def _same_word_and_unit(column: str, field: Field) -> bool:
    return _same_word(without_unit(column), field)


def _cut_word(column: str, field: Field) -> bool:
    """A DBF keeps ten bytes of a name: three Chinese characters in UTF-8, five in GBK."""
    word = plain(column)
    cut = len(word.encode("utf-8")) >= 9 or len(word.encode("gb18030")) >= 9
    return cut and any(name.startswith(word) for name in words_of(field))


_TESTS = (
    ("name", _same_name, False),
    ("title", _same_word, False),
    ("title", _same_word_and_unit, True),
    ("cut", _cut_word, True),
)
"""How names fit, the surest first; and whether only one column may."""


@lru_cache(maxsize=2048)
def _words(title: str, aliases: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for name in (title, *aliases):
        found.add(plain(name))
        if not name.isascii():
            syllables = lazy_pinyin(name)
            found.add(plain("".join(syllables)))
            initials = plain("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))
            if len(initials) >= 2:  # one letter could be anything
                found.add(initials)
    return frozenset(found)


def words_of(field: Field) -> frozenset[str]:
    """Return all the words a column of this field may be called: titles, aliases, their pinyin and initials."""
    return _words(field.title.zh, (field.title.en, field.name, *field.aliases))


def words_known(registry: Registry) -> list[str]:
    """Return every word that a field of some layer goes by: a row of these is a header."""
    layers = [layer for layer in registry.values() if isinstance(layer, VectorLayer) and not layer.derived]
    words = {
        word for layer in layers for field in layer.fields if not field.computed for word in words_of(field)
    }
    return sorted(words)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _word(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
