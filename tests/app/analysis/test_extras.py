"""Bands, hospitals, roads, weather, closed airspace and the sea, on the small province against slow reckoning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from app.analysis.compare import CompareParams
from app.analysis.compare import run as compare
from app.analysis.coverage import CoverageParams, CoverageResult
from app.analysis.coverage import run as cover
from app.analysis.kit.prepare import prepared_for
from app.analysis.model import CoverageInputs, GroundTimes, Hospital, PopulationGrid
from layers.geo import GEOD, area_m2


def run(inputs: CoverageInputs, **sent: Any) -> CoverageResult:
    return cover(CoverageParams.model_validate(sent), inputs)


def test_bands_are_nested_and_the_one_of_the_response_is_the_coverage(province: CoverageInputs) -> None:
    answer = run(province, bands_min=[20, 45, 60])
    assert answer.bands is not None
    shares = [band.covered_share for band in answer.bands]
    assert shares == sorted(shares)
    assert shares[1] == pytest.approx(answer.covered_share, abs=answer.error_bound.cells_relative)
    assert answer.band_areas is not None
    shapes = [shapely.geometry.shape(one["geometry"]) for one in answer.band_areas["features"]]
    assert shapely.intersection(shapes[0], shapes[1]).area < 1e-4


def test_patients_reach_a_hospital_as_base_scene_and_hospital_add_up(province: CoverageInputs) -> None:
    hospitals = (Hospital("甲", 120.2, 30.2), Hospital("乙", 120.6, 28.2))
    answer = run(replace(province, hospitals=hospitals), hospital_within_min=90, on_scene_min=20)
    assert answer.hospital is not None
    people = prepared_for(province).people
    assert people is not None
    points, weight = people.demand.points, people.demand.weight[:, 0]
    n = len(points)
    best = np.full(n, np.inf)

    def away(lon: float, lat: float) -> np.ndarray:
        return np.asarray(GEOD.inv(np.full(n, lon), np.full(n, lat), points.lon, points.lat)[2])

    nearest = np.minimum(*(away(one.lon, one.lat) for one in hospitals))
    for base in answer.bases:
        minutes = (
            base.preparation_min + (away(base.lon, base.lat) + nearest) / 1000 / base.cruise_kmh * 60 + 20
        )
        best = np.minimum(best, minutes)
    assert answer.hospital.covered_people_share == pytest.approx(
        float(weight[best <= 90].sum() / weight.sum()), abs=1e-6
    )


def test_by_road_and_air_is_never_less_than_either(province: CoverageInputs) -> None:
    quick = GroundTimes("roads", PopulationGrid(np.full((100, 50), 30.0), (0.02, 0, 120.0, 0, -0.02, 29.5)))
    areas = GroundTimes(
        "roads", areas=((30.0, shapely.box(120, 27.5, 121, 29.5)), (90.0, shapely.box(117, 26, 123, 32)))
    )
    for ground in (quick, areas):
        answer = run(replace(province, ground=ground))
        assert answer.ground is not None
        assert answer.ground.ground_share > 0.1
        assert answer.ground.either_share >= max(answer.ground.ground_share, answer.covered_share - 0.01)
        assert answer.ground.either_share < 1
    assert run(province).ground is None


def test_bad_weather_slows_and_closes(province: CoverageInputs) -> None:
    clear, haze = run(province), run(province, visibility_m=1600)
    assert [base.cruise_kmh for base in haze.bases] == pytest.approx([185.2] * 3)
    assert haze.covered_share < clear.covered_share
    assert run(province, visibility_m=9000, night=True).covered_share == clear.covered_share


def test_only_ready_bases_count_now(province: CoverageInputs) -> None:
    rows = (replace(province.bases[0], status="standby"), *province.bases[1:])
    some = replace(province, bases=rows)
    assert [base.id for base in run(some, when="now").bases] == ["B2", "B3"]
    assert [base.id for base in run(some).bases] == ["B1", "B2", "B3"]


def test_an_aircraft_brings_its_speed_and_its_endurance(province: CoverageInputs) -> None:
    answer = run(province, aircraft="Mi-171A2", response_min=240, on_scene_min=60)
    assert {base.binding for base in answer.bases} == {"endurance"}
    assert answer.bases[0].reach_km == pytest.approx((185 - 30 - 60) / 60 * 259 / 2)


def test_closed_airspace_costs_cover_and_vector_and_cells_agree(province: CoverageInputs) -> None:
    wall = {
        "type": "Polygon",
        "coordinates": [[[119.4, 28.6], [119.5, 28.6], [119.5, 29.9], [119.4, 29.9], [119.4, 28.6]]],
    }
    free, walled = run(province), run(province, no_fly=[wall])
    assert walled.covered_share < free.covered_share
    assert walled.error_bound.cells_differ <= walled.error_bound.cells_relative


def test_the_sea_within_reach_is_what_the_coast_leaves(province: CoverageInputs) -> None:
    assert run(province).sea_km2 is None
    answer = run(replace(province, coast=province.land), bases=["B3"], radius_km=30)
    assert answer.sea_km2 == pytest.approx(answer.bases[0].disc_km2 - answer.covered_km2, rel=1e-4)


def test_a_moved_base_keeps_its_own_values(province: CoverageInputs) -> None:
    moved = run(province, bases=[{"like": "B2", "lon": 120.0, "lat": 29.0}]).bases[0]
    assert (moved.id, moved.name, moved.preparation_min, moved.cruise_kmh) == (
        "B2",
        "北",
        10,
        pytest.approx(240),
    )
    assert (moved.lon, moved.lat) == (120.0, 29.0)


def test_comparing_gives_the_difference_of_two_runs(province: CoverageInputs) -> None:
    asked = {"a": {"bases": ["B1", "B2"], "radius_km": 70}, "b": {"bases": ["B2", "B3"], "radius_km": 70}}
    found = compare(CompareParams.model_validate(asked), province)
    a, b = run(province, **asked["a"]), run(province, **asked["b"])
    assert found.covered_share_a == pytest.approx(a.covered_share, abs=0.005)
    assert found.covered_share_b == pytest.approx(b.covered_share, abs=0.005)
    for drawn, km2 in ((found.gained, found.gained_km2), (found.lost, found.lost_km2)):
        assert area_m2(shapely.geometry.shape(drawn["geometry"])) / 1e6 == pytest.approx(km2, rel=0.01)
    assert found.gained_km2 - found.lost_km2 == pytest.approx(b.covered_km2 - a.covered_km2, rel=0.02)
