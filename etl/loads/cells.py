"""Cells of a staged table as values of a field, in SQL: the text a person would see, and the value or null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from etl.loads.mapping import FieldSource
from etl.loads.mapping import Mapping as ColumnMapping
from etl.loads.profile import CONTENT, ROW_NUMBER
from etl.loads.sqltools import Sql
from etl.sources.model import Column
from layers.model import Field, FieldType

# what staging trims away: blanks of both widths, tabs, line ends, and the mark that spreadsheets leave at the start
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
LOST = "\ufffd"
_PARSERS = {
    FieldType.INTEGER: "stage.as_whole",
    FieldType.DECIMAL: "stage.as_decimal",
    FieldType.BOOLEAN: "stage.as_yes_no",
    FieldType.DATE: "stage.as_day",
}
SQL_NAMES = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "double precision",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
}
_SEPARATORS = "[;；、,，|]"


@dataclass(frozen=True)
class Cell:
    """A field in SQL.

    ``staged`` is what stands in the file (null when empty): trimmed text, or a typed value as it was read.
    ``direct`` is the value where the type of the column gives it; else ``value_of`` reads it from the text (null where
    it means nothing). ``sure``: every text is a value, so nothing has to be checked. ``from_text``: the characters are
    the file's own.
    """

    field: Field
    staged: Sql
    column: Column
    direct: Sql | None
    words: Mapping[str, str]
    sure: bool
    from_text: bool

    def text_of(self, staged: Sql) -> Sql:
        """Return the text a person would see of what is staged."""
        return staged if self.column.type == "text" else shown(staged, self.column)

    def value_of(self, staged: Sql) -> Sql:
        """Return the value of what is staged, read from its text."""
        text = self.text_of(staged)
        if self.field.many and self.field.choices:
            each = _translated(sql.SQL("btrim(p, {})").format(sql.Literal(BLANKS)), self.words)
            return sql.SQL(
                "(SELECT string_agg({}, ';' ORDER BY n) FROM regexp_split_to_table({}, {}) WITH ORDINALITY AS s(p, n)"
                " WHERE btrim(p) <> '')"
            ).format(each, text, sql.Literal(_SEPARATORS))
        translated = _translated(text, self.words) if self.words else text
        parser = _PARSERS.get(self.field.type)
        if parser is None:
            return translated
        if self.field.type is FieldType.BOOLEAN:
            return sql.SQL("{}({})").format(sql.SQL(parser), translated)
        # full-width digits and thousands are looked for only where the text is no number as it stands
        return sql.SQL("coalesce({0}({1}), {0}(stage.plain_number({1})))").format(sql.SQL(parser), translated)


_TEXT = Column("", "text")


def cell(
    source: FieldSource, columns: list[Column], mapping: ColumnMapping, key: str, words: Mapping[str, Any]
) -> Cell:
    """Return the SQL of a field over the staged columns ``r.c1`` … ``r.cn``; ``words`` translate codes of the file."""
    field = source.field
    spoken = {**_titles(field), **{str(k): _constant(v) for k, v in words.items()}}
    if field.name == key and mapping.key_parts:
        return Cell(field, _key(mapping, columns), _TEXT, None, spoken, sure=False, from_text=True)
    if source.column is None:
        empty = source.constant is None
        given = sql.SQL("{}::text").format(sql.Literal(None if empty else _constant(source.constant)))
        return Cell(field, given, _TEXT, None, spoken, sure=empty, from_text=False)
    column = columns[source.column]
    at = sql.Identifier("r", f"c{source.column + 1}")
    direct = None if spoken else _direct(field, column, at)
    return Cell(
        field,
        shown(at, column) if column.type == "text" else at,
        column,
        direct,
        {} if direct is not None else spoken,
        sure=not spoken and _is_sure(field, column),
        from_text=column.type == "text",
    )


def shown(at: Sql, column: Column) -> Sql:
    """Return the text of a staged column; 330102.0 is 330102, because spreadsheets make numbers of codes."""
    if column.type == "text":
        return at  # staging has trimmed it, and left nothing where nothing was left
    if column.type == "decimal":
        return sql.SQL(
            "CASE WHEN {0} = trunc({0}) AND abs({0}) < 1e15 THEN {0}::bigint::text ELSE {0}::text END"
        ).format(at)
    if column.type == "datetime":
        return sql.SQL("to_char({}, 'YYYY-MM-DD HH24:MI:SS')").format(at)
    return sql.SQL("{}::text").format(at)


def _is_sure(field: Field, column: Column) -> bool:
    return (field.type.value, column.type) in {
        ("text", "text"),
        ("text", "integer"),
        ("integer", "integer"),
        ("decimal", "integer"),
        ("boolean", "boolean"),
        ("date", "date"),
    }


def _direct(field: Field, column: Column, at: Sql) -> Sql | None:
    """Return the value straight from a typed column, None where its text has to be read."""
    pair = (field.type, column.type)
    if pair in {(FieldType.INTEGER, "integer"), (FieldType.BOOLEAN, "boolean"), (FieldType.DATE, "date")}:
        return at
    if pair == (FieldType.DECIMAL, "integer"):
        return sql.SQL("{}::double precision").format(at)
    if pair == (FieldType.DECIMAL, "decimal"):
        return sql.SQL("CASE WHEN abs({0}) < 'Infinity' THEN {0} END").format(at)
    if pair == (FieldType.INTEGER, "decimal"):
        return sql.SQL("CASE WHEN {0} = trunc({0}) AND abs({0}) < 9.2e18 THEN {0}::bigint END").format(at)
    if pair == (FieldType.DATE, "datetime"):
        return sql.SQL("{}::date").format(at)
    return None


def _titles(field: Field) -> dict[str, str]:
    """A code list is also understood by the titles of its codes, in both languages; a level also without 级."""
    if field.choices is None:
        return {}
    words: dict[str, str] = {}
    for code, title in field.choices.items():
        words |= {title.zh.removesuffix("级"): code, title.en: code, title.zh: code}
    return {word: code for word, code in words.items() if word and word not in field.choices}


def _translated(text: Sql, words: Mapping[str, str]) -> Sql:
    if not words:
        return text
    cases = [sql.SQL("WHEN {} THEN {}").format(sql.Literal(k), sql.Literal(v)) for k, v in words.items()]
    told = sql.SQL("CASE {} {} ELSE {} END").format(text, sql.SQL(" ").join(cases), text)
    codes = [v for v in dict.fromkeys(words.values()) if v not in words]
    if not codes:
        return told
    # most rows of most files hold codes: they need not be looked for among the words
    return sql.SQL("CASE WHEN {} = ANY({}) THEN {} ELSE {} END").format(text, sql.Literal(codes), text, told)


def _key(mapping: ColumnMapping, columns: list[Column]) -> Sql:
    parts: list[Sql] = []
    for part in mapping.key_parts:
        if part == ROW_NUMBER:
            parts.append(sql.SQL("r._row::text"))
        elif part == CONTENT:
            values = [sql.Identifier("r", f"c{at + 1}") for at in range(len(columns))]
            parts.append(
                sql.SQL("substr(md5(ROW({})::text), 1, 16)").format(
                    sql.SQL(", ").join([*values, sql.Identifier("r", "_wkb")])
                )
            )
        else:
            assert isinstance(part, int)  # noqa: S101 - the mapping has these three kinds
            parts.append(shown(sql.Identifier("r", f"c{part + 1}"), columns[part]))
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))


def _constant(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
