"""The table of systems against PROJ's own database, and against the published test point."""

from __future__ import annotations

import pytest
from pyproj import Proj, Transformer

from layers.crs.systems import DATUM_TITLES, SYSTEMS, System, crs_of, sister, system_of

HANGZHOU = (120.15, 30.28)
PROJECTED = [system for system in SYSTEMS if system.kind != "geographic"]


@pytest.mark.parametrize("system", PROJECTED, ids=lambda s: s.key)
def test_every_projection_string_gives_what_the_code_gives(system: System) -> None:
    for code in (system.code, *system.aliases):
        crs = crs_of(code)
        way = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        assert Proj(system.projection)(*HANGZHOU) == pytest.approx(way.transform(*HANGZHOU), abs=1e-6)


@pytest.mark.parametrize(
    ("code", "east", "north"),
    [
        (4549, 514_432.15, 3_351_162.27),
        (4528, 40_514_432.15, 3_351_162.27),
        (4550, 225_733.35, 3_354_593.99),
        (4529, 41_225_733.35, 3_354_593.99),
        (4548, 803_150.54, 3_355_357.27),
        (4509, 803_150.54, 3_355_357.27),
        (4498, 20_803_150.54, 3_355_357.27),
        (4499, 21_225_733.35, 3_354_593.99),
        (32650, 803_029, 3_354_015),
        (32651, 225_843, 3_353_252),
        (3857, 13_375_037, 3_539_592),
    ],
)
def test_hangzhou_has_the_published_coordinates(code: int, east: float, north: float) -> None:
    system = system_of(code)
    assert system is not None
    assert Proj(system.projection)(*HANGZHOU) == pytest.approx((east, north), abs=0.5)


@pytest.mark.parametrize(("datum", "north"), [("Xian80", 1.6), ("Beijing54", 59.6)])
def test_the_older_datums_differ_by_metres_in_the_north(datum: str, north: float) -> None:
    modern, older = system_of(4549), sister(system_of(4549), datum)  # type: ignore[arg-type]
    assert modern is not None
    assert older is not None
    difference = Proj(older.projection)(*HANGZHOU)[1] - Proj(modern.projection)(*HANGZHOU)[1]
    assert difference == pytest.approx(north, abs=0.1)


def test_every_form_of_gauss_kruger_exists_on_three_datums() -> None:
    forms = {system.form for system in SYSTEMS if system.form[0] == "gk"}
    assert len(forms) == 8
    for form in forms:
        assert {s.datum for s in SYSTEMS if s.form == form} == {"CGCS2000", "Xian80", "Beijing54"}


def test_codes_of_the_same_numbers_are_one_system() -> None:
    assert system_of(4548) is system_of(4509)
    assert system_of(4550) is system_of(4510)
    assert system_of(4326) is not system_of(4490)
    assert system_of(2154) is None


def test_every_system_and_datum_has_a_title_in_both_languages() -> None:
    for system in SYSTEMS:
        assert system.title.zh
        assert system.title.en
        assert system.datum in DATUM_TITLES
        assert system.crs().to_epsg() == system.code
        assert system.zone_prefix == (system.zone is not None)
