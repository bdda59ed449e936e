"""Raster layers: one GeoTIFF on disk per version, served as PNG tiles and by point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from rasterio.windows import Window

from layers.model import Json, Layer, Text, Theme

TILE_PIXELS = 256
NOWHERE = from_origin(0, 0, 2, 2)  # a PNG has no place; without one rasterio warns at every tile


@dataclass(frozen=True, kw_only=True, eq=False)
class RasterLayer(Layer):
    """A single-band raster in EPSG:4326.

    ``steps`` are rising values in ``unit``; a pixel takes the opacity of the highest step it reaches, in one
    neutral colour (the four risk colours mean grades and nothing else). ``additive`` rasters hold counts per cell.
    """

    unit: Text
    steps: Sequence[tuple[float, int]]
    colour: tuple[int, int, int] = (88, 52, 110)
    additive: bool = True
    role: str | None = None

    @property
    def kind(self) -> str:
        """``raster``."""
        return "raster"

    @property
    def geometry(self) -> str:
        """``raster``."""
        return "raster"

    @property
    def tile_suffix(self) -> str:
        """``png``."""
        return "png"

    @property
    def layout(self) -> str:
        """The file itself; it does not depend on this description."""
        return "geotiff"

    def source(self, version: str, bounds: Sequence[float], attribution: str) -> Json:
        """Return the MapLibre raster source of one version."""
        return {**super().source(version, bounds, attribution), "tileSize": TILE_PIXELS}

    def style(self, theme: Theme) -> list[Json]:
        """Draw the raster below everything that has a grade."""
        return [
            {
                "id": f"{self.id}/raster",
                "type": "raster",
                "source": self.id,
                "metadata": {"riskmap:slot": "base"},
                "paint": {
                    "raster-opacity": 0.85,
                    "raster-resampling": "nearest",
                    "raster-brightness-min": 0.35 if theme == "night" else 0,
                },
            }
        ]

    def tile(self, path: Path, z: int, x: int, y: int) -> bytes | None:
        """Return one PNG tile (256 x 256, web mercator), None when no pixel of it has a value."""
        lons, lats = _pixel_centres(z, x, y)
        with rasterio.open(path, driver="GTiff") as source:
            step_x, step_y = source.transform.a, source.transform.e
            columns = np.floor((lons - source.transform.c) / step_x).astype(int)
            rows = np.floor((lats - source.transform.f) / step_y).astype(int)
            inside_x = (columns >= 0) & (columns < source.width)
            inside_y = (rows >= 0) & (rows < source.height)
            if not (inside_x.any() and inside_y.any()):
                return None
            left, top = columns[inside_x].min(), rows[inside_y].min()
            window = Window(left, top, columns[inside_x].max() - left + 1, rows[inside_y].max() - top + 1)
            block = source.read(1, window=window, masked=True).filled(np.nan)
        values = np.full((TILE_PIXELS, TILE_PIXELS), np.nan)
        values[np.ix_(inside_y, inside_x)] = block[np.ix_(rows[inside_y] - top, columns[inside_x] - left)]
        alpha = np.zeros(values.shape, dtype=np.uint8)
        for least, opacity in self.steps:
            alpha[values >= least] = opacity
        if not alpha.any():
            return None
        return _png(self.colour, alpha)

    def value(self, path: Path, lon: float, lat: float) -> float | None:
        """Return the value of the cell at a place (degrees, WGS 84), None outside the raster or without data."""
        with rasterio.open(path, driver="GTiff") as source:
            row, column = source.index(lon, lat)
            if not (0 <= row < source.height and 0 <= column < source.width):
                return None
            cell = source.read(1, window=Window(column, row, 1, 1), masked=True)
        value = float(cell.filled(np.nan)[0, 0])
        return value if math.isfinite(value) else None


def _pixel_centres(z: int, x: int, y: int) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes of the columns and latitudes of the rows of a tile, degrees."""
    steps = (np.arange(TILE_PIXELS) + 0.5) / TILE_PIXELS
    lons = (x + steps) / (1 << z) * 360 - 180
    lats = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + steps) / (1 << z)))))
    return lons, lats


def _png(colour: tuple[int, int, int], alpha: np.ndarray) -> bytes:
    height, width = alpha.shape
    with MemoryFile() as memory:
        with memory.open(
            driver="PNG", width=width, height=height, count=4, dtype="uint8", transform=NOWHERE
        ) as image:
            for band, level in enumerate(colour, start=1):
                image.write(np.full(alpha.shape, level, dtype=np.uint8), band)
            image.write(alpha, 4)
        return bytes(memory.read())
