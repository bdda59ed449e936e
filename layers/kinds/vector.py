"""Vector layers: points and polygons in PostGIS, served as Mapbox Vector Tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Date, Float, Integer, MetaData, Table
from sqlalchemy import Text as SqlText
from sqlalchemy.types import TypeEngine

from layers.errors import NotFound
from layers.model import Field, FieldType, Json, Layer, Text, Theme
from layers.region import BOX

SCHEMA = "layer"
MERCATOR_CIRCUMFERENCE_M = 40_075_016.68557849
TILE_EXTENT = 4096
GENERAL_ZOOMS = (5, 7, 9, 11)
"""Polygons are kept generalised for the zooms up to each of these; beyond the last they are drawn as they are."""
PIECE_ZOOM = GENERAL_ZOOMS[-1] + 1
"""Large polygons are kept in pieces for these tiles and those within them."""
GENERAL_UNITS = 4
"""How far a generalised line may be from the true one, in tile units of the band's highest zoom: half a pixel."""
DOT_UNITS = 8
"""A polygon smaller than this, one pixel of a tile of 512, is drawn as a square of it: nothing disappears."""
TILE_FORMAT = 2
"""Part of every layout: raise it when the same rows would give other tiles, so that caches let go."""

HEAP_FORMAT = 3
"""Part of every layout: raise it when versions are kept in another way."""

SQL_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    FieldType.TEXT: SqlText,
    FieldType.INTEGER: BigInteger,
    FieldType.DECIMAL: Float,
    FieldType.BOOLEAN: Boolean,
    FieldType.DATE: Date,
}


