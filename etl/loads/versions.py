"""Versions of a vector layer: only what differs is written, and every version can still be read whole.

The rows of all versions stand in one table (the heap) with the versions they live in; a version is a view of it. A
load that changes most of a layer starts a new heap instead, which is quicker to write and leaves the old one as it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from etl.loads.borders import generalise_borders
from etl.loads.heap import add_rows, new_heap, promote, row_columns
from etl.loads.pieces import cut_large
from etl.loads.sqltools import AS_LOAD, SCHEMA, Sql, all_of, columns, run
from layers.kinds.vector import VectorLayer
from layers.store import CURRENT, VERSION, LayerVersion, current_versions, version_from_row

NEW_HEAP_SHARE = 0.4
"""A change of more than this share of the rows is written as a new heap: indexes built afterwards cost half."""
MOST_BOXES = 400
Keep = Literal["keep", "remove"]


@dataclass(frozen=True)
class Change:
    """What a load does to a layer, in rows: ``gone`` are served rows that are not in the source."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0

    @property
    def writes(self) -> bool:
        """Whether any row would be written when gone rows are removed."""
        return bool(self.new or self.changed or self.gone)

    def as_json(self) -> dict[str, int]:
        """Return the counts as JSON."""
        return dict(self.__dict__)


@dataclass
class Written:
    """A version that stands in the catalogue, not yet the current one. ``made`` is False where nothing changed."""

    layer: VectorLayer
    version: str
    table_name: str
    rows: int
    bounds: tuple[float, float, float, float]
    change: Change
    made: bool
    changed: list[list[float]] | None = None
    parent: LayerVersion | None = None


@dataclass(frozen=True)
class Checked:
    """A table of checked rows in the shape of a heap, for the version of number ``seq``; ``bad``: some rows go."""

    table: sql.Identifier
    seq: int
    bad: bool


def served(connection: Connection, layer: VectorLayer) -> LayerVersion | None:
    """Return the served version of a layer, None when there is none or it is stored in another way."""
    version = current_versions(connection).get(layer.id)
    return version if version is not None and version.layout == layer.layout else None


def write_version(
    connection: Connection,
    layer: VectorLayer,
    source: Sql,
    about: dict[str, Any],
    *,
    gone: Keep,
    forced: bool = False,
    rows: int | None = None,
    checked: Checked | None = None,
) -> Written:
    """Write the rows of ``source`` as a new version, inside the caller's transaction.

    ``source`` is a table or view with the fields, ``geom``, ``geom_z``, ``row_hash``; its keys are unique. ``gone``
    says what becomes of served rows that it does not have. ``forced`` makes a version even where nothing changed.
    ``rows`` is the number of rows of the source, where it is known. ``checked`` is a table of checked rows that may
    become the heap of an empty layer as it is. Nothing is written where the rows and what is said about them are as
    they are served.
    """
    parent = served(connection, layer)
    _compare(connection, layer, source, parent)
    change = _counts(connection, source, parent, rows)
    removed = change.gone if gone == "remove" else 0
    touched = change.new + change.changed + removed
    if parent is not None and not touched and not forced and _says_the_same(connection, parent, about):
        return Written(
            layer, parent.version, str(parent.table_name), parent.row_count, parent.bounds, change, False
        )
    run(connection, AS_LOAD)
    seq = next_seq(connection, layer)
    heap, boxes = f"{layer.id}__heap_{seq}", None
    if parent is not None and parent.heap and touched <= NEW_HEAP_SHARE * parent.row_count:
        heap, boxes = parent.heap, _change_heap(connection, layer, source, seq, parent, gone)
    elif parent is None and checked is not None and checked.seq == seq:
        promote(connection, layer, checked.table, heap, bad=checked.bad)
    else:
        new_heap(connection, layer, heap, _rows_of_new_heap(layer, source, parent, gone), seq)
    if layer.adjoining:
        generalise_borders(connection, layer, heap, seq)
    cut_large(connection, layer, heap, seq)
    return _publish(connection, layer, heap, seq, about, parent, change, boxes)


