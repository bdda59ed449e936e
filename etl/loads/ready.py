"""From staged rows to rows of a layer: one SQL pass reads, locates, mends, checks and marks every row.

The pass is a pile of subqueries, each fenced by OFFSET 0 so that PostgreSQL computes every expression once: ``p``
(texts, geometry of the file), ``q`` (values, geometry in degrees), ``m`` (mended geometry, county).
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from etl.loads.cells import SQL_NAMES, Cell, cell
from etl.loads.counties import cell_of, county_join, county_of
from etl.loads.locate import Located
from etl.loads.mapping import Mapping
from etl.loads.profile import Profile
from etl.loads.rules import Rule, geometry_rules, text_column, value_column, value_rules
from etl.loads.sqltools import Sql, all_of
from etl.sources.model import Column
from layers.admin_codes import retired_codes
from layers.kinds.vector import VectorLayer
from layers.model import Field

FENCE = sql.SQL(" OFFSET 0")


@dataclass(frozen=True)
class Reading:
    """Everything the SQL of one load is made of. ``counties`` is the version of the county squares, None without."""

    layer: VectorLayer
    profile: Profile
    columns: list[Column]
    mapping: Mapping
    located: Located
    has_z: bool
    counties: str | None

    @property
    def cells(self) -> list[Cell]:
        """The fields in SQL, in the layer's order."""
        words = self.profile.values
        return [
            cell(source, self.columns, self.mapping, self.layer.key, words.get(source.field.name, {}))
            for source in self.mapping.sources
        ]

    @property
    def area_field(self) -> Field | None:
        """The field that holds the county code, when the counties are known."""
        found = [f for f in self.layer.fields if f.area_code]
        return found[0] if found and self.counties else None

    def rules(self) -> list[Rule]:
        """Return all rules, the gravest of each field first."""
        return [
            *value_rules(self.cells),
            *geometry_rules(self.layer, self.profile.max_area_change),
            *(_area_rules(self.area_field) if self.area_field else []),
        ]

    def read_rows(self, raw: Sql) -> sql.Composed:
        """Return the query of the read rows over a staged table (or a part of it): ``_row``, ``_fault``, texts and
        values of the fields, ``g0``, ``in_domain``, ``g1``, ``g2``, ``z``, ``area_change``, ``county``."""
        return self._mended(self._valued(self._texts(raw)))

    def _texts(self, raw: Sql) -> sql.Composed:
        texts = [sql.SQL("{} AS {}").format(c.text, text_column(c.field.name)) for c in self.cells]
        direct = [
            sql.SQL("{} AS {}").format(c.direct, _direct(c)) for c in self.cells if c.direct is not None
        ]
        z = sql.SQL("ST_GeomFromWKB(r._wkb_z, 4326) AS z0") if self.has_z else sql.SQL("NULL::geometry AS z0")
        where = [
            sql.SQL("{} = ANY({})").format(_word(self.columns[at], at), sql.Literal(list(wanted)))
            for at, wanted in self.mapping.where
        ]
        return (
            sql.SQL(
                "SELECT r._row, r._fault, ST_GeomFromWKB(r._wkb) AS g0, {}, {} FROM {} r WHERE {}"
            ).format(z, sql.SQL(", ").join([*texts, *direct]), raw, all_of(where))
            + FENCE
        )

    def _valued(self, inner: Sql) -> sql.Composed:
        values = [
            sql.SQL("{} AS {}").format(
                _over_text(c) if c.direct is None else _direct(c), value_column(c.field.name)
            )
            for c in self.cells
        ]
        texts = [text_column(c.field.name) for c in self.cells]
        return (
            sql.SQL(
                "SELECT p._row, p._fault, p.g0, p.z0, {texts}, {values}, {domain} AS in_domain, {g1} AS g1 FROM ({inner}) p {join}"
            ).format(
                texts=sql.SQL(", ").join(texts),
                values=sql.SQL(", ").join(values),
                domain=self.located.in_domain,
                g1=self._single(self.located.geometry),
                inner=inner,
                join=self.located.join,
            )
            + FENCE
        )

    def _single(self, geometry: Sql) -> Sql:
        """A multipoint of one is how some programs write points."""
        if self.layer.shape != "point":
            return geometry
        return sql.SQL(
            "CASE WHEN ST_NumGeometries({0}) = 1 AND GeometryType({0}) = 'MULTIPOINT' THEN ST_GeometryN({0}, 1)"
            " ELSE {0} END"
        ).format(geometry)

    def _mended(self, inner: Sql) -> sql.Composed:
        inner = inner if self.layer.shape == "point" else self._repaired(inner)
        g2, change = (
            (sql.SQL("q.g1"), sql.SQL("NULL::double precision"))
            if self.layer.shape == "point"
            else (sql.SQL("q.g2"), sql.SQL("q.area_change"))
        )
        if self.area_field is None:
            return (
                sql.SQL(
                    "SELECT q.*, {change} AS area_change_, {g2} AS g2_, NULL::text AS county FROM ({inner}) q"
                ).format(change=change, g2=g2, inner=inner)
                + FENCE
            )
        assert self.counties is not None  # noqa: S101 - area_field is None without counties
        where = sql.SQL("g1") if self.layer.shape == "point" else sql.SQL("ST_PointOnSurface(g2)")
        ix, iy = cell_of(sql.SQL("pt"))
        return (
            sql.SQL(
                "SELECT q.*, {change} AS area_change_, {g2} AS g2_, {county} AS county FROM"
                " (SELECT *, {ix} AS cx, {iy} AS cy FROM (SELECT *, CASE WHEN GeometryType({where}) = 'POINT'"
                " THEN {where} END AS pt FROM ({inner}) b OFFSET 0) c OFFSET 0) q {join}"
            ).format(
                change=change,
                g2=g2,
                county=county_of(sql.SQL("q.pt")),
                ix=ix,
                iy=iy,
                where=where,
                inner=inner,
                join=county_join(self.counties),
            )
            + FENCE
        )

    def _repaired(self, inner: Sql) -> sql.Composed:
        """Polygons: valid ones as they are, others by the structure method, which keeps what was meant as area."""
        return (
            sql.SQL(
                "SELECT *, CASE WHEN valid THEN NULL WHEN ST_Area(g1) = 0 THEN 9.99"
                " ELSE abs(ST_Area(g2) - ST_Area(g1)) / ST_Area(g1) END AS area_change FROM"
                " (SELECT *, CASE WHEN valid THEN ST_Multi(g1)"
                " ELSE ST_Multi(ST_CollectionExtract(ST_MakeValid(g1, 'method=structure'), 3)) END AS g2 FROM"
                " (SELECT *, CASE WHEN GeometryType(g1) IN ('POLYGON', 'MULTIPOLYGON') THEN ST_IsValid(g1) END AS valid"
                " FROM ({}) v OFFSET 0) w OFFSET 0) x"
            ).format(inner)
            + FENCE
        )