@dataclass(frozen=True)
class Filter:
    """A named part of a layer: the map, the counts and the figures that use it ask the same condition.

    ``where(table, on)`` is the condition on a day; only clocks look at the day. It is
    compiled once for many tiles, so it holds no IN list.
    """

    id: str
    title: Text
    where: Callable[[Table, date], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorLayer(Layer):
    """A layer of points or polygons.

    ``key`` is the natural key (the item key in URLs). Besides the key and the legend field only two kinds of
    attributes go into tiles: ``tile_fields``, which are styled by, and ``text_fields``, which are written on the
    map from zoom ``text_minzoom`` on. Points are gathered into clusters, one per grid cell and legend class, at
    zooms below ``cluster_below``. ``labelled`` polygons get a second tile layer ``<id>_label`` with one point each,
    and the texts are there only; ``nested`` areas lie in one another, and the smaller lie on top. ``adjoining``
    areas have common borders, which are generalised once for both sides, so that no gap opens between neighbours.
    Coordinates outside ``extent`` (degrees) are faults of the file. ``draw(theme)`` gives the MapLibre layers.
    ``filters`` are parts that can be shown and counted alone. ``findable``: the search box finds objects by name
    and code; of two equal matches the layer with the higher number (1 to 10) comes first. ``members``: the layer
    holds zones, and this field of the graded objects names the zone of each.
    """

    shape: Literal["point", "polygon"]
    key: str
    title_field: str = "name"
    tile_fields: Sequence[str] = ()
    text_fields: Sequence[str] = ()
    text_minzoom: int = 0
    cluster_below: int = 0
    labelled: bool = False
    nested: bool = False
    adjoining: bool = False
    extent: tuple[float, float, float, float] = BOX
    draw: Callable[[Theme], list[Json]]
    role: str | None = None
    findable: int = 0
    filters: Sequence[Filter] = ()
    members: str | None = None

    def __post_init__(self) -> None:
        """Refuse fields that do not exist."""
        super().__post_init__()
        names = {f.name for f in self.fields}
        for name in (self.key, self.title_field, *self.tile_fields, *self.text_fields):
            if name not in names:
                raise ValueError(f"layer {self.id}: {name!r} is not one of its fields")

    @property
    def kind(self) -> str:
        """``vector``."""
        return "vector"

    @property
    def geometry(self) -> str:
        """``point`` or ``polygon``."""
        return self.shape

    @property
    def tile_suffix(self) -> str:
        """``mvt``."""
        return "mvt"

    @property
    def layout(self) -> str:
        """A hash of the table's columns, of how versions are kept and of the tile format."""
        columns = [(f.name, f.type.value) for f in self.fields]
        facts = (columns, self.shape, self.key, self.labelled, self.adjoining, HEAP_FORMAT, TILE_FORMAT)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]

    def style(self, theme: Theme) -> list[Json]:
        """Return the MapLibre layers that draw this layer, lowest first."""
        return self.draw(theme)

    def field(self, name: str) -> Field:
        """Return a field by name; KeyError when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def filter(self, filter_id: str) -> Filter:
        """Return a named part of the layer; NotFound (code ``unknown_filter``) when there is none."""
        for candidate in self.filters:
            if candidate.id == filter_id:
                return candidate
        raise NotFound(
            f"图层“{self.title.zh}”没有筛选 {filter_id[:40]!r}",
            f"layer {self.id} has no filter {filter_id[:40]!r}",
            code="unknown_filter",
            layer=self.id,
        )

    def vector_layers(self) -> list[Json]:
        """Describe the layers inside a tile as TileJSON 3 wants them."""
        words = {FieldType.INTEGER: "Number", FieldType.DECIMAL: "Number", FieldType.BOOLEAN: "Boolean"}

        def fields(names: Sequence[str]) -> Json:
            return {"id": "String", **{n: words.get(self.field(n).type, "String") for n in names}}

        zooms = {"minzoom": self.minzoom, "maxzoom": self.maxzoom}
        own = fields(self.attributes(self.maxzoom))
        described: list[Json] = [{"id": self.id, "fields": {**own, "n": "Number"}, **zooms}]
        if self.labelled:
            described.append({"id": f"{self.id}_label", "fields": fields(self.label_attributes()), **zooms})
        return described

    def attributes(self, zoom: int) -> list[str]:
        """Return the fields that go into the tiles of a zoom besides the key."""
        texts = self.text_fields if zoom >= self.text_minzoom and not self.labelled else ()
        return list(dict.fromkeys([*self._legend_field(), *self.tile_fields, *texts]))

    def label_attributes(self) -> list[str]:
        """Return the fields of the label points besides the key."""
        return list(dict.fromkeys([*self._legend_field(), *self.tile_fields, *self.text_fields]))

    def _legend_field(self) -> list[str]:
        return [self.legend.field] if self.legend and self.legend.field else []

    @property
    def geometry_type(self) -> str:
        """The PostGIS type: every polygon is stored as a MultiPolygon."""
        return "POINT" if self.shape == "point" else "MULTIPOLYGON"

    def table(self, name: str) -> Table:
        """Return the view of one version: ``fid``, the fields, ``geom`` (EPSG:4326), ``geom_z`` (the geometry with
        its heights where the file had them), ``tile_geom`` (3857), for polygons ``tile_size`` (the longer side of
        their box) and ``tile_x``, ``tile_y`` (its middle; mercator metres), ``cut_id`` where it is kept in
        pieces too (table ``layer.piece``), and the generalised shapes (3857; null where they would save nothing),
        for labelled layers ``label_point`` (3857), and ``row_hash``. One object per version: SQLAlchemy keeps
        compiled statements by it."""
        return _table(self, name)

    def columns(self) -> list[Column[Any]]:
        """Return new columns of a version's table."""
        columns: list[Column[Any]] = [Column("fid", BigInteger)]
        columns += [Column(f.name, SQL_TYPES[f.type]) for f in self.fields]
        columns += [
            Column("geom", Geometry(self.geometry_type, srid=4326, spatial_index=False)),
            Column("geom_z", Geometry("GEOMETRYZ", srid=4326, dimension=3, spatial_index=False)),
            Column("tile_geom", Geometry(self.geometry_type, srid=3857, spatial_index=False)),
            Column("row_hash", BigInteger, nullable=False),
        ]
        if self.shape == "polygon":
            columns += [Column(name, Float) for name in ("tile_size", "tile_x", "tile_y")]
            columns.append(Column("cut_id", BigInteger))
            columns += [
                Column(name, Geometry("GEOMETRY", srid=3857, spatial_index=False))
                for name in general_columns()
            ]
        if self.labelled:
            columns.append(Column("label_point", Geometry("POINT", srid=3857, spatial_index=False)))
        return columns


PIECE = Table(
    "piece",
    MetaData(),
    Column("cut_id", BigInteger, primary_key=True),
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    Column("heap", SqlText, nullable=False),
    Column("geom", Geometry("GEOMETRY", srid=3857, spatial_index=False), nullable=False),
    schema=SCHEMA,
)
"""Large polygons in pieces, one per tile of ``PIECE_ZOOM`` (x, y) and a little beyond it (``etl/loads/pieces.py``)."""


def general_columns() -> list[str]:
    """Return the names of the columns of generalised shapes, the coarsest first."""
    return [f"general_{zoom}" for zoom in GENERAL_ZOOMS]


def tile_unit_m(zoom: int) -> float:
    """Return the size of one tile unit at a zoom in mercator metres."""
    return MERCATOR_CIRCUMFERENCE_M / (1 << zoom) / TILE_EXTENT


@lru_cache(maxsize=512)
def _table(layer: VectorLayer, name: str) -> Table:
    return Table(name, MetaData(), *layer.columns(), schema=SCHEMA)
