"""Recognising the system of numbers: with a declaration, without, and against it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers.crs.gcj import wgs_to_bd, wgs_to_gcj
from layers.crs.places import Places
from layers.crs.recognise import Recognition, recognise
from layers.crs.systems import SYSTEMS, System, crs_of, system_of

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats]
Project = Callable[[int, Floats, Floats], Points]

ESRI = crs_of(4549).to_wkt("WKT1_ESRI")
PREFIXED = [s for s in SYSTEMS if s.zone and s.datum == "CGCS2000"]
GEOGRAPHIC = [s for s in SYSTEMS if s.kind == "geographic"]


def codes_of(boxes: Places, points: Points) -> list[str]:
    return [boxes.codes[i] for i in boxes.county_of(*points)]


def noted(found: Recognition) -> set[str]:
    return {code for code, _, _ in found.notes}


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.key)
@pytest.mark.parametrize("form", ["WKT1_ESRI", "code"])
def test_a_declaration_that_fits_is_believed(
    boxes: Places, points: Points, project: Project, system: System, form: str
) -> None:
    declared = system.key if form == "code" else system.crs().to_wkt("WKT1_ESRI")
    found = recognise(*project(system.code, *points), declared=declared, places=boxes)
    assert found.chosen is not None
    assert (found.chosen.key, found.chosen.swapped, found.chosen.datum) == (system.key, False, system.datum)
    assert found.chosen.confidence >= 90
    assert found.question == (None if system.datum in ("CGCS2000", "WGS84") else "datum_no_shift")
    assert noted(found) == set()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.key)
def test_swapped_axes_under_a_declaration_are_turned_and_noted(
    boxes: Places, points: Points, project: Project, system: System
) -> None:
    x, y = project(system.code, *points)
    found = recognise(y, x, declared=system.key, places=boxes)
    assert found.chosen is not None
    assert (found.chosen.key, found.chosen.swapped) == (system.key, True)
    assert noted(found) == {"axis_swapped"}
    np.testing.assert_allclose(np.transpose(found.chosen.outline), np.array(points)[:, ::2], atol=1e-6)


@pytest.mark.parametrize("system", PREFIXED, ids=lambda s: s.key)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_zone_prefix_decides_the_projection_but_never_the_datum(
    boxes: Places, points: Points, project: Project, system: System, swapped: bool
) -> None:
    x, y = project(system.code, *points)
    numbers = (y, x) if swapped else (x, y)
    asked = recognise(*numbers, declared=None, places=boxes)
    assert asked.question == "datum_undeclared"
    assert asked.chosen is None
    assert [c.datum for c in asked.candidates] == ["CGCS2000", "Xian80", "Beijing54"]
    assert asked.candidates[0].key == system.key
    assert noted(asked) == ({"zone_prefix", "axis_swapped"} if swapped else {"zone_prefix"})
    for candidate in asked.candidates:
        told = recognise(*numbers, declared=None, places=boxes, data_datum=candidate.datum)
        assert told.chosen is not None
        assert (told.chosen.key, told.chosen.swapped) == (candidate.key, swapped)


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_without_a_declaration_are_taken(boxes: Places, points: Points, swapped: bool) -> None:
    found = recognise(*(points[::-1] if swapped else points), declared=None, places=boxes)
    assert found.chosen is not None
    assert (found.chosen.key, found.chosen.swapped, found.question) == ("EPSG:4490", swapped, None)


@pytest.mark.parametrize("data_datum", ["Xian80", "Beijing54"])
def test_degrees_on_a_datum_the_officer_names_are_on_that_datum(
    boxes: Places, points: Points, data_datum: str
) -> None:
    found = recognise(*points, declared=None, places=boxes, data_datum=data_datum)
    assert found.chosen is not None
    assert (found.chosen.datum, found.question) == (data_datum, "datum_no_shift")


def test_web_mercator_is_recognised_and_has_its_datum(
    boxes: Places, points: Points, project: Project
) -> None:
    found = recognise(*project(3857, *points), declared=None, places=boxes)
    assert found.chosen is not None
    assert (found.chosen.key, found.question) == ("EPSG:3857", None)


@pytest.mark.parametrize("code", [4550, 32651])
def test_gauss_kruger_or_utm_is_asked_unless_rows_declare_their_county(
    small_boxes: Places, project: Project, code: int
) -> None:
    boxes = small_boxes
    rng = np.random.default_rng(3)
    points = (
        rng.uniform(119.6, 122.2, 500),
        rng.uniform(28.6, 29.7, 500),
    )  # inside, far from the outer boundary
    numbers = project(code, *points)
    asked = recognise(*numbers, declared=None, places=boxes, data_datum="CGCS2000")
    assert asked.question == "crs_ambiguous"
    assert {c.key for c in asked.candidates} >= {"EPSG:4550", "EPSG:32651"}
    told = recognise(
        *numbers, declared=None, places=boxes, data_datum="CGCS2000", county_codes=codes_of(boxes, points)
    )
    assert told.chosen is not None
    assert told.chosen.key == f"EPSG:{code}"


@pytest.mark.parametrize(
    ("declared", "true", "chosen"),
    [("EPSG:4549", 4528, "EPSG:4528"), ("EPSG:4528", 4549, "EPSG:4549"), ("EPSG:2437", 2416, "EPSG:2416"),
     ("EPSG:4490", 4528, "EPSG:4528"), ("EPSG:4549", 4490, "EPSG:4490"), ("EPSG:2437", 4214, "EPSG:4214"),
     ("EPSG:4326", 3857, "EPSG:3857"), ("EPSG:3857", 4326, "EPSG:4326"), ("EPSG:4610", 2364, "EPSG:2364")],
)  # fmt: skip
def test_a_label_the_numbers_contradict_is_corrected_and_noted(
    boxes: Places, points: Points, project: Project, declared: str, true: int, chosen: str
) -> None:
    found = recognise(*project(true, *points), declared=declared, places=boxes)
    assert found.chosen is not None
    assert found.chosen.key == chosen
    assert "label_contradicted" in noted(found)
    assert found.chosen.confidence < 95


def test_metres_under_the_default_label_4326_have_no_datum(
    boxes: Places, points: Points, project: Project
) -> None:
    found = recognise(*project(4528, *points), declared="EPSG:4326", places=boxes)
    assert (found.chosen, found.question) == (None, "datum_undeclared")
    assert noted(found) == {"label_contradicted", "zone_prefix"}
    told = recognise(*project(4528, *points), declared="EPSG:4326", places=boxes, data_datum="CGCS2000")
    assert told.chosen is not None
    assert told.chosen.key == "EPSG:4528"


def test_an_old_datum_on_the_label_of_web_mercator_numbers_is_asked_about(
    boxes: Places, points: Points, project: Project
) -> None:
    found = recognise(*project(3857, *points), declared="EPSG:2437", places=boxes)
    assert (found.chosen, found.question) == (None, "crs_low_confidence")


def test_a_label_in_the_province_that_the_counties_contradict_is_asked_about(
    boxes: Places, project: Project
) -> None:
    rng = np.random.default_rng(4)
    points = rng.uniform(121.2, 122.2, 300), rng.uniform(27.5, 30.9, 300)
    codes = codes_of(boxes, points)
    # meridian 117 on the label, 120 in the numbers: three degrees west, still in the province
    found = recognise(*project(4549, *points), declared="EPSG:4548", places=boxes, county_codes=codes)
    assert (found.chosen, found.question) == (None, "crs_ambiguous")
    assert found.candidates[0].key == "EPSG:4549"
    assert "EPSG:4548" in [c.key for c in found.candidates]
    assert noted(found) == {"label_contradicted"}


def test_a_grid_of_a_citys_own_is_kept_as_its_definition(boxes: Places, points: Points) -> None:
    text = ESRI.replace('"Central_Meridian",120.0', '"Central_Meridian",120.5')
    x, y = (points[0] - 120.5) * 96_000 + 500_000, points[1] * 110_800
    found = recognise(x, y, declared=text, places=boxes)
    assert found.chosen is not None
    assert found.chosen.key == "WKT"
    assert noted(found) == {"crs_kept_as_wkt"}


def test_a_declaration_without_a_datum_is_noted(boxes: Places, points: Points, project: Project) -> None:
    text = ESRI.replace("D_China_2000", "D_unknown").replace(
        "GCS_China_Geodetic_Coordinate_System_2000", "GCS_x"
    )
    found = recognise(*project(4549, *points), declared=text, places=boxes)
    assert found.chosen is not None
    assert found.chosen.key == "EPSG:4549"
    assert noted(found) == {"datum_by_ellipsoid"}


def test_a_declaration_that_cannot_be_read_is_noted_and_the_numbers_decide(
    boxes: Places, points: Points
) -> None:
    found = recognise(*points, declared="GEOGCS[broken", places=boxes)
    assert found.chosen is not None
    assert noted(found) == {"crs_unreadable"}


def test_a_neighbours_file_is_read_as_declared_and_noted(boxes: Places, project: Project) -> None:
    shanghai = np.full(50, 121.47), np.linspace(31.6, 31.9, 50)
    found = recognise(*project(4549, *shanghai), declared="EPSG:4549", places=boxes)
    assert found.chosen is not None
    assert (found.chosen.key, found.chosen.confidence) == ("EPSG:4549", 70)
    assert noted(found) == {"outside_province"}


def test_a_neighbours_file_that_would_fit_on_another_meridian_is_asked_about(
    boxes: Places, project: Project
) -> None:
    jiangxi = (
        np.linspace(115.9, 116.9, 50),
        np.linspace(28, 29, 50),
    )  # on meridian 120 it would lie in the province
    found = recognise(*project(4548, *jiangxi), declared="EPSG:4548", places=boxes)
    assert (found.chosen, found.question) == (None, "crs_ambiguous")
    assert {c.key for c in found.candidates} >= {"EPSG:4548", "EPSG:4549"}


def test_the_datum_on_a_wrong_label_outweighs_the_profile(
    boxes: Places, points: Points, project: Project
) -> None:
    found = recognise(*project(2416, *points), declared="EPSG:2437", places=boxes, data_datum="CGCS2000")
    assert found.chosen is not None
    assert found.chosen.key == "EPSG:2416"


@pytest.mark.parametrize("declared", [None, "EPSG:4549"])
def test_numbers_that_fit_nothing_are_asked_about(boxes: Places, declared: str | None) -> None:
    rng = np.random.default_rng(5)
    found = recognise(rng.uniform(0, 900, 50), rng.uniform(0, 900, 50), declared=declared, places=boxes)
    assert (found.chosen, found.question) == (None, "crs_low_confidence" if declared else "crs_unknown")


@pytest.mark.parametrize("numbers", [([], []), ([np.nan], [1.0]), ([0.0, 0.0], [0.0, 0.0])])
def test_no_usable_point_is_a_question(boxes: Places, numbers: tuple[list[float], list[float]]) -> None:
    assert recognise(*numbers, declared="EPSG:4549", places=boxes).question == "crs_unknown"


def test_rows_of_junk_among_good_ones_do_not_hide_the_system(
    boxes: Places, points: Points, project: Project
) -> None:
    x, y = (np.array(v) for v in project(4528, *points))
    x[:40], y[:40] = 0.0, 0.0
    x[40:80] = 1.0
    found = recognise(x, y, declared=None, places=boxes, data_datum="CGCS2000")
    assert found.chosen is not None
    assert found.chosen.key == "EPSG:4528"
    assert "zero_coordinates" in noted(found)


@pytest.mark.parametrize(("forward", "name"), [(wgs_to_gcj, "GCJ-02"), (wgs_to_bd, "BD-09")])
@pytest.mark.parametrize("declared", [None, "EPSG:4326"])
def test_an_offset_is_suspected_and_never_removed(
    small_boxes: Places, forward: Callable[[Floats, Floats], Points], name: str, declared: str | None
) -> None:
    boxes = small_boxes
    rng = np.random.default_rng(6)
    points = rng.uniform(118.15, 122.25, 2000), rng.uniform(27.35, 30.95, 2000)
    codes = codes_of(boxes, points)
    found = recognise(*forward(*points), declared=declared, places=boxes, county_codes=codes)
    assert found.chosen is not None
    [(code, zh, en)] = found.notes
    assert code == "offset_suspected"
    assert name in zh
    assert "m to the" in en
    shifted = np.transpose(forward(*points))[::10]
    np.testing.assert_allclose(found.chosen.outline, shifted, atol=1e-6)


def test_true_coordinates_are_not_suspected(small_boxes: Places) -> None:
    boxes = small_boxes
    rng = np.random.default_rng(8)
    points = rng.uniform(118.15, 122.25, 2000), rng.uniform(27.35, 30.95, 2000)
    codes = codes_of(boxes, points)
    noisy = (
        points[0] + rng.normal(0, 0.001, 2000),
        points[1] + rng.normal(0, 0.001, 2000),
    )  # 100 m of digitising
    assert noted(recognise(*noisy, declared=None, places=boxes, county_codes=codes)) == set()


def test_without_counties_the_box_of_the_region_still_recognises(points: Points, project: Project) -> None:
    found = recognise(*project(4528, *points), declared=None, places=Places(), data_datum="CGCS2000")
    assert found.chosen is not None
    assert found.chosen.key == "EPSG:4528"


def test_two_thousand_points_take_a_fraction_of_a_second(boxes: Places, project: Project) -> None:
    rng = np.random.default_rng(9)
    points = rng.uniform(118.15, 122.25, 5000), rng.uniform(27.35, 30.95, 5000)
    codes = codes_of(boxes, points)
    x, y = project(4549, *points)
    recognise(x, y, declared=None, places=boxes, county_codes=codes)
    began = time.perf_counter()
    recognise(x, y, declared=None, places=boxes, county_codes=codes)
    assert time.perf_counter() - began < 0.5  # 0.05 s where nobody else is at work


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_part_of_the_province_is_ever_taken_for_another(
    boxes: Places, project: Project, data: st.DataObject
) -> None:
    """With its rows' counties, any patch of points is read right or asked about, never read wrong."""
    west = data.draw(st.floats(118.2, 121.5))
    south = data.draw(st.floats(27.4, 30.3))
    system = data.draw(st.sampled_from([s for s in SYSTEMS if s.datum in ("CGCS2000", "WGS84")]))
    swapped = data.draw(st.booleans())
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    points = west + rng.uniform(0, 0.6, 80), south + rng.uniform(0, 0.6, 80)
    x, y = project(system.code, *points)
    numbers = (y, x) if swapped else (x, y)
    codes = codes_of(boxes, points)
    found = recognise(*numbers, declared=None, places=boxes, county_codes=codes, data_datum="CGCS2000")
    if found.chosen is not None:
        chosen = system_of(int(found.chosen.key.removeprefix("EPSG:")))
        assert chosen is not None
        assert (chosen.form, found.chosen.swapped) == (system.form, swapped)
