"""Tile addresses of web mercator (z, x, y; rows from the north): which tiles a box in degrees touches."""

from __future__ import annotations

import math
from collections.abc import Iterator

Bounds = tuple[float, float, float, float]


def span(bounds: Bounds, zoom: int) -> tuple[int, int, int, int]:
    """Return the first and last column, then the first and last row, that a box in degrees touches."""
    west, south, east, north = bounds
    n = 1 << zoom
    left, top = _tile_of(west, north, n)
    right, bottom = _tile_of(east, south, n)
    return left, right, top, bottom


def cover(bounds: Bounds, zoom: int) -> Iterator[tuple[int, int, int]]:
    """Yield the tiles (z, x, y) that touch a box in degrees."""
    left, right, top, bottom = span(bounds, zoom)
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            yield zoom, x, y


def _tile_of(lon: float, lat: float, n: int) -> tuple[int, int]:
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return min(max(x, 0), n - 1), min(max(y, 0), n - 1)
