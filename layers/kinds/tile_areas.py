"""Tiles of polygons: generalised shapes up to a zoom; what is too small for a shape of its own is gathered.

Polygons of a few pixels are drawn as squares, one per grid cell and legend class, with the number of those it stands
for: at every zoom every red and orange object is in its tile, as itself or in a square that says so.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Table,
    case,
    cast,
    func,
    null,
    select,
    union_all,
)

from layers.kinds.tile_sql import BUFFER, Address, attributes, in_tile, within
from layers.kinds.vector import DOT_UNITS, GENERAL_ZOOMS, PIECE, PIECE_ZOOM, VectorLayer, tile_unit_m

GRAIN_UNITS = 16
"""Polygons with a legend that are smaller than this, two pixels, are gathered."""


def grain_of(layer: VectorLayer, zoom: int, coarser: int) -> int | None:
    """Return the size, in tile units, below which polygons are gathered; None where none are."""
    if layer.legend is not None and zoom <= GENERAL_ZOOMS[-1]:
        return GRAIN_UNITS << coarser
    return GRAIN_UNITS << (coarser - 1) if coarser else None


def areas(layer: VectorLayer, table: Table, zoom: int, grain: int | None, at: Address) -> Any:
    """Return the polygons of a tile."""
    size_m = grain * tile_unit_m(zoom) if grain else None
    single = _single(layer, table, zoom, size_m, at)
    if size_m is None:
        return single.order_by(*_draw_order(layer, table))
    order = [cast(null(), Integer).label("n"), *_order_columns(layer, table)]
    large = single.add_columns(*order)
    both = union_all(large, _gathered(layer, table, zoom, size_m, at)).subquery("both").c
    shown = [both[name] for name in ("geom", "id", *layer.attributes(zoom), "n")]
    # the gathered lie on top, the worst (the first of the legend) above all
    return select(*shown).order_by(both.is_gathered, both.draw_size.desc(), both.draw_order)


def _single(layer: VectorLayer, table: Table, zoom: int, size_m: float | None, at: Address) -> Select[Any]:
    """Return polygons by themselves, those of at least ``size_m`` where it is given."""
    geometry = in_tile(_shape(table, zoom, at), at.box, BUFFER)
    query = select(geometry.label("geom"), *attributes(layer, table, layer.attributes(zoom))).where(
        table.c.tile_geom.bool_op("&&")(at.box_with_margin)
    )
    return query if size_m is None else query.where(table.c.tile_size >= size_m)


def _shape(table: Table, zoom: int, at: Address) -> ColumnElement[Any]:
    """Return the shape that is drawn at a zoom; what is smaller than a pixel becomes a square of one."""
    if zoom >= PIECE_ZOOM:
        return case((table.c.cut_id.is_(None), table.c.tile_geom), else_=_piece(table, at))
    unit = tile_unit_m(zoom)
    fit = [table.c[f"general_{band}"] for band in GENERAL_ZOOMS if band >= zoom]
    square = func.ST_Expand(func.ST_Centroid(table.c.tile_geom), DOT_UNITS / 2 * unit)
    return case((table.c.tile_size < DOT_UNITS * unit, square), else_=func.coalesce(*fit, table.c.tile_geom))


def _piece(table: Table, at: Address) -> ColumnElement[Any]:
    """Return the piece of a large polygon that a tile lies in."""
    column, row = (axis.bool_op(">>")(at.z - PIECE_ZOOM) for axis in (at.x, at.y))
    here = (PIECE.c.cut_id == table.c.cut_id, PIECE.c.x == column, PIECE.c.y == row)
    return select(PIECE.c.geom).where(*here).correlate(table).scalar_subquery()


def _draw_order(layer: VectorLayer, table: Table) -> list[ColumnElement[Any]]:
    """Return the order of features: nested areas the large first, so that the smaller lie on top."""
    return [table.c.tile_size.desc(), table.c[layer.key]] if layer.nested else [table.c.fid]


def _order_columns(layer: VectorLayer, table: Table) -> list[ColumnElement[Any]]:
    size = table.c.tile_size if layer.nested else cast(0.0, table.c.tile_size.type)
    return [cast(0, Integer).label("is_gathered"), size.label("draw_size"), table.c.fid.label("draw_order")]


def _gathered(layer: VectorLayer, table: Table, zoom: int, size_m: float, at: Address) -> Select[Any]:
    """Return the small polygons of a tile as squares: as large as they are together, at least a pixel."""
    x, y = table.c.tile_x.label("x"), table.c.tile_y.label("y")
    names = layer.attributes(zoom)
    listed = [table.c[name] for name in names]
    small = (
        select(x, y, table.c.tile_size, table.c[layer.key].label("key"), table.c.fid, *listed)
        .where(table.c.tile_geom.bool_op("&&")(at.box), table.c.tile_size < size_m)
        .subquery("s")
        .c
    )
    legend = [small[layer.legend.field]] if layer.legend else []
    grid = [func.floor(small.x / size_m), func.floor(small.y / size_m)]
    centre = func.ST_SetSRID(func.ST_MakePoint(func.avg(small.x), func.avg(small.y)), 3857)
    side = func.least(func.sqrt(func.sum(small.tile_size * small.tile_size)), size_m)
    square = func.ST_Expand(centre, func.greatest(side, DOT_UNITS * tile_unit_m(zoom)) / 2)
    alone = func.count() == 1
    own = [
        (small[name] if layer.legend and name == layer.legend.field else _when(alone, small[name])).label(
            name
        )
        for name in names
    ]
    order = _worst_last(layer, small)
    return (
        select(
            in_tile(square, at.box, BUFFER).label("geom"),
            _when(alone, small.key).label("id"),
            *own,
            cast(func.count(), Integer).label("n"),
            cast(1, Integer).label("is_gathered"),
            (-order).label("draw_size"),
            func.min(small.fid).label("draw_order"),
        )
        .where(*within(small.x, small.y, at))
        .group_by(*grid, *legend)
    )


def _when(alone: ColumnElement[bool], column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the value of the one polygon of a group; several have none in common."""
    any_one = func.bool_or(column) if isinstance(column.type, Boolean) else func.min(column)
    return case((alone, any_one), else_=None)


def _worst_last(layer: VectorLayer, small: Any) -> ColumnElement[Any]:
    """Return a number that rises from what has no class to the first of the legend."""
    if layer.legend is None:
        return cast(0.0, small.tile_size.type)
    classes = layer.legend.classes
    ranks = [
        (small[layer.legend.field] == row.value, cast(float(len(classes) - at), small.tile_size.type))
        for at, row in enumerate(classes)
        if row.value is not None
    ]
    return case(*ranks, else_=cast(0.0, small.tile_size.type))
