"""The figures of a coverage answer: against each other, and against slow independent computation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.analysis.coverage import CoverageParams, CoverageResult, PointBase, run
from app.analysis.model import CoverageInputs
from layers.errors import Unavailable
from layers.geo import GEOD, area_m2, densify

places = st.tuples(st.floats(118.0, 122.8), st.floats(27.4, 30.9)).map(
    lambda p: (round(p[0], 4), round(p[1], 4))
)
layouts = st.lists(places, min_size=1, max_size=5, unique=True)
quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def at(layout: list[tuple[float, float]], **rule: float) -> CoverageParams:
    return CoverageParams(bases=[PointBase(lon=lon, lat=lat) for lon, lat in layout], **rule)  # type: ignore[arg-type]


def shape(geometry: dict[str, Any]) -> Any:
    return shapely.from_geojson(json.dumps(geometry))


def figure(value: float | None) -> float:
    assert value is not None
    return value


@quick
@given(layouts, st.floats(5, 300))
def test_what_is_covered_and_the_gap_make_up_the_land(
    province: CoverageInputs, layout: list[tuple[float, float]], radius: float
) -> None:
    answer = run(at(layout, radius_km=radius), province)
    gap_km2 = area_m2(shape(answer.gap["geometry"])) / 1e6
    assert answer.covered_km2 + gap_km2 == pytest.approx(answer.land_km2, rel=1e-6)
    assert answer.covered_km2 + sum(gap.uncovered_km2 for gap in answer.gaps) == pytest.approx(
        answer.land_km2
    )
    missed = sum(figure(gap.uncovered_people) for gap in answer.gaps)
    slack = answer.error_bound.people_relative
    assert figure(answer.covered_people) + missed == pytest.approx(answer.people, rel=1e-6 + figure(slack))


@quick
@given(layouts, st.floats(5, 300))
def test_parts_never_exceed_the_whole(
    province: CoverageInputs, layout: list[tuple[float, float]], radius: float
) -> None:
    answer = run(at(layout, radius_km=radius), province)
    assert answer.twice_covered_share <= answer.covered_share + 1e-12
    assert figure(answer.twice_covered_people_share) <= figure(answer.covered_people_share) + 1e-12
    assert answer.covered_km2 <= sum(base.covered_km2 for base in answer.bases) * (1 + 1e-9) + 1e-6
    only = sum(base.only_this_km2 for base in answer.bases)
    assert only + answer.twice_covered_share * answer.land_km2 == pytest.approx(answer.covered_km2, abs=1e-6)
    only_people = sum(figure(base.only_this_people) for base in answer.bases)
    twice_people = figure(answer.twice_covered_people_share) * figure(answer.people)
    assert only_people + twice_people == pytest.approx(answer.covered_people, abs=1e-3)


@quick
@given(layouts, st.floats(5, 200), st.floats(0.1, 80))
def test_a_longer_reach_never_covers_less(
    province: CoverageInputs, layout: list[tuple[float, float]], radius: float, more: float
) -> None:
    short, long = (run(at(layout, radius_km=r), province) for r in (radius, radius + more))
    assert long.covered_km2 >= short.covered_km2 - 1e-6
    assert figure(long.covered_people) >= figure(short.covered_people) - 1e-6


@quick
@given(layouts, st.randoms(use_true_random=False))
def test_the_order_of_the_bases_changes_nothing(
    province: CoverageInputs, layout: list[tuple[float, float]], random: Any
) -> None:
    shuffled = layout[:]
    random.shuffle(shuffled)
    assert run(at(layout), province) == run(at(shuffled), province)


def test_losing_a_base_gives_what_a_run_without_it_gives(province: CoverageInputs) -> None:
    layout = [(119.0, 29.2), (120.3, 30.2), (120.9, 28.4), (121.0, 29.5)]
    answer = run(at(layout), province)
    for base in answer.bases:
        rest = run(at([place for place in layout if place != (base.lon, base.lat)]), province)
        assert base.without_covered_share == pytest.approx(rest.covered_share, abs=1e-9)
        assert base.without_covered_people_share == pytest.approx(rest.covered_people_share, abs=1e-9)


@pytest.fixture(scope="module")
def answer(province: CoverageInputs) -> CoverageResult:
    return run(CoverageParams(), province)


def test_land_figures_agree_with_plain_overlay_and_karney_areas(
    province: CoverageInputs, answer: CoverageResult
) -> None:
    def karney_km2(geometry: Any) -> float:
        oriented = shapely.orient_polygons(densify(geometry, 1000))
        return abs(float(GEOD.geometry_area_perimeter(oriented)[0])) / 1e6

    rings = []
    for base in answer.bases:
        n = 14400
        lon, lat, _ = GEOD.fwd([base.lon] * n, [base.lat] * n, np.arange(n) / 40, [base.reach_km * 1000] * n)
        rings.append(shapely.Polygon(np.column_stack([lon, lat])))
    land = province.land
    assert answer.land_km2 == pytest.approx(karney_km2(land), rel=1e-7)
    covered = karney_km2(shapely.intersection(land, shapely.union_all(rings)))
    assert answer.covered_km2 == pytest.approx(covered, rel=answer.error_bound.area_relative)
    for base, ring in zip(answer.bases, rings, strict=True):
        alone = karney_km2(shapely.intersection(land, ring))
        assert base.covered_km2 == pytest.approx(alone, rel=answer.error_bound.area_relative)


def test_people_agree_with_fine_sampling_within_the_stated_bound(province: CoverageInputs) -> None:
    assert province.population is not None
    persons = np.nan_to_num(np.maximum(province.population.persons.astype(float), 0))
    persons[np.random.default_rng(5).random(persons.shape) > 0.05] = 0  # a sample: the slow way is slow
    population = replace(province.population, persons=persons)
    answer = run(CoverageParams(), replace(province, population=population))
    row, column = np.nonzero(persons)
    lon, lat = 118.2 + (column + 0.5) * 0.02, 30.75 - (row + 0.5) * 0.02
    near = shapely.distance(province.land, shapely.points(lon, lat)) <= 0.02
    row, column, fine = row[near], column[near], (np.arange(24) + 0.5) / 24
    covered = 0.0
    for r, c in zip(row, column, strict=True):
        east, north = np.meshgrid(118.2 + (c + fine) * 0.02, 30.75 - (r + fine) * 0.02)
        hit = np.zeros(east.size, dtype=bool)
        for base in answer.bases:
            away = GEOD.inv(np.full(576, base.lon), np.full(576, base.lat), east.ravel(), north.ravel())[2]
            hit |= np.asarray(away) <= base.reach_km * 1000
        covered += persons[r, c] * hit.mean()
    bound = figure(answer.error_bound.people_relative) * figure(answer.people)
    assert answer.people == pytest.approx(persons[row, column].sum())
    assert abs(covered - figure(answer.covered_people)) <= bound
    assert bound < 0.01 * figure(answer.people)


def test_no_place_of_a_county_waits_longer_than_its_worst_point(
    province: CoverageInputs, answer: CoverageResult
) -> None:
    shapes = {county.code: county.geometry for county in province.counties}
    random = np.random.default_rng(3)
    assert answer.gaps
    for gap in answer.gaps:
        west, south, east, north = shapes[gap.code].bounds
        lon, lat = random.uniform(west, east, 3000), random.uniform(south, north, 3000)
        held = shapely.contains_xy(shapes[gap.code], lon, lat)
        corners = shapely.get_coordinates(shapes[gap.code])
        lon, lat = np.append(lon[held], corners[:, 0]), np.append(lat[held], corners[:, 1])
        waits = [
            base.preparation_min
            + 0.06
            * np.asarray(GEOD.inv(np.full(lon.size, base.lon), np.full(lon.size, base.lat), lon, lat)[2])
            / base.cruise_kmh
            for base in answer.bases
        ]
        assert np.min(waits, axis=0).max() <= gap.worst_minutes + answer.error_bound.worst_point_min
        assert gap.worst_minutes == pytest.approx(gap.worst_preparation_min + gap.worst_flight_min)
        assert shapely.distance(shapes[gap.code], shapely.Point(gap.worst_point)) < 2e-6
        assert gap.worst_minutes > 45 - 1e-6


def test_gaps_come_with_most_people_first(answer: CoverageResult) -> None:
    missed = [figure(gap.uncovered_people) for gap in answer.gaps]
    assert missed == sorted(missed, reverse=True)


def test_geometry_is_valid_counter_clockwise_and_rounded(answer: CoverageResult) -> None:
    features = [answer.union, answer.gap, *answer.reach["features"]]
    for feature in features:
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        assert all(part.exterior.is_ccw for part in shapely.get_parts(geometry))
        coords = shapely.get_coordinates(geometry)
        assert (coords == np.round(coords, 6)).all()
    for disc in answer.reach["features"]:
        assert len(disc["geometry"]["coordinates"][0]) > 1440


def test_each_base_keeps_its_own_minutes_and_speed(answer: CoverageResult) -> None:
    by_id = {base.id: base for base in answer.bases}
    assert sorted(by_id) == ["B1", "B2", "B3"]
    assert by_id["B1"].reach_km == pytest.approx(100)
    assert by_id["B2"].reach_km == pytest.approx(35 / 60 * 240)
    assert answer.rule.per_base


def test_the_answer_names_its_sources_and_method(answer: CoverageResult) -> None:
    assert answer.sources[0].layer == "population"
    assert answer.sources[0].generated
    assert "WGS 84" in answer.method.zh
    assert "WGS 84" in answer.method.en


def test_without_a_raster_people_are_empty_and_a_warning_says_so(province: CoverageInputs) -> None:
    answer = run(CoverageParams(), replace(province, population=None))
    assert answer.people is None
    assert answer.covered_people_share is None
    assert all(gap.uncovered_people is None for gap in answer.gaps)
    assert [warning.code for warning in answer.warnings] == ["population_missing"]
    assert answer.covered_share > 0


def test_without_land_and_counties_the_error_says_what_to_load(province: CoverageInputs) -> None:
    with pytest.raises(Unavailable, match="admin_area") as caught:
        run(CoverageParams(), replace(province, land=None, counties=()))
    assert caught.value.code == "land_missing"


def test_land_in_no_county_counts_as_land(province: CoverageInputs) -> None:
    fewer = replace(province, counties=province.counties[2:])
    assert run(CoverageParams(), fewer).land_km2 == pytest.approx(run(CoverageParams(), province).land_km2)


def test_without_a_land_layer_the_counties_are_the_land(province: CoverageInputs) -> None:
    bare = replace(province, land=None)
    assert run(CoverageParams(), bare).land_km2 == pytest.approx(run(CoverageParams(), province).land_km2)


def test_sixty_four_bases_are_answered(province: CoverageInputs) -> None:
    grid = [(118.5 + 0.4 * (i % 8), 27.9 + 0.3 * (i // 8)) for i in range(64)]
    answer = run(at(grid, radius_km=60), province)
    assert answer.covered_share > 0.9
    assert answer.twice_covered_share > 0.8


def test_a_base_at_sea_that_reaches_no_land_is_answered_with_a_warning(province: CoverageInputs) -> None:
    answer = run(at([(123.4, 28.6)], radius_km=20), province)
    assert answer.covered_km2 == 0
    assert "base_reaches_no_land" in [warning.code for warning in answer.warnings]


def test_runs_with_one_key_share_the_preparation(province: CoverageInputs) -> None:
    from app.analysis.kit.prepare import prepared_for

    one, other = (replace(province, key="v1") for _ in range(2))
    assert prepared_for(one) is prepared_for(other)
    assert prepared_for(replace(province, key="v2")) is not prepared_for(one)


def test_counties_that_overlap_are_reported(province: CoverageInputs) -> None:
    doubled = replace(province, counties=(*province.counties, replace(province.counties[0], code="339999")))
    for inputs, overlap in ((doubled, True), (province, False)):
        codes = [warning.code for warning in run(CoverageParams(), inputs).warnings]
        assert ("counties_overlap" in codes) is overlap


def test_a_province_wholly_within_reach_has_no_gap(province: CoverageInputs) -> None:
    answer = run(at([(120.2, 29.2)], radius_km=500), province)
    assert answer.covered_share == pytest.approx(1)
    assert answer.gaps == []
    assert answer.gap["geometry"]["coordinates"] == []


def test_an_answer_is_plain_json_without_nan(province: CoverageInputs, answer: CoverageResult) -> None:
    assert json.loads(answer.model_dump_json(), parse_constant=pytest.fail)["land_km2"] == answer.land_km2
