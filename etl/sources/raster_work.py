"""The work of the confined process on a raster: checked in strips, then written as a Cloud Optimized GeoTIFF."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio import features, windows
from rasterio import shutil as rasterio_shutil
from rasterio.errors import RasterioError
from rasterio.transform import Affine
from shapely.geometry import mapping

from etl.sources.members import Member, check_content, members_of
from etl.sources.model import Limits, RasterFacts
from etl.sources.refusals import table_unclear, unreadable
from etl.sources.request import OUTPUT, Request
from layers.errors import BadFile
from layers.region import BOX

DRIVERS = ("GTiff", "COG", "MEM", "Memory")
MOST_PER_CELL = 10_000_000.0
"""More in one cell than any city has: the raster is no count, or its nodata value is not declared."""
STRIP_CELLS = 4_000_000
FOOTPRINT_SIDE = 1_024
FOOTPRINT_VERTICES = 5_000


def convert(request: Request, scratch: Path) -> RasterFacts:
    """Check the raster of a source and write it to ``output.tif`` in the scratch folder.

    Raises:
        BadFile: unreadable, several bands, another coordinate system or none, no cell with data, outside the
            region, too large, or a negative or absurd count in an additive raster.
    """
    member = _chosen(request, scratch)
    try:
        with rasterio.open(member.path, driver="GTiff") as source:
            _check_header(member.name, source, request.limits)
            facts = _facts(member.name, source, additive=request.additive)
        rasterio_shutil.copy(
            str(member.path), str(scratch / OUTPUT), driver="COG", **_profile(facts, request.additive)
        )
    except RasterioError as error:
        raise unreadable(member.name) from error
    return facts


def _chosen(request: Request, scratch: Path) -> Member:
    members = members_of(request.path, request.readable, scratch, request.limits)
    rasters = [member for member in members if member.format == "geotiff"]
    wanted = request.options.table
    fitting = [member for member in rasters if wanted in (None, member.name)]
    if not rasters:
        raise BadFile(
            f"{request.path.name} 里没有 GeoTIFF 栅格",
            f"{request.path.name} holds no GeoTIFF",
            code="wrong_kind",
            file=request.path.name,
        )
    if len(fitting) != 1:
        raise table_unclear(request.path.name, [member.name for member in rasters], wanted)
    check_content(fitting[0])
    return fitting[0]


def _profile(facts: RasterFacts, additive: bool) -> dict[str, str]:
    """Return how to write: sums must not change, so an additive raster gets no smaller copies of itself."""
    whole = np.issubdtype(np.dtype(facts.dtype), np.integer)
    overviews = (
        {"OVERVIEWS": "NONE"} if additive else {"OVERVIEW_RESAMPLING": "NEAREST" if whole else "AVERAGE"}
    )
    return {"COMPRESS": "DEFLATE", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER", **overviews}


def _facts(file: str, source: rasterio.DatasetReader, *, additive: bool) -> RasterFacts:
    cells, total = 0, 0.0
    coarse = _Coarse(source.height, source.width)
    for window, values in _strips(source):
        known = ~np.ma.getmaskarray(values)
        data = np.ma.getdata(values)
        finite = np.isfinite(data)
        # NaN is nobody's count: as declared nodata it is masked, otherwise a fault like infinity
        bad = known & ~finite
        if additive:
            bad |= known & finite & ((data < 0) | (data > MOST_PER_CELL))
        if bad.any():
            row, column = np.argwhere(bad)[0].tolist()
            raise _no_count(file, row + int(window.row_off) + 1, column + 1, float(data[row, column]))
        cells += int(known.sum())
        total += float(data[known].sum(dtype=np.float64))
        coarse.add(int(window.row_off), known)
    if not cells:
        raise BadFile(
            f"{file} 没有任何有值的像元", f"{file} has no cell with data", code="empty_file", file=file
        )
    box = source.bounds
    return RasterFacts(
        bounds=(box.left, box.bottom, box.right, box.top),
        cells=cells,
        total=total,
        cell=(abs(source.transform.a), abs(source.transform.e)),
        dtype=str(source.dtypes[0]),
        nodata=None if source.nodata is None or math.isnan(source.nodata) else float(source.nodata),
        footprint=coarse.footprint(source.transform, shapely.box(*box)),
    )


def _strips(source: rasterio.DatasetReader) -> Iterator[tuple[windows.Window, np.ma.MaskedArray[Any, Any]]]:
    """Yield the raster in strips of whole rows, as many as memory should hold."""
    rows = max(1, STRIP_CELLS // source.width)
    for first in range(0, source.height, rows):
        window = windows.Window(0, first, source.width, min(rows, source.height - first))
        yield window, source.read(1, window=window, masked=True)


class _Coarse:
    """Where there is data, on a grid coarse enough to be outlined with few vertices."""

    def __init__(self, height: int, width: int) -> None:
        self._factor = max(1, -(-max(height, width) // FOOTPRINT_SIDE))
        self._grid = np.zeros((-(-height // self._factor), -(-width // self._factor)), bool)

    def add(self, first: int, known: NDArray[np.bool_]) -> None:
        """Mark the cells of a strip whose first row is ``first``."""
        rows = (np.arange(first, first + len(known)) // self._factor) - first // self._factor
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        across = np.logical_or.reduceat(known, np.arange(0, known.shape[1], self._factor), axis=1)
        down = np.logical_or.reduceat(across, starts, axis=0)
        self._grid[first // self._factor : first // self._factor + len(down)] |= down

    def footprint(self, transform: Affine, frame: shapely.Polygon) -> dict[str, Any]:
        """Return the outline as a GeoJSON MultiPolygon within ``frame``; coarser where the data is in many pieces."""
        grid, factor = self._grid, self._factor
        while _corners(grid) > FOOTPRINT_VERTICES:
            grid = np.pad(grid, [(0, side % 2) for side in grid.shape])
            grid = grid[::2, ::2] | grid[1::2, ::2] | grid[::2, 1::2] | grid[1::2, 1::2]
            factor *= 2
        t = transform
        cells = Affine(t.a * factor, t.b * factor, t.c, t.d * factor, t.e * factor, t.f)
        pieces = features.shapes(grid.astype(np.uint8), mask=grid, transform=cells)
        union = shapely.union_all([shapely.geometry.shape(piece) for piece, _ in pieces])
        return dict(mapping(shapely.MultiPolygon(_polygons(shapely.intersection(union, frame)))))


def _corners(grid: NDArray[np.bool_]) -> int:
    """Return how many corners the outline of a grid has: where one or three of four neighbours are set."""
    cells = np.pad(grid, 1).astype(np.int8)
    around = cells[:-1, :-1] + cells[1:, :-1] + cells[:-1, 1:] + cells[1:, 1:]
    crossed = (around == 2) & (cells[:-1, :-1] == cells[1:, 1:])
    return int((around % 2 == 1).sum() + 2 * crossed.sum())


def _polygons(geometry: Any) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]


def _no_count(file: str, row: int, column: int, value: float) -> BadFile:
    return BadFile(
        f"{file} 第 {row} 行第 {column} 列的值 {value:g} 不是可信的计数；漏声明 nodata？",
        f"{file}: {value:g} at row {row}, column {column} is no believable count; is the nodata value declared?",
        code="out_of_range",
        file=file,
        row=row,
    )


def _check_header(file: str, source: rasterio.DatasetReader, limits: Limits) -> None:
    if source.width * source.height > limits.cells:
        raise BadFile(
            f"{file} 有 {source.width} × {source.height} 个像元，超过上限 {limits.cells:,}",
            f"{file} has {source.width} x {source.height} cells, more than {limits.cells:,}",
            code="too_large",
            file=file,
        )
    if source.count != 1:
        raise BadFile(
            f"{file} 有 {source.count} 个波段，应为 1 个",
            f"{file} has {source.count} bands, not one",
            file=file,
        )
    if source.crs is None:
        raise BadFile(f"{file} 没有坐标系", f"{file} has no coordinate system", code="crs_unknown", file=file)
    if source.crs.to_epsg() not in (4326, 4490):
        raise BadFile(
            f"{file} 的坐标系是 {source.crs}，计数栅格应为 EPSG:4326；请先重投影（保持总数）",
            f"{file} is in {source.crs}; it must be EPSG:4326 (reproject it keeping the total)",
            code="crs_unsupported",
            file=file,
        )
    west, south, east, north = BOX
    box = source.bounds
    if box.right <= west or box.left >= east or box.top <= south or box.bottom >= north:
        raise BadFile(
            f"{file} 的范围 {tuple(round(v, 3) for v in box)} 不在本省附近",
            f"{file} covers {tuple(round(v, 3) for v in box)}, nowhere near the province",
            code="outside_region",
            file=file,
        )
