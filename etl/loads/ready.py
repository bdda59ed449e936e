"""From staged rows to rows of a layer: one SQL pass reads, locates, mends, checks and marks every row.

The pass is a pile of subqueries: ``p`` (texts, geometry of the file), ``q`` (values, geometry in degrees), for polygons
the mending, ``m`` (county). Each is fenced by OFFSET '0', so that PostgreSQL computes what is used twice only once; the
quotes matter: a plain 0 is cast to bigint, and an offset that is no constant yet keeps the query out of parallel plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from psycopg import sql

from etl.loads.cells import SQL_NAMES, Cell, cell, shown
from etl.loads.counties import Squares, county_of, square_join, square_of
from etl.loads.locate import Located
from etl.loads.mapping import Mapping
from etl.loads.profile import Profile
from etl.loads.rules import (
    Rule,
    area_rules,
    current_code,
    geometry_rules,
    staged_column,
    value_column,
    value_rules,
)
from etl.loads.sqltools import Sql, all_of
from etl.sources.model import Column
from layers.kinds.vector import VectorLayer
from layers.model import Field

FENCE = sql.SQL(" OFFSET '0'")
PLAIN = "coalesce(octet_length(r._wkb) = 21, false)"
"""The reader hands on two-dimensional WKB without empty shapes, and only a point takes 21 bytes of it."""


@dataclass(frozen=True)
class Reading:
    """Everything the SQL of one load is made of. ``lossy``: some text has lost characters; ``counties`` are the
    squares to judge places by, None without."""

    layer: VectorLayer
    profile: Profile
    columns: list[Column]
    mapping: Mapping
    located: Located
    has_z: bool
    lossy: bool
    counties: Squares | None

    @cached_property
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

    @cached_property
    def rules(self) -> list[Rule]:
        """All rules, the gravest of each field first."""
        return [
            *value_rules(self.cells, self.lossy),
            *geometry_rules(self.layer, self.profile.max_area_change),
            *(area_rules(self.area_field) if self.area_field else []),
        ]

    def rows(self, raw: Sql) -> sql.Composed:
        """Return the query of the read rows over a staged table (or a part of it): ``_row``, ``_fault``, ``g0``,
        ``z0``, ``plain`` (a point that needs no test), the texts and values of the fields, ``in_domain``, ``g1``,
        ``g2``, ``area_change``, ``county``."""
        valued = self._valued(self._texts(raw))
        if self.layer.shape == "point":
            shaped = sql.SQL("SELECT *, g1 AS g2, NULL::double precision AS area_change FROM ({}) f").format(
                valued
            )
        else:
            shaped = _mended(valued)
        return self._in_counties(shaped)

    def _texts(self, raw: Sql) -> sql.Composed:
        texts = [sql.SQL("{} AS {}").format(c.staged, staged_column(c.field.name)) for c in self.cells]
        direct = [
            sql.SQL("{} AS {}").format(c.direct, _direct(c)) for c in self.cells if c.direct is not None
        ]
        z = sql.SQL("ST_GeomFromWKB(r._wkb_z, 4326)") if self.has_z else sql.SQL("NULL::geometry")
        where = [
            sql.SQL("{} = ANY({})").format(
                shown(sql.Identifier("r", f"c{at + 1}"), self.columns[at]), sql.Literal(list(wanted))
            )
            for at, wanted in self.mapping.where
        ]
        query = sql.SQL(
            "SELECT r._row, r._fault, ST_GeomFromWKB(r._wkb, {}) AS g0, {} AS z0, {} AS plain, {} FROM {} r WHERE {}"
        )
        listed = sql.SQL(", ").join([*texts, *direct])
        srid = sql.Literal(self.located.srid)
        return query.format(srid, z, sql.SQL(PLAIN), listed, raw, all_of(where)) + FENCE

    def _valued(self, inner: Sql) -> sql.Composed:
        values = [
            sql.SQL("{} AS {}").format(
                c.value_of(staged_column(c.field.name)) if c.direct is None else _direct(c),
                value_column(c.field.name),
            )
            for c in self.cells
        ]
        texts = [staged_column(c.field.name) for c in self.cells]
        geometry = self.located.geometry
        if self.layer.shape == "point":  # a multipoint of one is how some programs write points
            geometry = sql.SQL(
                "CASE WHEN p.plain THEN {0} WHEN GeometryType({0}) = 'MULTIPOINT' AND ST_NumGeometries({0}) = 1"
                " THEN ST_GeometryN({0}, 1) ELSE {0} END"
            ).format(geometry)
        query = sql.SQL(
            "SELECT p._row, p._fault, p.g0, p.z0, p.plain, {}, {} AS in_domain, {} AS g1 FROM ({}) p {}"
        )
        listed = sql.SQL(", ").join([*texts, *values])
        return query.format(listed, self.located.in_domain, geometry, inner, self.located.join) + FENCE

    def _in_counties(self, inner: Sql) -> sql.Composed:
        """Give each row the county its place lies in; a polygon by a point on it."""
        if self.counties is None or self.area_field is None:
            return sql.SQL("SELECT q.*, NULL::text AS county FROM ({}) q").format(inner)
        # ST_X fails on anything but a point, and one such row would take all along
        placed = sql.SQL(
            "SELECT *, ST_X(pt) AS x, ST_Y(pt) AS y FROM (SELECT *, CASE WHEN {} THEN {} END AS pt FROM ({}) c) e"
        )
        if self.layer.shape == "point":
            parts = "plain OR GeometryType(g1) = 'POINT'", "g1"
        else:
            parts = "GeometryType(g1) IN ('POLYGON', 'MULTIPOLYGON')", "ST_PointOnSurface(g2)"
        squared = sql.SQL("SELECT *, {} AS square FROM ({} OFFSET '0') s").format(
            square_of(self.counties, "x", "y"), placed.format(*map(sql.SQL, parts), inner)
        )
        return (
            sql.SQL("SELECT q.*, {} AS county FROM ({} OFFSET '0') q {}").format(
                county_of("q.pt"), squared, square_join(self.counties, "q.square")
            )
            + FENCE
        )


def _direct(one: Cell) -> sql.Identifier:
    return sql.Identifier(f"d_{one.field.name}")


def _mended(inner: Sql) -> sql.Composed:
    """Polygons: valid ones as they are, others by the structure method, which keeps what was meant as area."""
    return sql.SQL(
        "SELECT *, CASE WHEN valid THEN NULL WHEN ST_Area(g1) = 0 THEN 9.99"
        " ELSE abs(ST_Area(g2) - ST_Area(g1)) / ST_Area(g1) END AS area_change FROM"
        " (SELECT *, CASE WHEN valid THEN ST_Multi(g1)"
        " ELSE ST_Multi(ST_CollectionExtract(ST_MakeValid(g1, 'method=structure'), 3)) END AS g2 FROM"
        " (SELECT *, CASE WHEN GeometryType(g1) IN ('POLYGON', 'MULTIPOLYGON') THEN ST_IsValid(g1) END AS valid"
        " FROM ({}) v OFFSET '0') w OFFSET '0') x OFFSET '0'"
    ).format(inner)


def marked_rows(reading: Reading, raw: Sql) -> sql.Composed:
    """Return the query of the rows of the layer: ``_row``, the fields, ``geom``, ``geom_z``, ``_bad``, ``_warn``."""
    errors = [r.condition for r in reading.rules if r.severity == "error" and not r.implied]
    warnings = [r.condition for r in reading.rules if r.severity != "error"]
    fields = [
        sql.SQL("{} AS {}").format(_final(reading, f), sql.Identifier(f.name)) for f in reading.layer.fields
    ]
    heights = reading.located.heights if reading.has_z else sql.SQL("NULL::geometry")
    query = sql.SQL(
        "SELECT m._row, {}, m.g2 AS geom, {} AS geom_z, coalesce({}, false) AS _bad, coalesce({}, false) AS _warn"
        " FROM ({}) m"
    )
    listed = sql.SQL(", ").join(fields)
    return query.format(listed, heights, all_of(errors, "OR"), all_of(warnings, "OR"), reading.rows(raw))


def hashed(layer: VectorLayer, rows: Sql, has_z: bool) -> sql.Composed:
    """Return a query of rows (which have ``_bad``) with their ``row_hash``."""
    return sql.SQL("SELECT *, {} AS row_hash FROM ({} OFFSET '0') f").format(hash_of_good(layer, has_z), rows)


def hash_of_good(layer: VectorLayer, has_z: bool) -> sql.Composed:
    """Return the hash of a row, null for a bad one: its geometry may be anything."""
    return sql.SQL("CASE WHEN NOT _bad THEN {} END").format(row_hash(layer, has_z))


def row_hash(layer: VectorLayer, has_z: bool) -> sql.Composed:
    """Return the 64-bit hash of a good row's fields and geometry, over the columns of a layer; rows that are alike in
    all of them have the same. Places are alike when they round to the same nanodegree: formats write numbers in ways
    that differ in the last digit."""
    parts: list[Sql] = [sql.Identifier(f.name) for f in layer.fields]
    if layer.shape == "point":
        parts.append(sql.SQL("round(ST_X(geom) * 1e9), round(ST_Y(geom) * 1e9)"))
    else:
        parts.append(sql.SQL("ST_SnapToGrid(geom, 1e-9)::bytea"))
    if has_z:
        parts.append(sql.SQL("ST_SnapToGrid(geom_z, 1e-9)::bytea"))
    return sql.SQL("hash_record_extended(ROW({}), 0)").format(sql.SQL(", ").join(parts))


def _final(reading: Reading, field: Field) -> Sql:
    """Return the value of a field as the layer keeps it; a county code is filled or replaced by its successor."""
    if field.computed:
        return sql.SQL("NULL::{}").format(sql.SQL(SQL_NAMES[field.type]))
    value = value_column(field.name)
    return current_code(value) if field == reading.area_field else value
