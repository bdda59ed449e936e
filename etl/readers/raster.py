"""GeoTIFF: checked whole before anything is copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from layers.errors import BadFile
from layers.region import BOX

MOST_CELLS = 100_000_000
MOST_PER_CELL = 10_000_000.0
"""More in one cell than any city has: the raster is no count, or its nodata value is not declared."""


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a raster: bounds in degrees (west, south, east, north), cells with data, their sum."""

    bounds: tuple[float, float, float, float]
    cells: int
    total: float


def inspect_raster(path: Path, *, additive: bool) -> RasterFacts:
    """Check a single-band GeoTIFF in EPSG:4326 and return its facts.

    Raises:
        BadFile: unreadable, several bands, another coordinate system or none, no cell with data, outside the
            region, or a negative count in an ``additive`` raster.
    """
    try:
        with rasterio.open(path, driver="GTiff") as source:
            _check_header(path, source)
            masked = source.read(1, masked=True)
            values = masked.filled(np.nan)
            stray = np.argwhere(~np.ma.getmaskarray(masked) & ~np.isfinite(np.ma.getdata(masked)))
            bounds = (source.bounds.left, source.bounds.bottom, source.bounds.right, source.bounds.top)
    except RasterioError as error:
        raise BadFile(
            f"{path.name} 无法读取：文件损坏或不完整",
            f"{path.name} cannot be read: it is damaged or incomplete",
            code="unreadable",
            file=path.name,
        ) from error
    known = np.isfinite(values)
    if not known.any():
        raise BadFile(
            f"{path.name} 没有任何有值的像元",
            f"{path.name} has no cell with data",
            code="empty_file",
            file=path.name,
        )
    absurd = known & ((np.nan_to_num(values) < 0) | (np.nan_to_num(values) > MOST_PER_CELL))
    if len(stray) or (additive and absurd.any()):
        row, column = stray[0] if len(stray) else np.argwhere(absurd)[0]
        found = float(np.ma.getdata(masked)[row, column])
        raise BadFile(
            f"{path.name} 第 {row + 1} 行第 {column + 1} 列的值 {found:g} 不是可信的计数；漏声明 nodata？",
            f"{path.name}: {found:g} at row {row + 1}, column {column + 1} is no believable count; "
            "is the nodata value declared?",
            code="out_of_range",
            file=path.name,
            row=int(row) + 1,
        )
    return RasterFacts(
        bounds=bounds, cells=int(known.sum()), total=float(values[known].sum(dtype=np.float64))
    )


def _check_header(path: Path, source: rasterio.DatasetReader) -> None:
    if source.width * source.height > MOST_CELLS:
        raise BadFile(
            f"{path.name} 有 {source.width} × {source.height} 个像元，超过上限 {MOST_CELLS:,}",
            f"{path.name} has {source.width} x {source.height} cells, more than {MOST_CELLS:,}",
            code="too_large",
            file=path.name,
        )
    if source.count != 1:
        raise BadFile(
            f"{path.name} 有 {source.count} 个波段，应为 1 个",
            f"{path.name} has {source.count} bands, not one",
            file=path.name,
        )
    if source.crs is None:
        raise BadFile(
            f"{path.name} 没有坐标系",
            f"{path.name} has no coordinate system",
            code="crs_unknown",
            file=path.name,
        )
    if source.crs.to_epsg() not in (4326, 4490):
        raise BadFile(
            f"{path.name} 的坐标系是 {source.crs}，计数栅格应为 EPSG:4326；请先重投影（保持总数）",
            f"{path.name} is in {source.crs}; it must be EPSG:4326 (reproject it keeping the total)",
            code="crs_unsupported",
            file=path.name,
        )
    west, south, east, north = BOX
    box = source.bounds
    if box.right <= west or box.left >= east or box.top <= south or box.bottom >= north:
        raise BadFile(
            f"{path.name} 的范围 {tuple(round(v, 3) for v in box)} 不在本省附近",
            f"{path.name} covers {tuple(round(v, 3) for v in box)}, nowhere near the province",
            code="outside_region",
            file=path.name,
        )
