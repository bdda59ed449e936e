"""Hazard sources, shelters, bases and landing points of the demo: numbers, places, grades."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from etl.demo.facts import counties
from etl.demo.inventory import MIXES
from etl.demo.names import MAJOR_INDUSTRIES
from etl.demo.risk_plan import BLUE, ORANGE, RED, UNGRADED
from layers.constants.shipped import shipped
from layers.grading import firm, gb18218
from layers.grading.inventory import Substances, parse_inventory


def from_csv(path: Path) -> gpd.GeoDataFrame:
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype={"county_code": str})
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame.lon, frame.lat), crs="EPSG:4326")


@pytest.fixture(scope="session")
def areas(demo: Path) -> dict[str, shapely.Geometry]:
    admin = pyogrio.read_dataframe(demo / "admin_area.geojson")
    return dict(zip(admin.code, admin.geometry, strict=True))


@pytest.fixture(scope="session")
def hazards(demo: Path) -> gpd.GeoDataFrame:
    frame = pyogrio.read_dataframe(demo / "hazard_source.gpkg", layer="hazard_source")
    found = firm.grade_many(frame.firm_score, frame.red_line.astype(bool), shipped())
    return frame.assign(
        colour=pd.array([None if np.isnan(c) else int(c) for c in found.grade], dtype="Int64")
    )


@pytest.fixture(scope="session")
def majors(hazards: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = hazards[hazards.kind == "major_hazard"].copy()
    substances = Substances.of(shipped())
    stocks = [parse_inventory(text, substances) for text in frame.inventory]
    figures = gb18218.grade_many(stocks, frame.residents_500m, shipped()).figures
    return frame.assign(s=figures["s"], grade=figures["gb18218_grade"])


@pytest.fixture(scope="session")
def shelters(demo: Path) -> gpd.GeoDataFrame:
    return from_csv(demo / "shelter.csv")


@pytest.fixture(scope="session")
def landing(demo: Path) -> gpd.GeoDataFrame:
    frame = pyogrio.read_dataframe(demo / "landing_point.shp")
    return frame.rename(columns={"COUNTY_COD": "county_code", "CODE": "code", "NAME": "name", "KIND": "kind"})


def strays(frame: gpd.GeoDataFrame, areas: dict[str, shapely.Geometry]) -> list[str]:
    lost: list[str] = []
    for code, group in frame.groupby("county_code"):
        area = areas[str(code)]
        shapely.prepare(area)
        inside = shapely.contains_xy(area, group.geometry.x.to_numpy(), group.geometry.y.to_numpy())
        lost += group.code[~inside].tolist()
    return lost


def test_there_are_947_major_hazards_and_70659_firms(hazards: gpd.GeoDataFrame) -> None:
    assert hazards.kind.value_counts().to_dict() == {"firm": 70_659, "major_hazard": 947}


def test_there_are_8250_shelters_5_bases_and_340_landing_points(
    demo: Path, shelters: gpd.GeoDataFrame, landing: gpd.GeoDataFrame
) -> None:
    assert (len(shelters), len(landing)) == (8_250, 340)
    assert len(from_csv(demo / "rescue_base.csv")) == 5


@pytest.mark.parametrize("layer", ["hazards", "shelters", "landing"])
def test_codes_are_unique_and_names_are_not_empty(layer: str, request: pytest.FixtureRequest) -> None:
    frame = request.getfixturevalue(layer)
    assert frame.code.is_unique
    assert frame.name.map(bool).all()


@pytest.mark.parametrize("layer", ["hazards", "shelters", "landing"])
def test_every_point_lies_inside_the_county_it_names(
    layer: str, areas: dict[str, shapely.Geometry], request: pytest.FixtureRequest
) -> None:
    assert strays(request.getfixturevalue(layer), areas) == []


def test_every_county_has_its_teams_inside_it(demo: Path, areas: dict[str, shapely.Geometry]) -> None:
    teams = from_csv(demo / "rescue_team.csv")
    assert set(teams.groupby("county_code").size()) == {4}
    assert teams.code.is_unique
    assert strays(teams, areas) == []


def test_the_bases_lie_inside_their_counties(demo: Path, areas: dict[str, shapely.Geometry]) -> None:
    bases = from_csv(demo / "rescue_base.csv")
    assert strays(bases, areas) == []
    assert bases.preparation_min.eq(15).all()
    assert bases.cruise_kmh.eq(200).all()
    assert bases[bases.is_main == "是"].name.tolist() == ["建德千岛湖通用机场"]


def test_every_inventory_reaches_the_threshold_of_a_major_hazard(majors: gpd.GeoDataFrame) -> None:
    assert (majors.s >= 1).all()


def test_major_hazards_spread_over_the_four_grades(majors: gpd.GeoDataFrame) -> None:
    share = majors.grade.value_counts(normalize=True)
    assert share[1] == pytest.approx(0.045, abs=0.01)
    assert share[2] == pytest.approx(0.15, abs=0.01)
    assert share[3] == pytest.approx(0.35, abs=0.01)


def test_firm_scores_have_the_wanted_distribution(hazards: gpd.GeoDataFrame) -> None:
    firms = hazards[hazards.kind == "firm"]
    share = firms.colour.value_counts(normalize=True, dropna=False)
    assert share[1] == pytest.approx(0.001, abs=0.0003)
    assert share[2] == pytest.approx(0.02, abs=0.003)
    assert share[3] == pytest.approx(0.25, abs=0.01)
    assert firms.colour.isna().mean() == pytest.approx(0.02, abs=0.01)


def test_all_four_colours_and_no_data_appear_among_the_counties(
    hazards: gpd.GeoDataFrame, majors: gpd.GeoDataFrame
) -> None:
    colour = hazards.colour.copy()
    colour.loc[majors.index] = majors.grade
    worst = colour.groupby(hazards.county_code).min()
    assert set(worst[worst == 1].index) == RED
    assert set(worst[worst == 2].index) == ORANGE
    assert set(worst[worst == 4].index) == BLUE
    assert set(worst[worst.isna()].index) == UNGRADED
    assert len(worst) == 90


def test_no_grade_is_written_into_the_file(hazards: gpd.GeoDataFrame) -> None:
    assert not {"grade", "gb18218_grade", "s_value", "r_value"} & set(hazards.columns)


def test_every_graded_source_has_an_assessor_and_a_date(hazards: gpd.GeoDataFrame) -> None:
    graded = hazards[hazards.colour.notna() | (hazards.kind == "major_hazard")]
    assert set(graded.assessor) == {"演示生成"}
    assert graded.assessed_on.astype(str).between("2024-01-01", "2026-12-31").all()


def test_names_say_that_they_are_made_up(
    hazards: gpd.GeoDataFrame, shelters: gpd.GeoDataFrame, landing: gpd.GeoDataFrame
) -> None:
    assert hazards.name.str.contains("演示").all()
    assert shelters.name.str.contains("演示").all()
    assert landing[~landing.code.str.startswith("LP-")].name.str.contains("演示").all()


def test_telephones_cannot_be_real(shelters: gpd.GeoDataFrame) -> None:
    assert shelters.phone.str.fullmatch(r"05\d\d-0000\d{4}").all()


def test_thirty_nine_percent_of_shelters_are_standardised_and_counties_differ(
    shelters: gpd.GeoDataFrame,
) -> None:
    done = shelters.standardised == "是"
    assert done.sum() == 3_218
    by_county = done.groupby(shelters.county_code).mean()
    assert by_county.max() - by_county.min() > 0.25


def test_shelters_follow_the_three_levels_of_the_province(shelters: gpd.GeoDataFrame) -> None:
    least = shelters.groupby("level").capacity.min()
    assert least["county"] >= 200
    assert least["township"] >= 100
    assert least["village"] >= 50
    per_county = shelters[shelters.level == "county"].groupby("county_code").size()
    assert len(per_county) == 90
    assert per_county.between(1, 3).all()


def test_nobody_is_in_a_shelter_that_is_closed_and_none_is_overfull(shelters: gpd.GeoDataFrame) -> None:
    assert (shelters.occupied <= shelters.capacity).all()
    assert shelters[shelters.status.isin(["closed", "unusable"])].occupied.eq(0).all()
    assert (shelters.occupied == 0).mean() > 0.9


def test_landing_points_are_in_every_county_and_text_survives_gbk(landing: gpd.GeoDataFrame) -> None:
    assert set(landing.county_code) == {c.code for c in counties()}
    assert "杭州萧山国际机场" in set(landing.name)


def test_every_mix_names_substances_that_can_be_graded() -> None:
    assert set(MIXES) == set(MAJOR_INDUSTRIES)
    assert {cas for mix in MIXES.values() for cas in mix} <= set(Substances.of(shipped()).named)


def test_firms_crowd_in_the_parks(hazards: gpd.GeoDataFrame) -> None:
    zhenhai = hazards[hazards.county_code == "330211"].geometry
    near = np.hypot(zhenhai.x - 121.63, zhenhai.y - 30.02) < 0.03
    assert near.mean() > 0.15