def ready_query(reading: Reading, raw: Sql, hashed: bool) -> sql.Composed:
    """Return the query of the rows of the layer: ``_row``, the fields, ``geom``, ``geom_z``, ``row_hash`` (unless the
    layer has computed fields still to come), ``_bad``, ``_warn``."""
    rules = reading.rules()
    bad = all_of([r.condition for r in rules if r.severity == "error"], "OR")
    warn = all_of([r.condition for r in rules if r.severity != "error"], "OR")
    fields = [
        sql.SQL("{} AS {}").format(_final(reading, f), sql.Identifier(f.name)) for f in reading.layer.fields
    ]
    inner = sql.SQL(
        "SELECT m._row, {fields}, m.g2 AS geom, {z} AS geom_z, coalesce({bad}, false) AS _bad,"
        " coalesce({warn}, false) AS _warn FROM ({rows}) m"
    ).format(
        fields=sql.SQL(", ").join(fields),
        z=reading.located.heights if reading.has_z else sql.SQL("NULL::geometry"),
        bad=bad,
        warn=warn,
        rows=named_rows(reading, raw),
    )
    if not hashed:
        return inner
    return sql.SQL("SELECT *, {} AS row_hash FROM ({} OFFSET 0) f").format(
        row_hash(reading.layer, reading.has_z), inner
    )


def named_rows(reading: Reading, raw: Sql) -> sql.Composed:
    """Return the read rows under the names that the rules use."""
    rows = reading.read_rows(raw)
    names = [n for c in reading.cells for n in (text_column(c.field.name), value_column(c.field.name))]
    return (
        sql.SQL(
            "SELECT n._row, n._fault, n.g0, n.z0, n.in_domain, n.g1, n.g2_ AS g2, n.area_change_ AS area_change, n.county, {}"
            " FROM ({}) n"
        ).format(sql.SQL(", ").join(names), rows)
        + FENCE
    )


