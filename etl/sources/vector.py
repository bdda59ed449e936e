"""GeoPackage, FileGDB and GeoJSON through GDAL's Arrow interface, with one driver in the process."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import open_arrow

from etl.sources.columns import Cleaner, column_type, stream_schema
from etl.sources.crs_text import declared_wkt
from etl.sources.gdal import Library
from etl.sources.geometry import normalise, shape_of
from etl.sources.members import Member
from etl.sources.model import Column, Finding, Format, Limits, Shape, TableFacts
from etl.sources.refusals import unreadable
from etl.sources.table import assembled, batch_rows, numbers

log = logging.getLogger(__name__)
DRIVERS: dict[Format, str] = {
    "gpkg": "GPKG",
    "filegdb": "OpenFileGDB",
    "geojson": "GeoJSON",
    "shapefile": "ESRI Shapefile",
}
OPTIONS: dict[Format, dict[str, str]] = {"gpkg": {"IMMUTABLE": "YES"}}
OUT_OF_MEMORY = ("memory", "alloc", "too large feature")
FAULTS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError)
SHAPES: dict[str, Shape] = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "CircularString": "line",
    "CompoundCurve": "line",
    "MultiCurve": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
    "CurvePolygon": "polygon",
    "MultiSurface": "polygon",
    "PolyhedralSurface": "polygon",
    "TIN": "polygon",
    "Triangle": "polygon",
}


def layers_of(member: Member, library: Library) -> list[str]:
    """Return the names of the layers of a file.

    Raises:
        BadFile: the one driver allowed does not understand the file (code ``unreadable``).
    """
    with _told(member):
        library.only(DRIVERS[member.format])
        return [str(name) for name, _ in pyogrio.list_layers(member.path)]


class GdalTable:
    """A layer that GDAL reads. ``geometry_only`` leaves the attributes to somebody else."""

    def __init__(
        self,
        member: Member,
        layer: str | None,
        name: str,
        library: Library,
        limits: Limits,
        *,
        geometry_only: bool = False,
    ) -> None:
        self._member, self._layer, self._name = member, layer, name
        self._library, self._limits = library, limits
        self._geometry_only = geometry_only
        self._cleaner = Cleaner()
        self._types: set[int] = set()
        library.only(DRIVERS[member.format])

    @cached_property
    def facts(self) -> TableFacts:
        """What the layer says of itself."""
        with _told(self._member):
            info = pyogrio.read_info(self._member.path, layer=self._layer, **self._options)
        with self._open() as (_, reader):
            columns = self._columns_of(reader.schema)
        declared = str(info["geometry_type"] or "none")
        plain = declared.removeprefix("2.5D ").removeprefix("3D ").removeprefix("Measured ").split(" ")[0]
        crs = info["crs"]
        return TableFacts(
            name=self._name,
            format=self._member.format,
            rows=int(info["features"]) if info["features"] >= 0 else None,
            geometry="none" if info["geometry_type"] is None else SHAPES.get(plain, "mixed"),
            columns=columns,
            crs_wkt=declared_wkt(crs),
            crs_note=crs,
            has_z="3D" in declared or "2.5D" in declared or declared.endswith((" Z", " ZM")),
            has_m="Measured" in declared or declared.endswith((" M", " ZM")),
        )

    def findings(self) -> list[Finding]:
        """Return what the rows read so far brought to light."""
        found = self._cleaner.findings()
        if any(code // 1000 in (2, 3) for code in self._types):
            found.append(
                Finding(
                    "m_dropped",
                    "info",
                    "M 值（量测值）未采用",
                    "measures (M) are not used",
                    {"table": self._name},
                )
            )
        return found

    @property
    def shape(self) -> Shape:
        """The shape that the rows read so far amount to."""
        return shape_of(self._types)

    @property
    def has_z(self) -> bool:
        """Whether a row read so far has heights."""
        return any(code // 1000 in (1, 3) for code in self._types)

    @cached_property
    def _options(self) -> dict[str, str]:
        return OPTIONS.get(self._member.format, {})

    def _columns_of(self, schema: pa.Schema) -> list[Column]:
        return [Column(field.name, column_type(field.type)) for field in schema if not _is_geometry(field)]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all rows."""
        facts, first = self.facts, 1
        schema = stream_schema(facts.columns)
        with self._open() as (meta, reader):
            for batch in reader:
                shapes = None
                name = meta["geometry_name"] or "wkb_geometry"
                if name in batch.schema.names:
                    geometry = batch.column(name)
                    shapes = normalise(geometry, self._limits.vertices, self._library.linear)
                    self._types |= shapes.types
                columns = [self._cleaner.clean(batch.column(column.name), column) for column in facts.columns]
                yield assembled(schema, numbers(first, batch.num_rows), columns, shapes)
                first += batch.num_rows

    @contextmanager
    def _open(self) -> Iterator[tuple[dict[str, Any], pa.RecordBatchReader]]:
        rows = self.__dict__["facts"].rows if "facts" in self.__dict__ else None
        size = sum(part.stat().st_size for part in _files(self._member.path))
        with (
            _told(self._member),
            open_arrow(
                self._member.path,
                layer=self._layer,
                columns=[] if self._geometry_only else None,
                batch_size=batch_rows(size, rows),
                use_pyarrow=True,
                **self._options,
            ) as opened,
        ):
            yield opened


def refined(table: GdalTable, facts: TableFacts) -> TableFacts:
    """Return the facts of a layer of undeclared shape with what its rows show."""
    shape = table.shape if facts.geometry == "mixed" and table.shape != "none" else facts.geometry
    return replace(facts, geometry=shape, has_z=facts.has_z or table.has_z)


@contextmanager
def _told(member: Member) -> Iterator[None]:
    """Turn what GDAL raises into a refusal, and silence its warnings: they name files of the scratch folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (*FAULTS, UnicodeDecodeError, pa.ArrowException, RuntimeError) as error:
            log.warning("GDAL on %s: %s", member.name, error)
            if any(word in str(error).lower() for word in OUT_OF_MEMORY):
                raise MemoryError from error
            raise unreadable(member.name) from error


def _is_geometry(field: pa.Field) -> bool:
    extension = (field.metadata or {}).get(b"ARROW:extension:name", b"")
    return extension in (b"geoarrow.wkb", b"ogc.wkb")


def _files(path: Path) -> list[Path]:
    return [entry for entry in path.iterdir() if entry.is_file()] if path.is_dir() else [path]
