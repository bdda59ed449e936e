"""People near a plant: discs of the right size, shares of cells by area, and nothing where there is no data."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from layers.exposure import persons_within, surroundings
from layers.geo import area_m2

NODATA = -1.0


@pytest.fixture(scope="module")
def raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten by ten cells of 0.01 degree from 120 E, 30.1 N, with 100 persons each and one corner without data."""
    path = tmp_path_factory.mktemp("r") / "p.tif"
    cells = np.full((10, 10), 100, dtype=np.float32)
    cells[:3, :3] = NODATA
    grid = rasterio.transform.from_origin(120.0, 30.1, 0.01, 0.01)
    with rasterio.open(
        path, "w", driver="GTiff", width=10, height=10, count=1, dtype="float32", crs="EPSG:4326", transform=grid,
        nodata=NODATA,
    ) as out:  # fmt: skip
        out.write(cells, 1)
    return path


@given(st.floats(118, 123), st.floats(27, 31), st.floats(50, 2000))
def test_the_surroundings_of_a_point_are_a_disc_of_that_radius(lon: float, lat: float, metres: float) -> None:
    [disc] = surroundings([Point(lon, lat)], metres)
    assert area_m2(disc) == pytest.approx(math.pi * metres**2, rel=2e-3)


def test_the_surroundings_of_a_plant_leave_the_plant_out() -> None:
    plant = box(120.05, 30.05, 120.054, 30.053)
    [ring] = surroundings([plant], 500)
    assert not ring.contains(plant.centroid)
    wide, high = 0.004 * 96_500, 0.003 * 110_850  # metres of a degree at 30 N
    assert area_m2(ring) == pytest.approx(2 * 500 * (wide + high) + math.pi * 500**2, rel=5e-3)


def test_a_shape_of_one_and_a_half_cells_holds_one_and_a_half_times_the_people_of_a_cell(
    raster: Path,
) -> None:
    shapes = [
        box(120.05, 30.04, 120.065, 30.05),
        box(120.0, 30.0, 120.1, 30.1),
        box(120.001, 30.072, 120.008, 30.078),
    ]
    one, all_, none = persons_within(raster, shapes)
    assert one == pytest.approx(150)
    assert all_ == pytest.approx(91 * 100)
    assert math.isnan(none)  # the corner without data is no data, not nobody


def test_a_place_outside_the_raster_has_no_figure(raster: Path) -> None:
    assert np.isnan(persons_within(raster, [Point(125, 28).buffer(0.01)])).all()
