"""SQL of the vector tiles: built with SQLAlchemy and GeoAlchemy2, so that names are quoted by construction.

All statements take the parameters z, x, y. Geometry is stored in EPSG:3857 beside EPSG:4326, so no tile pays for
a transformation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.types import Float

from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, TILE_EXTENT, VectorLayer

BUFFER = 64
CLUSTER_CELLS = 32
SIMPLIFY_UNITS = 3.0
SIMPLIFY_UP_TO_ZOOM = 11

_Z = bindparam("z", type_=Integer)
_X = bindparam("x", type_=Integer)
_Y = bindparam("y", type_=Integer)


@dataclass(frozen=True)
class Part:
    """A named part of a layer on a day."""

    filter: str
    on: date


def tile_statement(layer: VectorLayer, table: Table, zoom: int, part: Part | None = None) -> Select[Any]:
    """Return the statement that gives one tile as bytes at a zoom (its shape depends on the zoom), of a part of the
    layer where one is named."""
    if part is not None:
        table = _part_of(layer, table, part)
    if layer.shape == "point" and zoom < layer.cluster_below:
        return select(_as_mvt(layer, _clusters(layer, table, zoom), layer.id))
    body = _as_mvt(layer, _features(layer, table, zoom), layer.id)
    if not layer.labelled:
        return select(body)
    return select(body.op("||")(_as_mvt(layer, _label_points(layer, table), f"{layer.id}_label")))


def _part_of(layer: VectorLayer, table: Table, part: Part) -> Any:
    """Return the rows of a part, to be used in place of the table."""
    return select(table).where(layer.filter(part.filter).where(table, part.on)).subquery("part")


@lru_cache(maxsize=1024)
def compiled(
    layer: VectorLayer, table_name: str, zoom: int, part: Part | None = None
) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the statement for asyncpg with $1 … places, and (name, constant) of each place in its order.

    SQLAlchemy builds the text once; its own execution would cost about as much as a small tile.
    """
    statement = tile_statement(layer, layer.table(table_name), zoom, part)
    result = statement.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call]
    return str(result), tuple((name, result.params[name]) for name in result.positiontup or ())


def touches(boxes: Sequence[Sequence[float]], z: int, x: int, y: int) -> bool:
    """Whether a change inside boxes (degrees: west, south, east, north) may show in a tile, its margin included."""
    n = 1 << z
    margin = BUFFER / TILE_EXTENT
    west, east = ((x + e) / n * 360 - 180 for e in (-margin, 1 + margin))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + e) / n)))) for e in (-margin, 1 + margin)
    )
    return any(b[0] <= east and b[2] >= west and b[1] <= north and b[3] >= south for b in boxes)


_HALF = MERCATOR_CIRCUMFERENCE_M / 2


def _envelope(margin: float) -> ColumnElement[Any]:
    """Return the box of the tile, grown on all sides by a share of its width."""
    world = func.ST_MakeEnvelope(-_HALF, -_HALF, _HALF, _HALF, 3857)
    return func.ST_TileEnvelope(_Z, _X, _Y, world, cast(literal(margin), Float))


def _unit(zoom: int) -> float:
    """Return the size of one tile unit in mercator metres."""
    return MERCATOR_CIRCUMFERENCE_M / (1 << zoom) / TILE_EXTENT


def _attributes(layer: VectorLayer, table: Table) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = [table.c[layer.key].label("id")]
    names = list(layer.tile_fields)
    if layer.legend and layer.legend.field not in names:
        names.insert(0, layer.legend.field)
    return columns + [table.c[name] for name in names]


def _features(layer: VectorLayer, table: Table, zoom: int) -> Select[Any]:
    geometry: ColumnElement[Any] = table.c.tile_geom
    if layer.shape == "polygon":
        geometry = _generalised(table, zoom)
    mvt = func.ST_AsMVTGeom(geometry, _envelope(0.0), TILE_EXTENT, BUFFER, True, type_=LargeBinary)
    return (
        select(mvt.label("geom"), *_attributes(layer, table))
        .where(table.c.tile_geom.bool_op("&&")(_envelope(BUFFER / TILE_EXTENT)))
        .order_by(*_draw_order(layer, table))
    )


def _draw_order(layer: VectorLayer, table: Table) -> list[ColumnElement[Any]]:
    """Return the order of features: nested areas the large first, so that the smaller lie on top."""
    if layer.nested:
        return [func.ST_Area(table.c.tile_geom).desc(), table.c[layer.key]]
    return [table.c.fid]


