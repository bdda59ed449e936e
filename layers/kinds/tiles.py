"""SQL of the vector tiles: built with SQLAlchemy and GeoAlchemy2, so that names are quoted by construction.

Geometry is stored in EPSG:3857 beside EPSG:4326, so no tile pays for a transformation. A tile that is too heavy is made
again coarser: more is gathered, and nothing is left out.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import asyncpg

from layers.kinds.tile_areas import areas, grain_of
from layers.kinds.tile_points import cells_of, clusters, each
from layers.kinds.tile_sql import ASKED, BUFFER, LISTED, Address, as_mvt, label_points
from layers.kinds.vector import GENERAL_ZOOMS, TILE_EXTENT, VectorLayer

MOST_BYTES = 500_000
"""No tile is larger than this before it is packed."""
MOST_PACKED = 150_000
"""No tile is larger than this on the wire, gzip."""
COARSEST = 6
"""How often a tile is made coarser: each step doubles the cells."""
GZIP_LEVEL = 5
BUFFER_SHARE = BUFFER / TILE_EXTENT
"""Margin of a tile as a share of its side."""


class Choice(Protocol):
    """What of a layer is in a tile. A choice is hashable: equal ones share statements and kept tiles."""

    def condition(self, layer: VectorLayer, table: Table) -> ColumnElement[bool]:
        """Return the condition over a version of the layer."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Part:
    """A named part of a layer on a day."""

    filter: str
    on: date

    def condition(self, layer: VectorLayer, table: Table) -> ColumnElement[bool]:
        """Return the condition of the part; NotFound (code ``unknown_filter``) where the layer has none such."""
        return layer.filter(self.filter).where(table, self.on)


def tile_statement(
    layer: VectorLayer,
    table: Table,
    zoom: int,
    choice: Choice | None = None,
    coarser: int = 0,
    at: Address = ASKED,
) -> Select[Any]:
    """Return the statement that gives one tile as bytes at a zoom (its shape depends on the zoom), of what is chosen of
    the layer; ``coarser`` is how often it is to be made lighter than it would be."""
    rows: Any = table
    if choice is not None:
        rows = select(table).where(choice.condition(layer, table)).subquery("part")
    if layer.shape == "point":
        cells = cells_of(layer, zoom, coarser)
        drawn = each(layer, rows, zoom, at) if cells is None else clusters(layer, rows, zoom, cells, at)
    else:
        drawn = areas(layer, rows, zoom, grain_of(layer, zoom, coarser), at)
    body = as_mvt(layer, drawn, layer.id)
    if not layer.labelled:
        return select(body)
    return select(body.op("||")(as_mvt(layer, label_points(layer, rows, at), f"{layer.id}_label")))


def listed_tiles(statement: Select[Any]) -> Select[Any]:
    """Return the statement that gives x, y and bytes of many tiles of a zoom (parameters z, xs, ys) out of that of one
    (made ``at=LISTED``)."""
    columns = (func.unnest(bindparam(f"{n}s", type_=ARRAY(Integer))).label(n) for n in "xy")
    listed = select(*columns).subquery("listed")
    return select(listed.c.x, listed.c.y, statement.scalar_subquery())


@lru_cache(maxsize=2048)
def compiled(
    layer: VectorLayer, table_name: str, zoom: int, choice: Choice | None = None, coarser: int = 0
) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the statement for asyncpg with $1 … places, and (name, constant) of each place in its order.

    SQLAlchemy builds the text once; its own execution would cost about as much as a small tile.
    """
    alike = zoom_alike(layer, zoom)
    if coarser == 0 and alike != zoom:
        return compiled(layer, table_name, alike, choice)
    return _compiled(tile_statement(layer, layer.table(table_name), zoom, choice, coarser))


def zoom_alike(layer: VectorLayer, zoom: int) -> int:
    """Return the lowest zoom that has the same statement: above the generalised ones only the address differs."""
    lowest = GENERAL_ZOOMS[-1] + 1
    same = zoom > lowest >= layer.cluster_below and layer.attributes(zoom) == layer.attributes(lowest)
    return lowest if same else zoom


@lru_cache(maxsize=512)
def compiled_list(
    layer: VectorLayer, table_name: str, zoom: int, choice: Choice | None = None
) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the same for many tiles of a zoom (places z, xs, ys)."""
    zoom = zoom_alike(layer, zoom)
    return _compiled(listed_tiles(tile_statement(layer, layer.table(table_name), zoom, choice, 0, LISTED)))


def _compiled(statement: Select[Any]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    result = statement.compile(
        dialect=asyncpg.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"render_postcompile": True},
    )
    return str(result), tuple((name, result.params[name]) for name in result.positiontup or ())


def is_heavy(body: bytes) -> bool:
    """Whether a tile is too large, as it is or packed; only what is large is packed to find out."""
    if len(body) <= MOST_PACKED:
        return False
    return len(body) > MOST_BYTES or len(gzip.compress(body, GZIP_LEVEL)) > MOST_PACKED


def touches(boxes: Sequence[Sequence[float]], z: int, x: int, y: int) -> bool:
    """Whether a change inside boxes (degrees: west, south, east, north) may show in a tile, its margin included."""
    west, south, east, north = tile_bounds(z, x, y, BUFFER_SHARE)
    return any(b[0] <= east and b[2] >= west and b[1] <= north and b[3] >= south for b in boxes)


def tile_bounds(z: int, x: int, y: int, margin: float = 0.0) -> tuple[float, float, float, float]:
    """Return the box of a tile (degrees: west, south, east, north), grown by a share of its side."""
    n = 1 << z
    west, east = ((x + e) / n * 360 - 180 for e in (-margin, 1 + margin))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + e) / n)))) for e in (-margin, 1 + margin)
    )
    return west, south, east, north
