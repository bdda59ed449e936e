"""GeoPackage and FlatGeobuf, written to the disk from Arrow batches: neither can be written from start to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from app.exports.text import Batches
from app.ogc.crs import Crs
from layers.kinds.vector import VectorLayer
from layers.model import FieldType

DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf"}
ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.DECIMAL: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
}
GEOMETRY = "geom"


def write(batches: Batches, layer: VectorLayer, crs: Crs, form: str, path: Path) -> None:
    """Write a file; the first column of a row is its geometry as WKB."""
    schema = pa.schema(
        [pa.field(GEOMETRY, pa.binary()), *(pa.field(f.name, ARROW[f.type]) for f in layer.fields)]
    )
    reader = pa.RecordBatchReader.from_batches(schema, _arrow(batches, schema))
    options: dict[str, Any] = {"layer_options": {"IDENTIFIER": layer.title.zh}} if form == "gpkg" else {}
    pyogrio.write_arrow(
        reader,
        path,
        layer=layer.id,
        driver=DRIVERS[form],
        geometry_name=GEOMETRY,
        geometry_type="Point" if layer.shape == "point" else "MultiPolygon",
        crs=f"EPSG:{crs.srid}",
        **options,
    )


def _arrow(batches: Batches, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for rows in batches:
        if rows:
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