def row_hash(layer: VectorLayer, has_z: bool) -> sql.Composed:
    """Return the 64-bit hash of a row's fields and geometry; rows that are alike in all of them have the same."""
    parts: list[Sql] = [sql.Identifier(f.name) for f in layer.fields]
    parts.append(sql.SQL("geom::bytea"))
    if has_z:
        parts.append(sql.SQL("geom_z::bytea"))
    return sql.SQL("hash_record_extended(ROW({}), 0)").format(sql.SQL(", ").join(parts))


def fault_query(reading: Reading, raw: Sql) -> sql.Composed:
    """Return one row per fault: ``_row``, ``key``, ``field``, ``code``, ``severity``, ``value``, ``zh``, ``en``; of
    the errors of one field of one row only the gravest."""
    values = [
        sql.SQL("({}, {}, {}, {}, {}, ({}), {}, {}, {})").format(
            sql.Literal(rank),
            sql.Literal(r.field),
            sql.Literal(r.code),
            sql.Literal(r.severity),
            sql.SQL("m._row"),
            r.condition,
            r.value,
            r.zh,
            r.en,
        )
        for rank, r in enumerate(reading.rules())
    ]
    return sql.SQL(
        "SELECT DISTINCT ON (m._row, f.field, f.severity) m._row, {key} AS key, f.field, f.code, f.severity,"
        " left(coalesce(f.value, ''), 80) AS value, f.zh, f.en FROM ({rows}) m CROSS JOIN LATERAL (VALUES {values})"
        " AS f(rank, field, code, severity, at, strikes, value, zh, en) WHERE f.strikes"
        " ORDER BY m._row, f.field, f.severity, f.rank"
    ).format(
        key=text_column(reading.layer.key), rows=named_rows(reading, raw), values=sql.SQL(", ").join(values)
    )


def _direct(one: Cell) -> sql.Identifier:
    return sql.Identifier(f"d_{one.field.name}")


def _over_text(one: Cell) -> Sql:
    return one.value_of(text_column(one.field.name))


def _word(column: Column, at: int) -> Sql:
    from etl.loads.cells import shown

    return shown(sql.Identifier("r", f"c{at + 1}"), column)


def _final(reading: Reading, field: Field) -> Sql:
    """Return the value of a field as the layer keeps it; a county code is filled or replaced by its successor."""
    if field.computed:
        return sql.SQL("NULL::{}").format(sql.SQL(SQL_NAMES[field.type]))
    value = value_column(field.name)
    if not field.area_code or reading.area_field is None:
        return value
    return _current_code(value)


def _current_code(value: Sql) -> Sql:
    """A retired code becomes the successor the place lies in, or the only one; an empty one the county of the place."""
    cases: list[Sql] = []
    for code, successors in retired_codes().items():
        only = sql.Literal(successors[0]) if len(successors) == 1 else value
        cases.append(
            sql.SQL("WHEN {} THEN CASE WHEN county = ANY({}) THEN county ELSE {} END").format(
                sql.Literal(code), sql.Literal(list(successors)), only
            )
        )
    return sql.SQL("coalesce(CASE {} {} ELSE {} END, county)").format(value, sql.SQL(" ").join(cases), value)


def _area_rules(field: Field) -> list[Rule]:
    value, text = value_column(field.name), text_column(field.name)
    now = _current_code(value)
    retired = list(retired_codes())
    return [
        Rule(
            field.name,
            "code_retired",
            "warning",
            sql.SQL("{} = ANY({})").format(value, sql.Literal(retired)),
            text,
            sql.SQL("'区划代码已撤销，按现行代码 ' || {} || ' 载入'").format(now),
            sql.SQL("'is a code that was withdrawn; loaded under ' || {}").format(now),
        ),
        Rule(
            field.name,
            "county_mismatch",
            "warning",
            sql.SQL("county IS NOT NULL AND {0} <> county").format(now),
            text,
            sql.SQL("'与坐标所在的县（' || county || '）不一致'"),
            sql.SQL("'is not the county the coordinate lies in (' || county || ')'"),
        ),
    ]
