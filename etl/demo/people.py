"""The demo population grid: census totals by county, spread round seats, towns, plains and valleys.

30 arc-second cells, EPSG:4326. County totals are the 2020 census exactly; the pattern inside a county is made up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from etl.demo.boundaries import Boundaries
from etl.demo.facts import County, counties, towns
from etl.demo.warp import Warp

NODATA = -9999.0
CELL = 1 / 120  # degrees
WEST, NORTH, WIDTH, HEIGHT = 117.9, 31.3, 624, 516
KM_PER_DEGREE = 111.2  # along a meridian, and along a parallel before the cosine: good enough for a pattern
COS_LAT = 0.874  # 29 N
REACH = 0.4  # degrees round a centre within which it attracts people

# Plains as (lon, lat, radius in km, weight): lake Tai, Hangzhou bay, Jin-Qu basin, coastal plains.
PLAINS = (
    (120.45, 30.70, 60, 1.0),
    (120.95, 30.70, 40, 0.8),
    (120.60, 30.15, 35, 0.9),
    (121.25, 30.15, 45, 0.9),
    (121.60, 29.85, 25, 0.9),
    (119.75, 29.12, 25, 0.5),
    (120.10, 29.30, 22, 0.6),
    (118.95, 28.97, 25, 0.4),
    (121.42, 28.55, 26, 1.0),
    (120.70, 27.85, 24, 1.0),
    (120.55, 27.58, 16, 0.8),
)

Grid = npt.NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Persons per cell (nodata outside the province) and the index of the county of each cell (-1 outside)."""

    persons: npt.NDArray[np.float32]
    county: npt.NDArray[np.int16]


def centres() -> tuple[Grid, Grid]:
    """Return longitudes and latitudes of the cell centres (degrees)."""
    lon = WEST + (np.arange(WIDTH) + 0.5) * CELL
    lat = NORTH - (np.arange(HEIGHT) + 0.5) * CELL
    return np.broadcast_to(lon, (HEIGHT, WIDTH)), np.broadcast_to(lat[:, None], (HEIGHT, WIDTH))


def _distance_km(lon: Grid, lat: Grid, at: tuple[float, float]) -> Grid:
    east = (lon - at[0]) * KM_PER_DEGREE * COS_LAT
    return np.asarray(np.hypot(east, (lat - at[1]) * KM_PER_DEGREE), dtype=np.float64)


def _open_country(lon: Grid, lat: Grid, rng: np.random.Generator) -> Grid:
    """Return rural density: dense plains, and valleys that branch through empty mountains."""
    plain = np.zeros_like(lon, dtype=np.float64)
    for east, north, radius, weight in PLAINS:
        plain = np.maximum(plain, weight * np.exp(-((_distance_km(lon, lat, (east, north)) / radius) ** 4)))
    relief = Warp(int(rng.integers(2**31))).shift_grid(lon[0], lat[:, 0]) / 0.012
    valley: Grid = np.exp(-((np.abs(relief).min(axis=2) / 0.16) ** 2))
    texture = rng.gamma(1.6, 1 / 1.6, lon.shape)
    rural: Grid = (4 + 90 * valley * (1 - plain) + 420 * plain) * texture
    return rural


def _attract(
    density: Grid, lon: Grid, lat: Grid, at: tuple[float, float], people: float, scale_km: float
) -> None:
    """Add the people of one centre, falling off exponentially with distance, in a window round it."""
    col = slice(max(0, int((at[0] - REACH - WEST) / CELL)), max(0, int((at[0] + REACH - WEST) / CELL)))
    row = slice(max(0, int((NORTH - at[1] - REACH) / CELL)), max(0, int((NORTH - at[1] + REACH) / CELL)))
    away = _distance_km(lon[row, col], lat[row, col], at)
    density[row, col] += people / (2 * np.pi * scale_km**2) * np.exp(-away / scale_km)


def _share_out(weight: Grid, total: int) -> Grid:
    """Split whole persons in proportion to weights, largest remainders first, so that the sum is exact."""
    exact = weight / weight.sum() * total
    whole: Grid = np.floor(exact)
    left = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole


def _density(rng: np.random.Generator) -> Grid:
    lon, lat = centres()
    density = _open_country(lon, lat, rng)
    own: dict[str, list[tuple[float, float]]] = {}
    for town in towns():
        own.setdefault(town.county_code, []).append((town.lon, town.lat))
    for county in counties():
        places = own.get(county.code, [])
        seat = county.population * (0.42 if places else 0.6)
        _attract(density, lon, lat, (county.lon, county.lat), seat, 1.4 + (seat / 1e5) ** 0.5 * 0.75)
        for place in places:
            share = county.population * 0.3 / len(places) * float(rng.uniform(0.5, 1.5))
            _attract(density, lon, lat, place, share, 1.1 + (share / 1e5) ** 0.5)
    return density * rng.gamma(3.0, 1 / 3.0, density.shape)


def county_grid(boundaries: Boundaries, order: tuple[County, ...]) -> npt.NDArray[np.int16]:
    """Return the index in ``order`` of the county that holds each cell centre strictly inside, -1 for none."""
    lon, lat = centres()
    grid = np.full((HEIGHT, WIDTH), -1, dtype=np.int16)
    for index, county in enumerate(order):
        area = boundaries.counties[county.code]
        shapely.prepare(area)
        west, south, east, north = area.bounds
        col = slice(max(0, int((west - WEST) / CELL)), int((east - WEST) / CELL) + 1)
        row = slice(max(0, int((NORTH - north) / CELL)), int((NORTH - south) / CELL) + 1)
        grid[row, col][shapely.contains_xy(area, lon[row, col], lat[row, col])] = index
    return grid


def populate(boundaries: Boundaries, seed: int) -> People:
    """Return the population grid of a seed; each county sums to its census count."""
    order = counties()
    density = _density(np.random.default_rng([seed, 1]))
    county = county_grid(boundaries, order)
    persons = np.full((HEIGHT, WIDTH), NODATA, dtype=np.float32)
    for index, one in enumerate(order):
        here = county == index
        persons[here] = _share_out(density[here], one.population)
    return People(persons=persons, county=county)
