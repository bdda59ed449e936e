"""Which tiles a layer may have something in, by the boxes of its objects: most tiles of a province at high zooms have
nothing, and need not be asked for."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Engine, func, select

from layers.kinds.tile_sql import BUFFER
from layers.kinds.vector import MERCATOR_CIRCUMFERENCE_M, TILE_EXTENT, VectorLayer
from layers.store import LayerVersion

ROUNDING_M = 2.0
"""PostGIS compares boxes of single precision, which are rounded outwards by up to a metre here."""


def occupied(
    engine: Engine, layer: VectorLayer, version: LayerVersion, minzoom: int, maxzoom: int
) -> set[tuple[int, int, int]]:
    """Return the tiles (z, x, y) that the box of an object touches, the margin of tiles included."""
    shape = layer.table(str(version.table_name)).c.tile_geom
    sides = [getattr(func, f"ST_{side}")(shape) for side in ("XMin", "YMin", "XMax", "YMax")]
    with engine.connect() as connection:
        rows = connection.execute(select(*sides).where(shape.is_not(None))).all()
    if not rows:
        return set()
    west, south, east, north = np.array(rows, dtype=float).T / MERCATOR_CIRCUMFERENCE_M
    found: set[tuple[int, int, int]] = set()
    for zoom in range(minzoom, maxzoom + 1):
        n = 1 << zoom
        beyond = BUFFER / TILE_EXTENT + ROUNDING_M / MERCATOR_CIRCUMFERENCE_M * n
        ranges = [
            np.clip(np.floor(at * n + margin), 0, n - 1).astype(int)
            for at, margin in (
                (0.5 + west, -beyond), (0.5 + east, beyond), (0.5 - north, -beyond), (0.5 - south, beyond)
            )
        ]  # fmt: skip
        for left, right, top, bottom in np.unique(np.stack(ranges, axis=1), axis=0).tolist():
            found.update((zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
    return found