def _generalised(table: Table, zoom: int) -> ColumnElement[Any]:
    """Simplify below half a screen pixel before clipping; what is smaller than a pixel becomes a small square."""
    geometry = table.c.tile_geom
    if zoom > SIMPLIFY_UP_TO_ZOOM:
        return geometry
    unit = _unit(zoom)
    extent = func.greatest(
        func.ST_XMax(geometry) - func.ST_XMin(geometry), func.ST_YMax(geometry) - func.ST_YMin(geometry)
    )
    return case(
        (extent < 8 * unit, func.ST_Expand(func.ST_Centroid(geometry), 4 * unit)),
        else_=func.ST_Simplify(geometry, SIMPLIFY_UNITS * unit, True),
    )


def _clusters(layer: VectorLayer, table: Table, zoom: int) -> Select[Any]:
    """Gather points by grid cell and legend class: counts per class stay exact and no red point can vanish.

    Cells divide the tile, so no cluster stands in two tiles and the sums over tiles are the table's counts.
    """
    return _gathered_in_tile(
        layer,
        _single(layer, table).where(table.c.tile_geom.bool_op("&&")(func.ST_TileEnvelope(_Z, _X, _Y))),
        zoom,
    )


def _single(layer: VectorLayer, table: Table) -> Select[Any]:
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
    found = _gathered(_single(layer, table), zoom).subquery("g")
    return temporary, select(*(found.c[column.name] for column in temporary.columns))


def gathered_statement(layer: VectorLayer, gathered: Table, zoom: int) -> Select[Any]:
    """Return the statement of one tile out of a table of clusters of a zoom that is not lower."""
    return select(_as_mvt(layer, _gathered_in_tile(layer, select(gathered), zoom), layer.id))


def _gathered(points: Select[Any], zoom: int) -> Select[Any]:
    """Sum clusters up by cells of a zoom; the place is the mean of their points."""
    p = points.subquery("p").c
    size = MERCATOR_CIRCUMFERENCE_M / (1 << zoom) / CLUSTER_CELLS
    cells: list[ColumnElement[Any]] = [
        func.floor(p.x / size).label("column"),
        func.floor(p.y / size).label("row"),
    ]
    kind = [p["class"]] if "class" in p else []
    total = func.sum(p.n)
    means: list[ColumnElement[Any]] = [
        (func.sum(at * p.n) / cast(total, Float)).label(name) for at, name in ((p.x, "x"), (p.y, "y"))
    ]
    return select(*means, total.label("n"), func.min(p.key).label("key"), *kind, *cells).group_by(
        *cells, *kind
    )


def _gathered_in_tile(layer: VectorLayer, points: Select[Any], zoom: int) -> Select[Any]:
    inside = func.ST_TileEnvelope(_Z, _X, _Y)
    p = points.subquery("s").c
    in_tile = select(*p).where(
        # half-open box: a point on a shared edge belongs to one tile only
        p.x >= func.ST_XMin(inside),
        p.x < func.ST_XMax(inside),
        p.y >= func.ST_YMin(inside),
        p.y < func.ST_YMax(inside),
    )
    g = _gathered(in_tile, zoom).subquery("g").c
    centre = func.ST_SetSRID(func.ST_MakePoint(g.x, g.y), 3857)
    mvt = func.ST_AsMVTGeom(centre, inside, TILE_EXTENT, 0, True, type_=LargeBinary)
    alone = case((g.n == 1, g.key), else_=None)
    kind = [g["class"]] if layer.legend else []
    named = [one.label(str(layer.legend.field)) for one in kind] if layer.legend else []
    listed = [mvt.label("geom"), alone.label("id"), cast(g.n, Integer).label("n"), *named]
    return select(*listed).order_by(g.column, g.row, *kind)  # the same bytes however the sums were made


def _label_points(layer: VectorLayer, table: Table) -> Select[Any]:
    """Return one label point per polygon, in the one tile it falls into, so that no name is drawn twice."""
    inside = func.ST_TileEnvelope(_Z, _X, _Y)
    point = table.c.label_point
    mvt = func.ST_AsMVTGeom(point, inside, TILE_EXTENT, 0, True, type_=LargeBinary)
    return select(mvt.label("geom"), *_attributes(layer, table)).where(point.bool_op("&&")(inside))


def _as_mvt(layer: VectorLayer, rows: Select[Any], name: str) -> ColumnElement[Any]:
    inner = rows.subquery("t")
    kept = select(*inner.c).where(inner.c.geom.is_not(None)).subquery("m")
    mvt = func.ST_AsMVT(literal_column("m.*"), name, TILE_EXTENT, "geom", type_=LargeBinary)
    return type_coerce(select(mvt).select_from(kept).scalar_subquery(), LargeBinary)
