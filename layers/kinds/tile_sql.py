"""What all vector tiles are made with: the address of a tile, its box and units, its attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)

from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, TILE_EXTENT, VectorLayer

BUFFER = 64
"""Margin drawn beyond the edge, in tile units: what MapLibre needs so that lines and dots are not cut."""

_HALF = MERCATOR_CIRCUMFERENCE_M / 2


@dataclass(frozen=True)
class Address:
    """Where a tile stands: zoom, column, row, as expressions of a statement.

    What follows from them stands in subqueries: PostgreSQL then computes it once per tile, not once per row.
    """

    z: ColumnElement[int]
    x: ColumnElement[int]
    y: ColumnElement[int]

    @property
    def box(self) -> ColumnElement[Any]:
        """The box of the tile."""
        return _once(func.ST_TileEnvelope(self.z, self.x, self.y))

    @property
    def edges(self) -> tuple[ColumnElement[Any], ...]:
        """West, south, east and north of the box, mercator metres."""
        box = func.ST_TileEnvelope(self.z, self.x, self.y)
        edges = (func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
        return tuple(_once(edge) for edge in edges)

    @property
    def box_with_margin(self) -> ColumnElement[Any]:
        """The box of the tile with what is drawn beyond its edge."""
        world = func.ST_MakeEnvelope(-_HALF, -_HALF, _HALF, _HALF, 3857)
        margin = cast(literal(BUFFER / TILE_EXTENT), Float)
        return _once(func.ST_TileEnvelope(self.z, self.x, self.y, world, margin))


def _once(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    return select(expression).scalar_subquery()


ASKED = Address(*(bindparam(name, type_=Integer) for name in "zxy"))
"""One tile: the statement takes the parameters z, x, y."""

LISTED = Address(bindparam("z", type_=Integer), *(literal_column(f"listed.{name}", Integer) for name in "xy"))
"""The tile of a row of ``listed``."""


def attributes(layer: VectorLayer, table: Table, names: list[str]) -> list[ColumnElement[Any]]:
    """Return the key as ``id`` and the fields that go into a tile."""
    return [table.c[layer.key].label("id"), *(table.c[name] for name in names)]


def as_mvt(layer: VectorLayer, rows: Any, name: str) -> ColumnElement[Any]:
    """Return rows (``geom`` in tile units, null for what is not seen) as a layer of a tile.

    The offset is a fence: without it the condition is asked below it, and every shape is cut twice.
    """
    inner = rows.offset(literal_column("0")).subquery("t")
    kept = select(*inner.c).where(inner.c.geom.is_not(None)).subquery("m")
    mvt = func.ST_AsMVT(literal_column("m.*"), name, TILE_EXTENT, "geom", type_=LargeBinary)
    return type_coerce(select(mvt).select_from(kept).scalar_subquery(), LargeBinary)


def in_tile(geometry: ColumnElement[Any], box: ColumnElement[Any], buffer: int) -> ColumnElement[Any]:
    """Return a geometry (3857) in tile units, cut ``buffer`` units beyond the edge."""
    return func.ST_AsMVTGeom(geometry, box, TILE_EXTENT, buffer, True, type_=LargeBinary)


def within(x: ColumnElement[Any], y: ColumnElement[Any], at: Address) -> list[ColumnElement[bool]]:
    """Return the conditions that a place lies in a tile; the box is half open, so each place is in one tile only."""
    west, south, east, north = at.edges
    return [x >= west, x < east, y >= south, y < north]


def label_points(layer: VectorLayer, table: Table, at: Address) -> Select[Any]:
    """Return one label point per polygon, in the one tile it falls into, so that no name is drawn twice."""
    point = table.c.label_point
    listed = attributes(layer, table, layer.label_attributes())
    return select(in_tile(point, at.box, 0).label("geom"), *listed).where(point.bool_op("&&")(at.box))
