"""Tiles of points: each by itself from a zoom on, clusters below it.

Points are gathered by grid cell and legend class: counts per class stay exact and no red point can vanish. Cells divide
the tile, so no cluster stands in two tiles and the sums over tiles are the table's counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    case,
    cast,
    func,
    literal_column,
    select,
)

from layers.kinds.tile_sql import ASKED, BUFFER, Address, as_mvt, attributes, in_tile, within
from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, VectorLayer

CLUSTER_CELLS = 32
"""Cells along the side of a tile: 16 pixels each."""
LOOSE_CELLS = 128
"""The same where single points were drawn but are too many for a tile."""


def cells_of(layer: VectorLayer, zoom: int, coarser: int) -> int | None:
    """Return how many cells stand along the side of a tile; None where each point is drawn by itself."""
    if zoom < layer.cluster_below:
        return max(1, CLUSTER_CELLS >> coarser)
    return max(1, LOOSE_CELLS >> (coarser - 1)) if coarser else None


def each(layer: VectorLayer, table: Table, zoom: int, at: Address) -> Select[Any]:
    """Return every point by itself."""
    geometry = in_tile(table.c.tile_geom, at.box, BUFFER)
    return (
        select(geometry.label("geom"), *attributes(layer, table, layer.attributes(zoom)))
        .where(table.c.tile_geom.bool_op("&&")(at.box_with_margin))
        .order_by(table.c.fid)
    )


def clusters(layer: VectorLayer, table: Table, zoom: int, cells: int, at: Address) -> Select[Any]:
    """Return the clusters of a tile."""
    here = single(layer, table).where(table.c.tile_geom.bool_op("&&")(at.box))
    return _gathered_in_tile(layer, here, zoom, cells, at)


def single(layer: VectorLayer, table: Table) -> Select[Any]:
    """Return points as clusters of one."""
    x, y = func.ST_X(table.c.tile_geom).label("x"), func.ST_Y(table.c.tile_geom).label("y")
    columns = [x, y, literal_column("1").label("n"), table.c[layer.key].label("key")]
    return select(*columns, *([table.c[layer.legend.field].label("class")] if layer.legend else []))


def gather(layer: VectorLayer, table: Table, zoom: int) -> tuple[Table, Select[Any]]:
    """Return a temporary table, and the query that fills it: the clusters of all points of a layer at a zoom.

    The cells of a lower zoom are made of whole cells of this one, so its tiles can be made of this table.
    """
    kind = [Column("class", table.c[layer.legend.field].type)] if layer.legend else []
    place = [Column("x", Float), Column("y", Float), Column("n", BigInteger), Column("key", Text)]
    temporary = Table(
        "gathered", MetaData(), *place, *kind, prefixes=["TEMPORARY"], postgresql_on_commit="DROP"
    )
    found = _gathered(single(layer, table), zoom, CLUSTER_CELLS).subquery("g")
    return temporary, select(*(found.c[column.name] for column in temporary.columns))


def gathered_statement(
    layer: VectorLayer, gathered: Table, zoom: int, coarser: int = 0, at: Address = ASKED
) -> Select[Any]:
    """Return the statement of one tile out of a table of clusters of a zoom that is not lower."""
    cells = max(1, CLUSTER_CELLS >> coarser)
    return select(as_mvt(layer, _gathered_in_tile(layer, select(gathered), zoom, cells, at), layer.id))


def _gathered(points: Select[Any], zoom: int, cells: int) -> Select[Any]:
    """Sum clusters up by cells of a zoom; the place is the mean of their points."""
    p = points.subquery("p").c
    size = MERCATOR_CIRCUMFERENCE_M / (1 << zoom) / cells
    grid: list[ColumnElement[Any]] = [
        func.floor(p.x / size).label("column"),
        func.floor(p.y / size).label("row"),
    ]
    kind = [p["class"]] if "class" in p else []
    total = func.sum(p.n)
    means: list[ColumnElement[Any]] = [
        (func.sum(at * p.n) / cast(total, Float)).label(name) for at, name in ((p.x, "x"), (p.y, "y"))
    ]
    key = func.min(p.key).label("key")
    return select(*means, total.label("n"), key, *kind, *grid).group_by(*grid, *kind)


def _gathered_in_tile(
    layer: VectorLayer, points: Select[Any], zoom: int, cells: int, at: Address
) -> Select[Any]:
    p = points.subquery("s").c
    here = select(*p).where(*within(p.x, p.y, at))
    g = _gathered(here, zoom, cells).subquery("g").c
    centre = func.ST_SetSRID(func.ST_MakePoint(g.x, g.y), 3857)
    kind = [g["class"]] if layer.legend else []
    named = [one.label(str(layer.legend.field)) for one in kind] if layer.legend else []
    listed = [
        in_tile(centre, at.box, 0).label("geom"),
        case((g.n == 1, g.key), else_=None).label("id"),
        cast(g.n, Integer).label("n"),
        *named,
    ]
    return select(*listed).order_by(g.column, g.row, *kind)  # the same bytes however the sums were made
