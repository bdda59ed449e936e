"""The pixels of a raster tile, and pictures of them.

A pixel that covers several cells shows the largest of them. Nearest would let sparse people and small deep water
vanish or flicker from zoom to zoom, a mean would thin them out below the lowest step, and a sum would be another unit
than that of the legend, which says persons per cell. GDAL builds no overviews of maxima, and rio-tiler reads none, so
the cells of the tile are read and reduced here, a strip at a time; of large rasters, out of ``raster_maxima``.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from rasterio.windows import Window

TILE_PIXELS = 256
STRIP_CELLS = 4_000_000
NOWHERE = from_origin(0, 0, 2, 2)  # a picture has no place; without one rasterio warns at every tile
PictureForm = Literal["png", "webp"]
DRIVERS: dict[PictureForm, dict[str, str]] = {
    "png": {"driver": "PNG"},
    "webp": {"driver": "WEBP", "LOSSLESS": "YES"},
}
Values = NDArray[np.floating[Any]]


def tile_values(source: rasterio.DatasetReader, z: int, x: int, y: int) -> Values:
    """Return the values of the pixels of a tile out of a north-up raster in degrees; minus infinity: no data."""
    lons, lats = _edges(z, x, y)
    columns = _Axis((lons - source.transform.c) / source.transform.a, source.width)
    rows = _Axis((lats - source.transform.f) / source.transform.e, source.height)
    values = np.full((TILE_PIXELS, TILE_PIXELS), -np.inf)
    if columns.count == 0 or rows.count == 0:
        return values
    strip = max(1, STRIP_CELLS // columns.count)
    for first in range(rows.first, rows.first + rows.count, strip):
        count = min(strip, rows.first + rows.count - first)
        window = Window(columns.first, first, columns.count, count)
        read = source.read(1, window=window, masked=True)
        block = read.filled(-np.inf) if read.dtype.kind == "f" else read.astype(float).filled(-np.inf)
        block[~np.isfinite(block)] = -np.inf
        pixels, found = rows.reduced(columns.spread(block), first)
        values[pixels] = np.maximum(values[pixels], found)
    return values


class _Axis:
    """How pixels lie on cells along one axis. ``edges`` are the edges of the pixels, counted in cells."""

    def __init__(self, edges: Values, size: int) -> None:
        centres = (edges[:-1] + edges[1:]) / 2
        if (
            np.abs(np.diff(edges)).max() <= 1
        ):  # a pixel is no larger than a cell: it shows the one under its centre
            cells = np.floor(centres).astype(int)
            self._pixels = np.flatnonzero((cells >= 0) & (cells < size))
            self._cells = cells[self._pixels]
            self._merges = False
        else:  # each cell goes to the one pixel that its centre lies in, so that none is lost
            inside = np.arange(max(0, int(np.floor(edges[0]))), min(size, int(np.ceil(edges[-1]))))
            pixels = np.searchsorted(edges, inside + 0.5, side="right") - 1
            kept = (pixels >= 0) & (pixels < len(centres))
            self._cells, self._pixels = inside[kept], pixels[kept]
            self._merges = True
        self.first = int(self._cells.min()) if len(self._cells) else 0
        self.count = int(self._cells.max()) - self.first + 1 if len(self._cells) else 0

    def spread(self, block: Values) -> Values:
        """Bring the cells (last axis, from ``first`` on) to pixels."""
        out = np.full((len(block), TILE_PIXELS), -np.inf, dtype=block.dtype)
        starts = np.flatnonzero(np.diff(self._pixels, prepend=-1))
        taken = block[:, self._cells - self.first]
        out[:, self._pixels[starts]] = np.maximum.reduceat(taken, starts, axis=1)
        return out

    def reduced(self, block: Values, first: int) -> tuple[NDArray[Any], Values]:
        """Return pixels, and the values of the cells (first axis, from cell ``first`` on) that lie in them."""
        here = (self._cells >= first) & (self._cells < first + len(block))
        cells, pixels = self._cells[here] - first, self._pixels[here]
        if not len(cells):
            return pixels, block[cells]
        starts = np.flatnonzero(np.diff(pixels, prepend=-1))
        return pixels[starts], np.maximum.reduceat(block[cells], starts, axis=0)


def _edges(z: int, x: int, y: int) -> tuple[Values, Values]:
    """Return longitudes between the columns and latitudes between the rows of a tile, degrees."""
    steps = np.arange(TILE_PIXELS + 1) / TILE_PIXELS
    lons = (x + steps) / (1 << z) * 360 - 180
    lats = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + steps) / (1 << z)))))
    return lons, lats


def pixel_side(z: int, y: int) -> float:
    """Return the shortest side of the pixels of a tile in row y, degrees."""
    lons, lats = _edges(z, 0, y)
    return float(min(lons[1] - lons[0], np.abs(np.diff(lats)).min()))


def picture(colour: tuple[int, int, int], alpha: NDArray[np.uint8], form: PictureForm) -> bytes:
    """Return a picture of one colour and many opacities, without loss."""
    height, width = alpha.shape
    bands = np.stack([*(np.full(alpha.shape, level, dtype=np.uint8) for level in colour), alpha])
    with MemoryFile() as memory:
        with memory.open(
            width=width, height=height, count=4, dtype="uint8", transform=NOWHERE, **DRIVERS[form]
        ) as image:
            image.write(bands)
        return bytes(memory.read())
