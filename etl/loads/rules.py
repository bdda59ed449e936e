"""What makes a row of a load bad, or worth a word: one rule per way to fail, as SQL over the read row.

The same conditions decide which rows are bad (one pass over all) and name each fault (over those rows alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from etl.loads.cells import LOST, Cell
from etl.loads.sqltools import Sql
from etl.sources.model import Severity
from etl.sources.remarks import FAULT as NOT_A_ROW
from layers.admin_codes import retired_codes
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType

SHOWN_VALUE = 80


@dataclass(frozen=True)
class Rule:
    """``condition`` is true where the rule strikes; ``value``, ``zh`` and ``en`` are text expressions. ``implied``:
    another rule strikes wherever this one does, with fewer words."""

    field: str
    code: str
    severity: Severity
    condition: Sql
    value: Sql
    zh: Sql
    en: Sql
    implied: bool = False


_WORDS = {
    FieldType.TEXT: ("不是文字", "is not text"),
    FieldType.INTEGER: ("不是整数，或大得存不下", "is not a whole number, or too large for one"),
    FieldType.DECIMAL: ("不是数", "is not a number"),
    FieldType.BOOLEAN: ("不是 是/否", "is not a yes/no value"),
    FieldType.DATE: ("不是日期（年-月-日）", "is not a date (year-month-day)"),
}


def value_rules(cells: Sequence[Cell], lossy: bool) -> list[Rule]:
    """Return the rules of the fields: empty, of the wrong type, out of range, not in the code list, and where the file
    is ``lossy``, lost text."""
    rules: list[Rule] = []
    for one in cells:
        if not one.field.computed:
            rules += _of_field(one, lossy)
    return rules


def staged_column(name: str) -> sql.Identifier:
    """Return the name under which what is staged of a field stands in the read row."""
    return sql.Identifier(f"t_{name}")


def value_column(name: str) -> sql.Identifier:
    """Return the name under which the value of a field stands in the read row."""
    return sql.Identifier(f"v_{name}")


def _of_field(one: Cell, lossy: bool) -> list[Rule]:
    field, staged, value = one.field, staged_column(one.field.name), value_column(one.field.name)
    text = one.text_of(staged)
    rules: list[Rule] = []
    if field.required:
        empty = sql.SQL("{} IS NULL").format(staged)
        rules.append(_rule(field, text, "value_missing", empty, "必填字段为空", "is required and empty"))
    if not one.sure:
        broken = sql.SQL("{} IS NOT NULL AND {} IS NULL").format(staged, value)
        rules.append(_rule(field, text, "type_bad", broken, *_WORDS[field.type]))
    if field.minimum is not None:
        low = sql.SQL("{} < {}").format(value, sql.Literal(field.minimum))
        words = f"小于最小值 {field.minimum:g}", f"is below the minimum {field.minimum:g}"
        rules.append(_rule(field, text, "out_of_range", low, *words))
    if field.maximum is not None:
        high = sql.SQL("{} > {}").format(value, sql.Literal(field.maximum))
        words = f"大于最大值 {field.maximum:g}", f"is above the maximum {field.maximum:g}"
        rules.append(_rule(field, text, "out_of_range", high, *words))
    if field.format == "instant":
        loose = sql.SQL("{} IS NOT NULL AND {} !~ {}").format(staged, text, sql.Literal(_INSTANT))
        rules.append(_rule(field, text, "no_zone", loose, *_INSTANT_WORDS))
    if field.choices is not None:
        rules.append(_in_list(field, text, value))
    if one.from_text and lossy:
        lost = sql.SQL("strpos({}, {}) > 0").format(staged, sql.Literal(LOST))
        rules.append(_rule(field, text, "enc_lossy", lost, *_LOST_WORDS, severity="warning"))
    return rules


_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"
_INSTANT_WORDS = (
    "没有写明时区：时刻须为 UTC，写作 2019-08-09T06:00:00Z",
    "has no time zone: an instant is in UTC, written 2019-08-09T06:00:00Z",
)
_LOST_WORDS = (
    "含有已丢失的字符（U+FFFD），请向来源单位索取原件",
    "holds characters that were lost (U+FFFD); ask the source for the original",
)


def _in_list(field: Field, text: Sql, value: Sql) -> Rule:
    assert field.choices is not None  # noqa: S101 - the caller has looked
    known = sql.Literal(list(field.choices))
    if field.many:
        strange = sql.SQL("NOT string_to_array({}, ';') <@ {}::text[]").format(value, known)
    else:
        strange = sql.SQL("{}::text <> ALL({}::text[])").format(value, known)
    listed = "、".join(f"{code}（{title.zh}）" for code, title in field.choices.items())
    words = f"不在代码表中：{listed}", f"is not one of {', '.join(field.choices)}"
    return _rule(field, text, "code_unknown", strange, *words)


def _rule(
    field: Field, text: Sql, code: str, condition: Sql, zh: str, en: str, severity: Severity = "error"
) -> Rule:
    return Rule(field.name, code, severity, condition, text, sql.Literal(zh), sql.Literal(en))


def geometry_rules(layer: VectorLayer, max_area_change: float) -> list[Rule]:
    """Return the rules of the geometry, the gravest first: only the first error of a row is told.

    The read row has ``_fault`` (what the reader found), ``g0`` (geometry as in the file), ``in_domain`` (its numbers
    can be transformed), ``g1`` (in degrees, two dimensions, single multipoints as points), ``g2`` (mended, multi),
    ``area_change`` (share, null where nothing was mended).
    """
    kind = "POINT" if layer.shape == "point" else "POLYGON"
    right = ("POINT",) if layer.shape == "point" else ("POLYGON", "MULTIPOLYGON")
    west, south, east, north = layer.extent
    near = f"坐标不在本省附近（经度 {west:g}–{east:g}，纬度 {south:g}–{north:g}）"
    near_en = (
        f"the coordinate is not near the province (lon {west:g} to {east:g}, lat {south:g} to {north:g})"
    )
    hint_zh, hint_en = _zone_hint()
    far = sql.Literal(near) + sql.SQL(" || ") + hint_zh, sql.Literal(near_en) + sql.SQL(" || ") + hint_en
    inside, swapped = _within("g1", layer), _within("ST_FlipCoordinates(g1)", layer)
    turned = sql.SQL("NOT {} AND {}").format(inside, swapped)
    wrong_type = sql.SQL("GeometryType(g1) <> ALL({})").format(sql.Literal(list(right)))
    if layer.shape == "point":
        wrong_type = sql.SQL("NOT plain AND ") + wrong_type
    missing = sql.SQL("g0 IS NULL OR NOT plain AND ST_IsEmpty(g0)")
    rules = [
        _geometry(NOT_A_ROW, not_a_row(), *_REMARK, implied=True),
        _geometry("coordinate_bad", _found("coordinate_bad"), "坐标为空或不是数", "has an unreadable coordinate"),
        _geometry("geom_too_large", _found("geom_too_large"), "节点过多，请拆分", "has too many vertices; split it"),
        _geometry("geom_unreadable", _found("geom_unreadable"), "几何数据损坏", "is damaged"),
        _geometry("geometry_missing", missing, "没有几何", "has no geometry"),
        _geometry("out_of_range", sql.SQL("NOT in_domain"), *far),
        _geometry("geometry_type", wrong_type, f"应为{_SHAPES[kind]}要素", f"should be a {layer.shape}"),
        _geometry("axis_swapped", turned, "经纬度像是写反了", "longitude and latitude look swapped", implied=True),
        _geometry("out_of_range", sql.SQL("NOT {}").format(inside), near, near_en),
    ]  # fmt: skip
    return rules if layer.shape == "point" else [*rules, *_mending_rules(max_area_change)]


def _mending_rules(max_area_change: float) -> list[Rule]:
    share = sql.Literal(max_area_change)
    no_area = sql.SQL("g2 IS NULL OR ST_IsEmpty(g2)")
    said = "round((least(area_change, 9.99) * 100)::numeric, 2)"
    return [
        _geometry("geometry_invalid", no_area, "几何无效，修复后没有面积", "is invalid and has no area after repair"),
        _geometry(
            "geometry_invalid",
            sql.SQL("area_change > {}").format(share),
            sql.SQL("'几何无效，修复会使面积改变 ' || {} || '%'").format(sql.SQL(said)),
            sql.SQL("'is invalid, and mending it changes its area by ' || {} || '%'").format(sql.SQL(said)),
        ),
        _geometry(
            "geometry_mended",
            sql.SQL("area_change <= {}").format(share),
            sql.SQL("'几何无效，已修复，面积改变 ' || {} || '%'").format(sql.SQL(said)),
            sql.SQL("'was invalid and was mended; its area changed by ' || {} || '%'").format(sql.SQL(said)),
            severity="warning",
        ),
    ]  # fmt: skip


_REMARK = (
    "像是合计、填表人或注释，不是数据行；跳过即可",
    "looks like a line of sums or notes and no row of data; skip it",
)
_SHAPES = {"POINT": "点", "POLYGON": "面"}


def not_a_row() -> Sql:
    """Return whether a read row is a line of sums or notes: nothing else is told of it."""
    return _found(NOT_A_ROW)


def _found(code: str) -> Sql:
    return sql.SQL("_fault IS NOT NULL AND strpos(_fault, {}) > 0").format(sql.Literal(code))


def _zone_hint() -> tuple[Sql, Sql]:
    """Say what the easting suggests: 40,5xx,xxx carries the number of a 3-degree zone in front."""
    zone = "floor(ST_XMin(g0) / 1000000)::bigint"
    code = f"(4488 + {zone})"  # CGCS2000 / 3-degree Gauss-Kruger zone 25 is EPSG:4513
    test = "ST_XMin(g0) BETWEEN 25000000 AND 46000000"
    zh = (
        f"CASE WHEN {test} THEN '；横坐标带有带号 ' || {zone} || '，应为 EPSG:' || {code} || '？' ELSE '' END"
    )
    en = f"CASE WHEN {test} THEN '; the easting carries zone ' || {zone} || ': EPSG:' || {code} || '?' ELSE '' END"
    return sql.SQL(zh), sql.SQL(en)


def _within(geometry: str, layer: VectorLayer) -> Sql:
    box = sql.SQL("ST_MakeEnvelope({}, {}, {}, {}, 4326)").format(*map(sql.Literal, layer.extent))
    return sql.SQL("coalesce({} @ {}, false)").format(sql.SQL(geometry), box)


def _geometry(
    code: str,
    condition: Sql,
    zh: Sql | str,
    en: Sql | str,
    severity: Severity = "error",
    implied: bool = False,
) -> Rule:
    value = sql.SQL(
        "coalesce(substring(_fault FROM '(?:coordinate_bad|not_a_row):([^;]*)'),"
        " CASE WHEN ST_IsEmpty(g0) THEN '' ELSE"
        " 'x ' || round(ST_XMin(g0)::numeric, 6) || ', y ' || round(ST_YMin(g0)::numeric, 6) END, '')"
    )
    return Rule(
        "geometry",
        code,
        severity,
        condition,
        value,
        sql.Literal(zh) if isinstance(zh, str) else zh,
        sql.Literal(en) if isinstance(en, str) else en,
        implied,
    )


def current_code(value: Sql) -> Sql:
    """Return a county code as it is kept: a retired one becomes the successor the place lies in, or the only one; an
    empty one the county of the place."""
    successors = retired_codes()
    cases: list[Sql] = []
    for code, after in successors.items():
        only = sql.Literal(after[0]) if len(after) == 1 else value
        cases.append(
            sql.SQL("WHEN {} THEN CASE WHEN county = ANY({}) THEN county ELSE {} END").format(
                sql.Literal(code), sql.Literal(list(after)), only
            )
        )
    # the list is hashed once; the long CASE is only for the few rows that need it
    return sql.SQL(
        "coalesce(CASE WHEN {0} = ANY({1}) THEN CASE {0} {2} ELSE {0} END ELSE {0} END, county)"
    ).format(value, sql.Literal(list(successors)), sql.SQL(" ").join(cases))


def area_rules(field: Field) -> list[Rule]:
    """Return the rules of a county code: withdrawn, or not the county the place lies in. Neither makes a row bad."""
    value, text = value_column(field.name), staged_column(field.name)
    now = current_code(value)
    return [
        Rule(
            field.name,
            "code_retired",
            "warning",
            sql.SQL("{} = ANY({})").format(value, sql.Literal(list(retired_codes()))),
            text,
            sql.SQL("'区划代码已撤销，按现行代码 ' || {} || ' 载入'").format(now),
            sql.SQL("'is a code that was withdrawn; loaded under ' || {}").format(now),
        ),
        Rule(
            field.name,
            "county_mismatch",
            "warning",
            sql.SQL("county <> {}").format(now),
            text,
            sql.SQL("'与坐标所在的县（' || county || '）不一致'"),
            sql.SQL("'is not the county the coordinate lies in (' || county || ')'"),
        ),
    ]
