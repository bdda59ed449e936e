"""The five bases of the layout under discussion, on the real outline, raster and airfields; skipped without
them.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from app.analysis.coverage import CoverageParams, CoverageResult, run
from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid
from layers.geo import GEOD

REPOSITORY = Path(__file__).parents[3]
DATA = Path(os.environ.get("RISKMAP_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
OUTLINES = DATA / "zj_county2020_tudigong.geojson"
RASTER = DATA / "zj_pop2020_30sec_gpwshape_censustotal.tif"
AIRFIELDS = DATA / "zj_airfields_civil.csv"
BASES = ("建德千岛湖", "德清莫干山", "普陀山", "东阳横店", "龙湾")
RADIUS_M = 100_000

pytestmark = pytest.mark.skipif(
    not (OUTLINES.exists() and RASTER.exists() and AIRFIELDS.exists()),
    reason=f"no real data in {DATA} (set RISKMAP_REAL_DATA)",
)


def read_zhejiang() -> CoverageInputs:
    features = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    counties = tuple(
        County(
            code=str(feature["properties"]["CODE"]),
            name=feature["properties"]["NAME"],
            city=feature["properties"]["CITY"],
            geometry=shapely.from_geojson(json.dumps(feature["geometry"])),
        )
        for feature in features
    )
    with rasterio.open(RASTER) as file:
        population = PopulationGrid(file.read(1), tuple(file.transform), file.nodata)
    with AIRFIELDS.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    bases = tuple(
        BaseRow(f"B{i}", row["name_zh"], float(row["lon"]), float(row["lat"]), name_en=row["name_en"])
        for i, name in enumerate(BASES, start=1)
        for row in rows
        if name in row["name_zh"]
    )
    assert len(bases) == len(BASES)
    return CoverageInputs(None, counties, population, bases)


@pytest.fixture(scope="module")
def zhejiang() -> CoverageInputs:
    return read_zhejiang()


@pytest.fixture(scope="module")
def answer(zhejiang: CoverageInputs) -> CoverageResult:
    return run(CoverageParams(radius_km=100), zhejiang)


def test_five_bases_reach_near_80_percent_of_the_land_and_90_of_the_people(answer: CoverageResult) -> None:
    assert answer.covered_share == pytest.approx(0.806, abs=0.0005)
    assert answer.covered_people_share == pytest.approx(0.906, abs=0.0005)
    assert answer.twice_covered_people_share == pytest.approx(0.143, abs=0.0005)
    deqing = next(base for base in answer.bases if "德清" in base.name)
    assert deqing.without_covered_people_share == pytest.approx(0.580, abs=0.0005)
    assert answer.people == pytest.approx(64_567_588, abs=1)


def test_time_and_radius_are_two_views_of_one_rule(answer: CoverageResult, zhejiang: CoverageInputs) -> None:
    by_time = run(CoverageParams(), zhejiang)
    assert by_time.rule.binding == "time"
    assert answer.rule.binding == "radius"
    assert by_time.covered_share == pytest.approx(answer.covered_share)
    assert by_time.covered_people == pytest.approx(answer.covered_people)


def test_land_agrees_with_random_sampling_by_karney(answer: CoverageResult, zhejiang: CoverageInputs) -> None:
    """Places at random, even by area, each asked of Karney's inverse: an independent estimate of the
    shares.
    """
    n, random = 400_000, np.random.default_rng(11)
    land = shapely.union_all([county.geometry for county in zhejiang.counties])
    shapely.prepare(land)
    west, south, east, north = land.bounds
    lon = random.uniform(west, east, n)
    lat = np.degrees(np.arcsin(random.uniform(np.sin(np.radians(south)), np.sin(np.radians(north)), n)))
    held = shapely.contains_xy(land, lon, lat)
    lon, lat = lon[held], lat[held]
    count = np.zeros(lon.size, dtype=int)
    for base in zhejiang.bases:
        away = GEOD.inv(np.full(lon.size, base.lon), np.full(lon.size, base.lat), lon, lat)[2]
        count += np.asarray(away) <= RADIUS_M
    three_sigma = 3 * 0.5 / np.sqrt(lon.size)
    assert (count > 0).mean() == pytest.approx(answer.covered_share, abs=three_sigma)
    assert (count > 1).mean() == pytest.approx(answer.twice_covered_share, abs=three_sigma)


def test_people_agree_with_fine_sampling_within_the_stated_bound(
    answer: CoverageResult, zhejiang: CoverageInputs
) -> None:
    """Cells near an edge are sampled 20 by 20 with Karney's inverse, the others by their centre."""
    population = zhejiang.population
    assert population is not None
    persons = population.persons.astype(float)
    persons[persons == population.nodata] = 0
    row, column = np.nonzero(persons > 0)
    width, _, west, _, height, north = population.transform[:6]
    lon, lat = west + (column + 0.5) * width, north + (row + 0.5) * height

    def reached(east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        aways = [
            np.asarray(GEOD.inv(np.full(east.size, b.lon), np.full(east.size, b.lat), east, north)[2])
            for b in zhejiang.bases
        ]
        return np.min(aways, axis=0) <= RADIUS_M, np.min(np.abs(np.array(aways) - RADIUS_M), axis=0)

    hit, margin = reached(lon, lat)
    share = hit.astype(float)
    edge = np.flatnonzero(margin < 700)
    fine = (np.arange(20) + 0.5) / 20 - 0.5
    east = (lon[edge, None, None] + fine[None, None, :] * width + np.zeros((1, 20, 1))).reshape(-1)
    south = (lat[edge, None, None] + fine[None, :, None] * height + np.zeros((1, 1, 20))).reshape(-1)
    share[edge] = reached(east, south)[0].reshape(edge.size, -1).mean(axis=1)
    covered = float((persons[row, column] * share).sum())
    assert answer.covered_people is not None
    assert answer.error_bound.people_relative is not None
    assert answer.people is not None
    assert answer.error_bound.people_relative < 0.002
    assert abs(covered - answer.covered_people) <= answer.error_bound.people_relative * answer.people
    assert abs(covered - answer.covered_people) < 5e-5 * answer.people
