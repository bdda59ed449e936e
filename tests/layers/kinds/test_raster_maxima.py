"""Small copies of large rasters: nothing vanishes, and no file is left half made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.kinds import raster_maxima
from layers.kinds.raster import RasterLayer
from layers.kinds.raster_maxima import maxima_of, write_maxima
from layers.kinds.raster_tile import tile_values
from layers.mercator import cover
from layers.registry import discover
from tests.layers.kinds.test_raster_tile import bounds, written

LAYER = discover().raster("population")


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_maxima, "LARGE_CELLS", 1_000)
    monkeypatch.setattr(raster_maxima, "LONGEST_SIDE", 64)
    monkeypatch.setattr(raster_maxima, "STRIP_CELLS", 3_000)


@settings(max_examples=30, deadline=None)
@given(height=st.integers(40, 200), width=st.integers(40, 300), seed=st.integers(0, 2**32 - 1))
def test_each_cell_of_the_copy_is_the_largest_of_its_block(
    height: int, width: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    cells = np.where(rng.random((height, width)) < 0.3, -9999.0, rng.integers(0, 900, (height, width)))
    path = written(tmp_path_factory.mktemp("r") / "x.tif", cells)
    assert write_maxima(path)
    with rasterio.open(path) as whole, rasterio.open(maxima_of(path)) as copy:
        factor = round(copy.res[0] / whole.res[0])
        assert max(copy.shape) <= 64
        found = copy.read(1)
        assert (copy.bounds.left, copy.bounds.top) == pytest.approx((whole.bounds.left, whole.bounds.top))
    for (row, column), value in np.ndenumerate(found):
        block = cells[row * factor : (row + 1) * factor, column * factor : (column + 1) * factor]
        known = block[block >= 0]
        assert np.isnan(value) if not len(known) else value == known.max()


def test_a_small_raster_has_no_copy(tmp_path: Path) -> None:
    path = written(tmp_path / "x.tif", np.ones((20, 30)))
    assert not write_maxima(path)
    assert [file.name for file in tmp_path.iterdir()] == ["x.tif"]


@pytest.mark.parametrize("zoom", [3, 4, 5])
def test_at_low_zooms_a_tile_comes_from_the_copy_and_shows_every_lone_cell(
    zoom: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster_maxima, "LONGEST_SIDE", 300)
    cells = np.zeros((400, 600))
    lone = [(3, 5), (211, 407), (399, 599)]
    for at in lone:
        cells[at] = 640
    path = written(tmp_path / "x.tif", cells)
    write_maxima(path)
    with rasterio.open(path) as source:
        true = {tile: tile_values(source, *tile) for tile in cover(bounds(cells), zoom)}
    path.unlink()  # whoever reads it now has not read the copy
    path.touch()
    for tile, values in true.items():
        shown = LAYER.tile(path, *tile)
        assert (shown is None) == (values.max() < min(least for least, _ in LAYER.steps))


def test_at_high_zooms_a_tile_comes_from_the_raster_itself(tmp_path: Path) -> None:
    cells = np.random.default_rng(1).integers(0, 900, (400, 600)).astype(float)
    path = written(tmp_path / "x.tif", cells)
    [tile, *_] = cover((119.0, 30.0, 119.1, 30.1), 10)
    before = RasterLayer.tile(LAYER, path, *tile)
    write_maxima(path)
    assert before is not None
    assert LAYER.tile(path, *tile) == before


def test_the_copy_appears_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "x.tif", np.ones((300, 300)))
    write_maxima(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.maxima.tif", "x.tif"]
