"""Pixels of raster tiles: nothing vanishes at low zooms, what is drawn is what the legend says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from layers.kinds import raster_tile
from layers.kinds.raster_tile import TILE_PIXELS, picture, tile_values
from layers.mercator import cover
from layers.registry import discover

WEST, NORTH, CELL = 118.0, 31.0, 1 / 120
LAYER = discover().raster("population")


def written(path: Path, cells: Any) -> Path:
    height, width = cells.shape
    profile = {
        "driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": "float32", "nodata": -9999.0,
        "crs": "EPSG:4326", "transform": from_origin(WEST, NORTH, CELL, CELL),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(cells.astype("float32"), 1)
    return path


def bounds(cells: Any) -> tuple[float, float, float, float]:
    height, width = cells.shape
    return WEST, NORTH - height * CELL, WEST + width * CELL, NORTH


@pytest.mark.parametrize("zoom", range(3, 13))
def test_one_inhabited_cell_is_seen_at_every_zoom_with_its_own_value(zoom: int, tmp_path: Path) -> None:
    for row, column in ((0, 0), (57, 91), (199, 299)):
        cells = np.zeros((200, 300))
        cells[row, column] = 640
        path = written(tmp_path / f"{row}.tif", cells)
        with rasterio.open(path) as source:
            values = [tile_values(source, *address) for address in cover(bounds(cells), zoom)]
        assert max(float(v.max()) for v in values) == 640


@settings(max_examples=25)
@given(zoom=st.integers(3, 7), seed=st.integers(0, 2**32 - 1))
def test_zoomed_out_every_cell_is_at_most_the_pixel_that_it_lies_in(
    zoom: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = np.random.default_rng(seed).integers(0, 5000, (90, 120)).astype(float)
    path = written(tmp_path_factory.mktemp("r") / "x.tif", cells)
    n = 1 << zoom
    lons = WEST + (np.arange(120) + 0.5) * CELL
    lats = NORTH - (np.arange(90) + 0.5) * CELL
    across = (lons + 180) / 360 * n
    down = (1 - np.arcsinh(np.tan(np.radians(lats))) / np.pi) / 2 * n
    with rasterio.open(path) as source:
        for z, x, y in cover(bounds(cells), zoom):
            values = tile_values(source, z, x, y)
            columns = ((across - x) * TILE_PIXELS).astype(int)
            rows = ((down - y) * TILE_PIXELS).astype(int)
            in_x = np.flatnonzero((across >= x) & (across < x + 1))
            in_y = np.flatnonzero((down >= y) & (down < y + 1))
            for i in in_y[::7]:
                for j in in_x[::7]:
                    assert values[rows[i], columns[j]] >= cells[i, j]
            assert values.max() <= cells.max()


def test_zoomed_in_a_pixel_shows_the_cell_under_it(tmp_path: Path) -> None:
    cells = np.arange(200 * 300, dtype=float).reshape(200, 300)
    path = written(tmp_path / "x.tif", cells)
    z, x, y = list(cover(bounds(cells), 12))[330]
    n = 1 << z
    with rasterio.open(path) as source:
        values = tile_values(source, z, x, y)
    for row, column in ((3, 5), (100, 200), (255, 255)):
        lon = (x + (column + 0.5) / TILE_PIXELS) / n * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + (row + 0.5) / TILE_PIXELS) / n))))
        expected = cells[int((NORTH - lat) / CELL), int((lon - WEST) / CELL)]
        assert values[row, column] == expected


def test_strips_give_what_one_read_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = np.random.default_rng(1).random((333, 444)) * 1000
    cells[cells < 300] = -9999
    path = written(tmp_path / "x.tif", cells)
    with rasterio.open(path) as source:
        at_once = tile_values(source, 5, 26, 13)
        monkeypatch.setattr(raster_tile, "STRIP_CELLS", 1000)
        assert np.array_equal(tile_values(source, 5, 26, 13), at_once)
    assert np.isfinite(at_once).sum() > 100


def test_the_legend_has_the_tones_that_are_drawn(tmp_path: Path) -> None:
    steps = LAYER.classes()
    assert [one["from"] for one in steps] == [least for least, _ in LAYER.steps]
    assert [one["to"] for one in steps[:-1]] == [one["from"] for one in steps[1:]]
    cells = np.zeros((60, 60))
    for number, one in enumerate(steps):
        cells[number, :] = one["from"]
    path = written(tmp_path / "x.tif", cells)
    alphas: set[int] = set()
    for address in cover(bounds(cells), 10):
        body = LAYER.tile(path, *address)
        if body:
            with rasterio.io.MemoryFile(body) as memory, memory.open() as image:
                alphas |= set(np.unique(image.read(4)).tolist())
                assert tuple(image.read()[:3, 0, 0]) == LAYER.colour
    assert alphas - {0} == {round(one["opacity"] * 255) for one in steps}


def test_both_kinds_of_picture_hold_the_same_pixels() -> None:
    alpha = (np.arange(TILE_PIXELS * TILE_PIXELS) % 251).astype(np.uint8).reshape(TILE_PIXELS, TILE_PIXELS)
    seen = []
    for form in ("png", "webp"):
        with rasterio.io.MemoryFile(picture(LAYER.colour, alpha, form)) as memory, memory.open() as image:  # type: ignore[arg-type]
            seen.append(image.read(4))
    assert np.array_equal(seen[0], alpha)
    assert np.array_equal(seen[1], alpha)