def compare(connection: Connection, layer: VectorLayer, source: Sql, rows: int | None = None) -> Change:
    """Return what a source (of so many rows, where that is known) would change in what is served now."""
    return compare_versions(connection, layer, source, served(connection, layer), rows)


def compare_versions(
    connection: Connection,
    layer: VectorLayer,
    source: Sql,
    before: LayerVersion | None,
    rows: int | None = None,
) -> Change:
    """Return what separates a source from an older version; it writes nothing that lasts."""
    _compare(connection, layer, source, before)
    return _counts(connection, source, before, rows)


def _compare(connection: Connection, layer: VectorLayer, source: Sql, parent: LayerVersion | None) -> None:
    """Fill the temporary table ``delta``: key and ``what`` (new, changed, gone) of every row that differs. Without a
    parent it stays empty: every row is new."""
    key = sql.Identifier(layer.key)
    run(connection, sql.SQL("DROP TABLE IF EXISTS delta"))
    if parent is None:
        run(connection, sql.SQL("CREATE TEMP TABLE delta (key text, what text) ON COMMIT DROP"))
        return
    statement = sql.SQL(
        "CREATE TEMP TABLE delta ON COMMIT DROP AS SELECT coalesce(s.{key}, c.{key}) AS key,"
        " CASE WHEN c.{key} IS NULL THEN 'new' WHEN s.{key} IS NULL THEN 'gone' ELSE 'changed' END AS what"
        " FROM {source} s FULL JOIN {served} c ON c.{key} = s.{key}"
        " WHERE s.row_hash IS DISTINCT FROM c.row_hash"
    )
    run(
        connection,
        statement.format(key=key, source=source, served=sql.Identifier(SCHEMA, str(parent.table_name))),
    )
    run(connection, sql.SQL("ANALYZE delta"))


def _counts(connection: Connection, source: Sql, parent: LayerVersion | None, rows: int | None) -> Change:
    if rows is None:
        total = run(connection, sql.SQL("SELECT count(*) FROM {} s").format(source)).fetchone()
        rows = int(total[0]) if total else 0
    if parent is None:
        return Change(new=rows)
    counted = run(connection, sql.SQL("SELECT what, count(*) FROM delta GROUP BY what")).fetchall()
    found: dict[str, int] = dict(counted)
    new, changed = found.get("new", 0), found.get("changed", 0)
    return Change(new, changed, rows - new - changed, found.get("gone", 0))


def _says_the_same(connection: Connection, parent: LayerVersion, about: dict[str, Any]) -> bool:
    row = (
        connection.execute(
            select(VERSION).where(VERSION.c.layer == parent.layer, VERSION.c.version == parent.version)
        )
        .mappings()
        .one()
    )
    return all(row[name] == value for name, value in about.items())


def next_seq(connection: Connection, layer: VectorLayer) -> int:
    """Return the number of the next version of a layer."""
    last = connection.execute(select(func.max(VERSION.c.seq)).where(VERSION.c.layer == layer.id)).scalar()
    return int(last or 0) + 1


def _rows_of_new_heap(layer: VectorLayer, source: Sql, parent: LayerVersion | None, gone: Keep) -> Sql:
    """Return the rows of a version: those of the source, and the served ones that it lacks where they are kept."""
    rows: Sql = sql.SQL("SELECT {} FROM {} s").format(columns(row_columns(layer), "s"), source)
    if parent is None or gone == "remove":
        return rows
    return sql.SQL(
        "{} UNION ALL SELECT {} FROM {} c JOIN delta d ON d.key = c.{} WHERE d.what = 'gone'"
    ).format(
        rows,
        columns(row_columns(layer), "c"),
        sql.Identifier(SCHEMA, str(parent.table_name)),
        sql.Identifier(layer.key),
    )


