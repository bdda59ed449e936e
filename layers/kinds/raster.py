"""Raster layers: one GeoTIFF on disk per version, served as pictures and by point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from layers.kinds.raster_maxima import maxima_of
from layers.kinds.raster_tile import TILE_PIXELS, PictureForm, Values, picture, pixel_side, tile_values
from layers.model import Json, Layer, Text, Theme


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

    def tile(self, path: Path, z: int, x: int, y: int, form: PictureForm = "png") -> bytes | None:
        """Return one picture (256 x 256, web mercator), None when no pixel of it has a value."""
        values = _values(path, z, x, y)
        alpha = np.zeros(values.shape, dtype=np.uint8)
        for least, opacity in self.steps:
            alpha[values >= least] = opacity
        if not alpha.any():
            return None
        return picture(self.colour, alpha, form)

    def classes(self) -> list[Json]:
        """Return the steps as they are drawn, lowest first; the last one has no end."""
        ends = [least for least, _ in self.steps[1:]] + [None]
        colour = "#{:02X}{:02X}{:02X}".format(*self.colour)
        return [
            {"from": least, "to": end, "colour": colour, "opacity": round(opacity / 255, 3)}
            for (least, opacity), end in zip(self.steps, ends, strict=True)
        ]

    def value(self, path: Path, lon: float, lat: float) -> float | None:
        """Return the value of the cell at a place (degrees, WGS 84), None outside the raster or without data."""
        with rasterio.open(path, driver="GTiff") as source:
            row, column = source.index(lon, lat)
            if not (0 <= row < source.height and 0 <= column < source.width):
                return None
            cell = source.read(1, window=Window(column, row, 1, 1), masked=True)
        value = float(cell.filled(np.nan)[0, 0])
        return value if math.isfinite(value) else None


def _values(path: Path, z: int, x: int, y: int) -> Values:
    """Return the values of a tile: out of the small copy where its cells are no larger than half a pixel."""
    small = maxima_of(path)
    if small.exists():
        with rasterio.open(small, driver="GTiff") as source:
            if 2 * max(source.res) <= pixel_side(z, y):
                return tile_values(source, z, x, y)
    with rasterio.open(path, driver="GTiff") as source:
        return tile_values(source, z, x, y)
