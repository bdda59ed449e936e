"""What a load would do to its layer, counted and shown: new, changed, same, gone, bad."""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.sqltools import SCHEMA, Sql, run
from etl.loads.versions import Change, compare, served
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

SHOWN = 20
MOST_POINTS = 500


def good_rows(ready: Sql) -> sql.Composed:
    """Return the rows of a ready table that can be loaded, as a source."""
    return sql.SQL("(SELECT * FROM {} WHERE NOT _bad)").format(ready)


def change_of(
    connection: Connection, layer: VectorLayer, ready: Sql, rows: int | None = None
) -> tuple[Change, LayerVersion | None]:
    """Return what the good rows (so many, if known) would change, and the version they were compared with."""
    return compare(connection, layer, good_rows(ready), rows), served(connection, layer)


def moved(
    connection: Connection, layer: VectorLayer, ready: Sql, parent: LayerVersion
) -> list[tuple[float, ...]]:
    """Return up to 500 changed objects, longitude and latitude before and after: after ``change_of``."""
    key = sql.Identifier(layer.key)
    found = run(
        connection,
        sql.SQL(
            "SELECT ST_X(b), ST_Y(b), ST_X(a), ST_Y(a) FROM (SELECT key FROM delta WHERE what = 'changed' LIMIT {n}) d"
            " JOIN {ready} s ON s.{key} = d.key AND NOT s._bad JOIN {served} c ON c.{key} = d.key"
            " CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS b, ST_PointOnSurface(s.geom) AS a) p"
        ).format(
            n=sql.Literal(MOST_POINTS),
            ready=ready,
            key=key,
            served=sql.Identifier(SCHEMA, str(parent.table_name)),
        ),
    )
    return [tuple(row) for row in found]


def samples(connection: Connection, layer: VectorLayer, ready: Sql) -> dict[str, list[dict[str, Any]]]:
    """Return the first 20 rows that are new, changed (with what changes) and gone."""
    parent = served(connection, layer)
    compare(connection, layer, good_rows(ready))
    return differences(connection, layer, good_rows(ready), parent)


def differences(
    connection: Connection, layer: VectorLayer, source: Sql, parent: LayerVersion | None
) -> dict[str, list[dict[str, Any]]]:
    """Return the first rows of each kind out of the temporary table ``delta`` of a comparison."""
    key, title = sql.Identifier(layer.key), sql.Identifier(layer.title_field)
    listed = sql.SQL(
        "SELECT s.{key}::text, s.{title}::text, ST_X(p), ST_Y(p) FROM {source} s"
        " CROSS JOIN LATERAL ST_PointOnSurface(s.geom) p WHERE {which} ORDER BY s.{key} LIMIT {n}"
    )
    of_delta = sql.SQL("s.{} IN (SELECT d.key FROM delta d WHERE d.what = {} ORDER BY d.key LIMIT {})")
    shown: dict[str, list[dict[str, Any]]] = {}
    for what, rows in (("new", source), ("gone", parent and sql.Identifier(SCHEMA, str(parent.table_name)))):
        if not rows:
            shown[what] = []
            continue
        which: Sql = of_delta.format(key, sql.Literal(what), sql.Literal(SHOWN))
        if parent is None:  # every row is new, and the comparison lists none
            which = sql.SQL("true")
        found = run(
            connection, listed.format(key=key, title=title, source=rows, which=which, n=sql.Literal(SHOWN))
        )
        shown[what] = [{"key": k, "title": t, "at": [x, y]} for k, t, x, y in found]
    shown["changed"] = _changed(connection, layer, source, parent) if parent else []
    return shown


def _changed(
    connection: Connection, layer: VectorLayer, source: Sql, parent: LayerVersion
) -> list[dict[str, Any]]:
    key = sql.Identifier(layer.key)
    names = [f.name for f in layer.fields]

    def packed(of: str) -> sql.Composed:
        pairs = [sql.SQL("{}, {}").format(sql.Literal(n), sql.Identifier(of, n)) for n in names]
        return sql.SQL(" || ").join(
            [
                sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[at : at + 40]))
                for at in range(0, len(pairs), 40)
            ]
        )

    found = run(
        connection,
        sql.SQL(
            "SELECT d.key, s.{title}::text, ({before})::text, ({after})::text, ST_Equals(c.geom, s.geom),"
            " ST_Distance(ST_PointOnSurface(c.geom)::geography, ST_PointOnSurface(s.geom)::geography),"
            " ST_X(ST_PointOnSurface(s.geom)), ST_Y(ST_PointOnSurface(s.geom))"
            " FROM (SELECT * FROM delta WHERE what = 'changed' ORDER BY key LIMIT {n}) d"
            " JOIN {source} s ON s.{key} = d.key JOIN {served} c ON c.{key} = d.key ORDER BY d.key"
        ).format(
            title=sql.Identifier(layer.title_field),
            before=packed("c"),
            after=packed("s"),
            n=sql.Literal(SHOWN),
            source=source,
            served=sql.Identifier(SCHEMA, str(parent.table_name)),
            key=key,
        ),
    )
    rows = []
    for k, title, before, after, same_place, moved_m, x, y in found:
        old, new = json.loads(before), json.loads(after)
        fields = [{"field": n, "before": old[n], "after": new[n]} for n in names if old[n] != new[n]]
        if not same_place:
            fields.append({"field": "geometry", "before": None, "after": f"{moved_m:.1f} m"})
        rows.append({"key": k, "title": title, "at": [x, y], "fields": fields})
    return rows


def outlines(connection: Connection, ready: Sql) -> dict[str, Any]:
    """Return up to 500 points of the good rows in degrees, for a map of where the file lands."""
    found = run(
        connection,
        sql.SQL(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) AS p FROM {} WHERE NOT _bad"
            " ORDER BY _row % 7919, _row LIMIT {}) t"
        ).format(ready, sql.Literal(MOST_POINTS)),
    )
    return {"type": "MultiPoint", "coordinates": [[round(x, 6), round(y, 6)] for x, y in found]}