def _change_heap(
    connection: Connection, layer: VectorLayer, source: Sql, seq: int, parent: LayerVersion, gone: Keep
) -> list[list[float]] | None:
    """End the rows that change or go, add the changed and the new; returns the boxes they touch, None for too many."""
    heap, key = str(parent.heap), sql.Identifier(layer.key)
    ends = ["changed", "gone"] if gone == "remove" else ["changed"]
    ended = run(
        connection,
        sql.SQL(
            "UPDATE {table} h SET until = {seq} FROM delta d WHERE d.key = h.{key} AND d.what = ANY({ends})"
            " AND h.since <= {parent} AND (h.until IS NULL OR h.until > {parent}) RETURNING Box2D(h.geom)::text"
        ).format(
            table=sql.Identifier(SCHEMA, heap),
            seq=sql.Literal(seq),
            key=key,
            ends=sql.Literal(ends),
            parent=sql.Literal(parent.seq),
        ),
    ).fetchall()
    rows = sql.SQL(
        "SELECT {} FROM {} s JOIN delta d ON d.key = s.{} WHERE d.what IN ('new', 'changed')"
    ).format(columns(row_columns(layer), "s"), source, key)
    added = add_rows(connection, layer, heap, rows, seq)
    boxes = {*(row[0] for row in ended if row[0]), *added}
    return sorted(_box(text) for text in boxes) if len(boxes) <= MOST_BOXES else None


def _box(text: str) -> list[float]:
    """Read ``BOX(x y,x y)``."""
    low, high = text[4:-1].split(",")
    return [float(v) for v in (*low.split(" "), *high.split(" "))]


def _publish(
    connection: Connection,
    layer: VectorLayer,
    heap: str,
    seq: int,
    about: dict[str, Any],
    parent: LayerVersion | None,
    change: Change,
    boxes: list[list[float]] | None,
) -> Written:
    """Make the view of the version and its catalogue row; counts, bounds and content come from the view itself."""
    live = all_of(
        [
            sql.SQL("since <= {}").format(sql.Literal(seq)),
            sql.SQL("until IS NULL OR until > {}").format(sql.Literal(seq)),
        ]
    )
    table = sql.Identifier(SCHEMA, heap)
    facts = run(
        connection,
        sql.SQL(
            "SELECT n, content, ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT count(*) AS n,"
            " coalesce(sum(row_hash), 0)::text AS content, ST_Extent(geom) AS e FROM {} WHERE {}) t"
        ).format(table, live),
    ).fetchone()
    assert facts is not None  # noqa: S101 - an aggregate always gives a row
    rows, content, *box = facts
    version = hashlib.sha256(f"{layer.id}|{layer.layout}|{seq}|{content}|{about!r}".encode()).hexdigest()[:12]
    name = f"{layer.id}__{version}"
    shown = [c.name for c in layer.table(name).columns]
    run(
        connection,
        sql.SQL("CREATE VIEW {} AS SELECT {} FROM {} WHERE {}").format(
            sql.Identifier(SCHEMA, name), columns(shown), table, live
        ),
    )
    west, south, east, north = (float(v) if v is not None else 0.0 for v in box)
    connection.execute(
        insert(VERSION).values(
            layer=layer.id,
            version=version,
            layout=layer.layout,
            table_name=name,
            heap=heap,
            seq=seq,
            parent=parent.version if parent else None,
            content=content,
            changed=boxes,
            row_count=rows,
            class_counts=class_counts(connection, layer, name),
            **{"west": west, "south": south, "east": east, "north": north},
            **about,
        )
    )
    return Written(layer, version, name, rows, (west, south, east, north), change, True, boxes, parent)


def class_counts(connection: Connection, layer: VectorLayer, table_name: str) -> list[dict[str, Any]]:
    """Count the rows of a version per legend class."""
    if layer.legend is None:
        return []
    column = layer.table(table_name).c[layer.legend.field]
    rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
    return [{"value": value, "count": count} for value, count in rows]


def find_version(connection: Connection, layer_id: str, version: str) -> LayerVersion | None:
    """Return a version that still exists."""
    query = select(VERSION).where(VERSION.c.layer == layer_id, VERSION.c.version == version)
    row = connection.execute(query).mappings().one_or_none()
    return version_from_row(dict(row)) if row is not None else None


def make_current(connection: Connection, versions: dict[str, str]) -> None:
    """Serve these versions from now on: one catalogue row per layer, no DDL."""
    for layer_id, version in versions.items():
        row = insert(CURRENT).values(layer=layer_id, version=version)
        connection.execute(row.on_conflict_do_update(index_elements=["layer"], set_={"version": version}))
