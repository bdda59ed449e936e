"""A small copy of a large raster for low zooms: each of its cells is the largest of a block of cells.

At low zooms a tile would read every cell of the raster, a hundred million of them for some seconds. GDAL builds no
overviews of maxima, so the copy is a file of its own beside the raster.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine
from rasterio.windows import Window

LARGE_CELLS = 4_000_000
"""A raster of no more cells is read as it is: that takes a tenth of a second."""
LONGEST_SIDE = 2_048
STRIP_CELLS = 4_000_000
PARTIAL = ".partial"
"""What is being written has this suffix; a crash leaves it behind."""


def maxima_of(path: Path) -> Path:
    """Return where the small copy of a raster lies; only large ones have one."""
    return path.with_name(f"{path.stem}.maxima{path.suffix}")


def write_maxima(path: Path) -> bool:
    """Write the small copy of a raster (single band, north up), whole or not at all; False where it needs none."""
    with rasterio.open(path, driver="GTiff") as source:
        height, width = source.height, source.width
        if height * width <= LARGE_CELLS:
            return False
        factor = -(-max(height, width) // LONGEST_SIDE)
        target, t = maxima_of(path), source.transform
        partial = target.with_suffix(PARTIAL)
        profile: dict[str, Any] = {
            "driver": "GTiff", "count": 1, "dtype": "float64", "nodata": np.nan, "crs": source.crs, "tiled": True,
            "compress": "deflate", "width": -(-width // factor), "height": -(-height // factor),
            "transform": Affine(t.a * factor, t.b, t.c, t.d, t.e * factor, t.f),
        }  # fmt: skip
        with rasterio.open(partial, "w", **profile) as out:
            rows = max(1, STRIP_CELLS // width // factor) * factor
            for first in range(0, height, rows):
                window = Window(0, first, width, min(rows, height - first))
                cells = source.read(1, window=window, masked=True).astype(float).filled(np.nan)
                blocks = _largest(cells, factor)
                out.write(blocks, 1, window=Window(0, first // factor, blocks.shape[1], len(blocks)))
    os.replace(partial, target)
    return True


def _largest(cells: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    """Return the largest of each block, NaN where none has a value."""
    low = np.where(np.isfinite(cells), cells, -np.inf)
    across = np.maximum.reduceat(low, np.arange(0, low.shape[1], factor), axis=1)
    down = np.maximum.reduceat(across, np.arange(0, len(low), factor), axis=0)
    return np.where(np.isfinite(down), down, np.nan)
