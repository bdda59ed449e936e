"""The population grid of the demo: census totals, land only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from etl.demo.facts import CENSUS_TOTAL, counties
from etl.demo.share import share_out


@pytest.fixture(scope="session")
def grid(demo: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with rasterio.open(demo / "population.tif") as source:
        assert source.crs.to_epsg() == 4326
        assert source.nodata == -9999
        assert source.res == pytest.approx((1 / 120, 1 / 120))
        rows, cols = np.mgrid[0 : source.height, 0 : source.width]
        x, y = source.xy(rows.ravel(), cols.ravel())
        return source.read(1).ravel(), np.asarray(x), np.asarray(y)


def test_the_grid_sums_to_the_census(grid: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    persons = grid[0]
    assert persons[persons >= 0].sum(dtype=np.float64) == CENSUS_TOTAL


def test_each_county_sums_to_its_census_count(
    demo: Path, grid: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    persons, x, y = grid
    admin = pyogrio.read_dataframe(demo / "admin_area.geojson").set_index("code").geometry
    for county in counties():
        area = admin[county.code]
        west, south, east, north = area.bounds
        near = (x > west) & (x < east) & (y > south) & (y < north) & (persons >= 0)
        inside = shapely.contains_xy(area, x[near], y[near])
        assert persons[near][inside].sum(dtype=np.float64) == pytest.approx(county.population, rel=1e-3)


def test_nobody_lives_outside_the_land(demo: Path, grid: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    persons, x, y = grid
    land = shapely.union_all(pyogrio.read_dataframe(demo / "land.geojson").geometry.to_numpy())
    shapely.prepare(land)
    some = persons > 0
    assert shapely.contains_xy(land, x[some], y[some]).all()


def test_cities_are_dense_and_mountains_thin(grid: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    persons = grid[0][grid[0] >= 0]
    assert np.quantile(persons, 0.2) < 60
    assert persons.max() > 15_000


@given(
    st.integers(0, 10_000),
    st.dictionaries(st.text(min_size=1), st.floats(0.001, 1e6), min_size=1, max_size=40),
)
def test_shares_add_up_and_stay_within_one_of_their_due(total: int, weights: dict[str, float]) -> None:
    shares = share_out(total, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == total
    assert all(abs(shares[k] - total * w / whole) <= 1 + 1e-6 for k, w in weights.items())


def test_sharing_less_than_the_least_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot give"):
        share_out(3, {"a": 1.0, "b": 1.0}, least=2)
