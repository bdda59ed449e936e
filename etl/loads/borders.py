"""Common borders of adjoining areas, generalised once for both sides: no gap opens between neighbours.

A vertex where lines part or meet is kept; what lies between two of those is one line, the same from either side, and is
simplified as such. Cities made of counties, and a province made of cities, share their lines with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from psycopg import sql
from sqlalchemy import Connection

from etl.loads.sqltools import SCHEMA, Sql, all_of, columns, run
from layers.kinds.vector import GENERAL_UNITS, GENERAL_ZOOMS, VectorLayer, general_columns, tile_unit_m

Coordinates = npt.NDArray[np.float64]


def generalise_borders(connection: Connection, layer: VectorLayer, heap: str, seq: int) -> None:
    """Fill the generalised shapes of version ``seq`` of a layer of adjoining areas.

    Rows that only took other attributes keep theirs. Where a shape changed, all are made again, those of rows that
    older versions show too: what is drawn there moves by less than half a pixel.
    """
    table = sql.Identifier(SCHEMA, heap)
    if _take_over(connection, layer, table, seq):
        return
    live = all_of(
        [
            sql.SQL("since <= {}").format(sql.Literal(seq)),
            sql.SQL("until IS NULL OR until > {}").format(sql.Literal(seq)),
            sql.SQL("NOT ST_IsEmpty(tile_geom)"),
        ]
    )
    rows = run(
        connection,
        sql.SQL("SELECT fid, ST_AsBinary(tile_geom) FROM {} WHERE {} ORDER BY fid").format(table, live),
    ).fetchall()
    if not rows:
        return
    shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
    reach = [GENERAL_UNITS * tile_unit_m(zoom) for zoom in reversed(GENERAL_ZOOMS)]
    made = dict(zip(reversed(general_columns()), generalise(shapes, reach), strict=True))
    _write(connection, table, [row[0] for row in rows], [made[name] for name in general_columns()])


def _take_over(connection: Connection, layer: VectorLayer, table: Sql, seq: int) -> bool:
    """Copy the shapes of rows that follow one of the same geometry; whether that was all new rows."""
    key = sql.Identifier(layer.key)
    own = sql.SQL(", ").join([sql.SQL("{0} = o.{0}").format(sql.Identifier(n)) for n in general_columns()])
    taken = run(
        connection,
        sql.SQL(
            "UPDATE {table} n SET {own} FROM {table} o WHERE n.since = {seq} AND o.until = {seq} AND o.{key} = n.{key}"
            " AND o.tile_geom = n.tile_geom AND o.general_11 IS NOT NULL"
        ).format(table=table, own=own, seq=sql.Literal(seq), key=key),
    ).rowcount
    counted = run(
        connection, sql.SQL("SELECT count(*) FROM {} WHERE since = {}").format(table, sql.Literal(seq))
    ).fetchone()
    return counted is not None and taken == counted[0]


def _write(
    connection: Connection, table: Sql, fids: Sequence[int], made: Sequence[npt.NDArray[np.object_]]
) -> None:
    names = general_columns()
    typed = sql.SQL(", ").join([sql.SQL("{} geometry").format(sql.Identifier(n)) for n in names])
    run(connection, sql.SQL("CREATE TEMP TABLE drawn (fid bigint, {}) ON COMMIT DROP").format(typed))
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    texts = [shapely.to_wkb(shapely.set_srid(one, 3857), hex=True, include_srid=True) for one in made]
    with driver.cursor().copy(sql.SQL("COPY drawn (fid, {}) FROM STDIN").format(columns(names))) as copy:
        for row in zip(fids, *texts, strict=True):
            copy.write_row(row)
    own = sql.SQL(", ").join([sql.SQL("{0} = d.{0}").format(sql.Identifier(n)) for n in names])
    run(connection, sql.SQL("UPDATE {} h SET {} FROM drawn d WHERE d.fid = h.fid").format(table, own))
    run(connection, sql.SQL("DROP TABLE drawn"))


def generalise(shapes: npt.NDArray[np.object_], reach: Sequence[float]) -> list[npt.NDArray[np.object_]]:
    """Simplify polygons with their common borders.

    ``shapes``: (n,) MultiPolygons. ``reach``: rising distances in their units; each result is made of the one before.
    Returns one array of (n,) MultiPolygons per distance. A ring that would vanish keeps its outermost vertices.
    """
    coordinates, offsets = shapely.to_ragged_array(shapes)[1:]
    starts, *groups = (np.asarray(one, dtype=np.int64) for one in offsets or ())
    lines = _Lines.of(coordinates, starts)
    found = []
    for distance in reach:
        lines = lines.simplified(distance)
        rings, ends = lines.rings()
        found.append(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, rings, (ends, *groups)))
    return found


@dataclass(frozen=True)
class _Lines:
    """Rings cut where borders meet. Line i of ring ``owner[i]`` is stored in the one direction that both sides agree
    on; ``turned[i]`` says whether the ring runs the other way."""

    lines: list[Coordinates]
    owner: npt.NDArray[np.int64]
    turned: list[bool]

    @classmethod
    def of(cls, coordinates: Coordinates, starts: npt.NDArray[np.int64]) -> _Lines:
        _, ids = np.unique(coordinates.view(np.complex128).ravel(), return_inverse=True)
        meets = _meeting(ids, starts)
        lines, owner, turned = [], [], []
        for ring, (first, last) in enumerate(pairwise(starts)):
            own, at = ids[first:last], coordinates[first:last]
            cuts = np.flatnonzero(meets[own[:-1]])
            if len(cuts) == 0:  # nothing meets it: it begins where anybody would begin it
                cuts = np.array([np.argmin(own[:-1])])
            closed = np.concatenate([np.arange(cuts[0], len(own) - 1), np.arange(cuts[0] + 1)])
            places = np.append(cuts - cuts[0], len(own) - 1)
            for a, b in pairwise(places):
                piece = closed[a : b + 1]
                is_turned = _runs_back(own[piece])
                lines.append(at[piece[::-1] if is_turned else piece])
                owner.append(ring)
                turned.append(is_turned)
        return cls(lines, np.array(owner), turned)

    def simplified(self, distance: float) -> _Lines:
        """Return the lines without the vertices that are nearer than this to the line without them."""
        sizes = [len(line) for line in self.lines]
        made = shapely.simplify(
            shapely.linestrings(np.concatenate(self.lines), indices=np.repeat(np.arange(len(sizes)), sizes)),
            distance,
            preserve_topology=False,
        )
        kept = np.split(shapely.get_coordinates(made), np.cumsum(shapely.get_num_coordinates(made))[:-1])
        return _Lines(self._without_lost(kept), self.owner, self.turned)

    def _without_lost(self, kept: list[Coordinates]) -> list[Coordinates]:
        """Give a ring that has fewer than four vertices left its outermost ones back."""
        sizes = np.zeros(self.owner[-1] + 1, dtype=np.int64)
        np.add.at(sizes, self.owner, [len(line) - 1 for line in kept])
        for at in np.flatnonzero(sizes[self.owner] < 3):
            kept[at] = _outermost(self.lines[at])
        return kept

    def rings(self) -> tuple[Coordinates, npt.NDArray[np.int64]]:
        """Return the rings put together again: coordinates, and where each begins."""
        parts: list[Coordinates] = []
        firsts: dict[int, Coordinates] = {}
        for line, ring, is_turned in zip(self.lines, self.owner, self.turned, strict=True):
            piece = line[::-1] if is_turned else line
            firsts.setdefault(int(ring), piece[0])
            parts.append(piece[:-1])
        sizes = np.zeros(self.owner[-1] + 1, dtype=np.int64)
        np.add.at(sizes, self.owner, [len(part) for part in parts])
        ends = np.concatenate([[0], np.cumsum(sizes + 1)])
        whole = np.empty((ends[-1], 2))
        closing = ends[1:] - 1
        is_open = np.ones(len(whole), dtype=bool)
        is_open[closing] = False
        whole[is_open] = np.concatenate(parts)
        whole[closing] = [firsts[ring] for ring in range(len(sizes))]
        return whole, ends


def _meeting(ids: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return by vertex whether the lines through it differ: there borders meet, or one ends."""
    before, after = np.empty_like(ids), np.empty_like(ids)
    before[1:], after[:-1] = ids[:-1], ids[1:]
    first, last = starts[:-1], starts[1:] - 1
    before[first], after[last] = ids[last - 1], ids[first + 1]
    low, high = np.minimum(before, after), np.maximum(before, after)
    count = int(ids.max()) + 1
    meets = np.zeros(count, dtype=bool)
    for side in (low, high):
        least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(least, ids, side)
        np.maximum.at(most, ids, side)
        meets |= least != most
    return meets


def _runs_back(ids: npt.NDArray[np.int64]) -> bool:
    """Whether a line runs against the direction in which it is stored: towards the higher of its ends."""
    if ids[0] != ids[-1]:
        return bool(ids[0] > ids[-1])
    return bool(ids[1] > ids[-2])


def _outermost(line: Coordinates) -> Coordinates:
    """Return the ends of a line and the vertices farthest west, south, east and north."""
    kept = {0, len(line) - 1, *line.argmin(axis=0).tolist(), *line.argmax(axis=0).tolist()}
    outer = line[sorted(kept)]
    return outer if len(outer) >= 4 else line
