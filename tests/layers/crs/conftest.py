"""Counties as plain boxes, and numbers of the province in any system."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Proj

from layers.crs.places import Places
from layers.crs.systems import system_of

Floats = NDArray[np.float64]
WEST, SOUTH, EAST, NORTH = 118.1, 27.3, 122.3, 31.0
CODES = ["330106", "330110", "330702", "330802", "330902", "331002", "331102", "330302", "330203"]


@pytest.fixture(scope="session")
def boxes() -> Places:
    """A province of nine counties, three by three, 1.4 by 1.2 degrees each."""
    xs, ys = np.linspace(WEST, EAST, 4), np.linspace(SOUTH, NORTH, 4)
    return Places(
        CODES, [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(3) for i in range(3)]
    )


@pytest.fixture(scope="session")
def small_boxes() -> Places:
    """A province of 168 counties of about 30 km, as large as real ones."""
    xs, ys = np.linspace(WEST, EAST, 15), np.linspace(SOUTH, NORTH, 13)
    grid = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(12) for i in range(14)]
    return Places([f"339{n:03d}" for n in range(len(grid))], grid)


@pytest.fixture(scope="session")
def points() -> tuple[Floats, Floats]:
    """400 points all over the province; longitude, latitude."""
    rng = np.random.default_rng(7)
    return rng.uniform(WEST + 0.05, EAST - 0.05, 400), rng.uniform(SOUTH + 0.05, NORTH - 0.05, 400)


@pytest.fixture(scope="session")
def project() -> Callable[[int, Floats, Floats], tuple[Floats, Floats]]:
    """Longitude and latitude into the numbers of an EPSG code, east first."""

    def projected(code: int, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        system = system_of(code)
        assert system is not None
        if system.kind == "geographic":
            return lon, lat
        x, y = Proj(system.projection)(lon, lat)
        return np.asarray(x), np.asarray(y)

    return projected
