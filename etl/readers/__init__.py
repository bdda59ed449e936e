"""Reading files: one named driver per extension after a look at the first bytes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from etl.manifest import Entry
from etl.readers.files import sniff
from etl.readers.table import read_csv
from etl.readers.vector import read_vector
from etl.readers.zipped import unzipped
from layers.errors import BadFile
from layers.kinds.vector import VectorLayer
from layers.model import Layer

__all__ = ["read_file", "sniff", "wrong_kind"]


def read_file(layer: VectorLayer, entry: Entry, path: Path) -> gpd.GeoDataFrame:
    """Read the table an entry names, out of its zip when it comes in one; the index counts rows from 0.

    Raises:
        BadFile: whatever is wrong with the file, by name.
    """
    suffix = sniff(path)
    if suffix == ".zip":
        with unzipped(path) as inner:
            return read_file(layer, entry, inner)
    if suffix in (".tif", ".tiff"):
        raise wrong_kind(layer, entry)
    if suffix == ".csv":
        return read_csv(path, x=entry.x or "lon", y=entry.y or "lat", crs=entry.crs, encoding=entry.encoding)
    return read_vector(
        path, suffix, table=entry.table, crs=entry.crs, force_crs=entry.force_crs, encoding=entry.encoding
    )


def wrong_kind(layer: Layer, entry: Entry) -> BadFile:
    """Return the error of a raster file for a vector layer, or the other way round."""
    return BadFile(
        f"图层 {layer.id} 是{'栅格' if layer.kind == 'raster' else '矢量'}图层，{entry.file} 不合适",
        f"layer {layer.id} is a {layer.kind} layer; {entry.file} does not fit it",
        code="wrong_kind",
        file=entry.file,
        layer=layer.id,
    )
