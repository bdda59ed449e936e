"""The schematic boundaries of the demo: whole, without overlap, and like the province."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod

from etl.demo.boundaries import build
from etl.demo.facts import CENSUS_TOTAL, airfields, cities, counties, parks, towns

REAL = Path(os.environ.get("RISKMAP_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture(scope="session")
def admin(demo: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(demo / "admin_area.geojson").set_index("code")


def level(admin: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    return admin[admin.level == name]


def test_there_are_one_province_eleven_cities_ninety_counties_and_their_towns(
    admin: gpd.GeoDataFrame,
) -> None:
    assert admin.level.value_counts().to_dict() == {"town": 414, "county": 90, "city": 11, "province": 1}
    assert admin.index.is_unique
    assert set(admin.geom_type) == {"MultiPolygon"}


def test_populations_agree_with_the_census_at_every_level(admin: gpd.GeoDataFrame) -> None:
    for name in ("province", "city", "county"):
        assert level(admin, name).population.sum() == CENSUS_TOTAL
    by_city = level(admin, "county").groupby("parent_code").population.sum()
    assert by_city.to_dict() == level(admin, "city").population.to_dict()


def test_every_polygon_is_valid(admin: gpd.GeoDataFrame) -> None:
    assert admin.geometry.is_valid.all()


def test_counties_do_not_overlap(admin: gpd.GeoDataFrame) -> None:
    areas = level(admin, "county").geometry.to_numpy()
    left, right = shapely.STRtree(areas).query(areas, predicate="intersects")
    pairs = left < right
    shared = shapely.area(shapely.intersection(areas[left[pairs]], areas[right[pairs]]))
    assert shared.sum() < 1e-9


@pytest.mark.parametrize("name", ["city", "county"])
def test_the_parts_cover_the_province_without_gaps(admin: gpd.GeoDataFrame, name: str) -> None:
    province = admin.geometry["330000"]
    parts = level(admin, name).geometry
    assert parts.area.sum() == pytest.approx(province.area, rel=1e-9)
    assert shapely.union_all(parts.to_numpy()).symmetric_difference(province).area < 1e-9


def test_a_city_is_the_union_of_its_counties(admin: gpd.GeoDataFrame) -> None:
    for code, members in level(admin, "county").groupby("parent_code"):
        union = shapely.union_all(members.geometry.to_numpy())
        assert union.symmetric_difference(admin.geometry[code]).area < 1e-9


def test_every_county_seat_lies_in_its_own_county(admin: gpd.GeoDataFrame) -> None:
    lost = [c.name for c in counties() if not shapely.contains_xy(admin.geometry[c.code], c.lon, c.lat)]
    assert lost == []


def test_parks_and_airfields_lie_in_the_county_they_name(admin: gpd.GeoDataFrame) -> None:
    named = (*parks(), *airfields())
    lost = [p for p in named if not shapely.contains_xy(admin.geometry[p.county_code], p.lon, p.lat)]
    assert lost == []
    assert len(parks()) == 36


def test_the_province_is_inside_the_base_map_land(demo: Path, admin: gpd.GeoDataFrame) -> None:
    land = shapely.union_all(pyogrio.read_dataframe(demo / "land.geojson").geometry.to_numpy())
    assert admin.geometry["330000"].difference(land).area < 1e-9


def test_the_land_area_is_that_of_the_province_within_four_percent(admin: gpd.GeoDataFrame) -> None:
    square_metres, _ = Geod(ellps="WGS84").geometry_area_perimeter(admin.geometry["330000"])
    assert abs(square_metres) / 1e6 == pytest.approx(105_500, rel=0.04)


def test_the_facts_are_those_of_the_census_day() -> None:
    assert len(counties()) == 90
    assert len(cities()) == 11
    assert sum(c.population for c in counties()) == CENSUS_TOTAL
    codes = {c.code for c in counties()}
    assert {"330103", "330104", "330383"} <= codes
    assert not {"330113", "330114", "330371"} & codes
    assert {t.county_code for t in towns()} <= codes
    assert {c.city_code for c in counties()} == {c.code for c in cities()}


@pytest.mark.parametrize("seed", [1, 2024])
def test_other_seeds_give_whole_boundaries_too(seed: int) -> None:
    made = build(seed)
    assert all(area.is_valid and not area.is_empty for area in made.counties.values())
    assert sum(a.area for a in made.counties.values()) == pytest.approx(made.province.area, rel=1e-9)


def test_the_shape_is_recognisably_that_of_the_province(admin: gpd.GeoDataFrame) -> None:
    path = REAL / "zj_county2020_tudigong.geojson"
    if not path.exists():
        pytest.skip(f"real boundaries are not there: {path}")
    real = gpd.read_file(path)
    inland = shapely.box(117, 26, 121, 32)
    theirs = shapely.union_all(real.geometry.make_valid().to_numpy()).intersection(inland)
    ours = admin.geometry["330000"].intersection(inland)
    assert ours.intersection(theirs).area / ours.union(theirs).area > 0.95
    overlap = [
        admin.geometry[str(code)].intersection(shape).area / shape.area
        for code, shape in zip(real.CODE, real.geometry.make_valid(), strict=True)
        if str(code) in admin.index
    ]
    assert np.mean(overlap) > 0.7
