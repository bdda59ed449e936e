"""Declarations: datum, code where certain, WKT where not."""

from __future__ import annotations

import pytest
from pyproj import CRS

from layers.crs.identify import datum_of, declared_shift, key_of, parse_crs, system_matching
from layers.crs.systems import SYSTEMS, System, crs_of
from layers.errors import BadInput

ESRI = crs_of(4549).to_wkt("WKT1_ESRI")
BEIJING = crs_of(2437).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.key)
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_every_system_is_known_again_from_any_wkt(system: System, version: str) -> None:
    for code in (system.code, *system.aliases):
        crs = parse_crs(crs_of(code).to_wkt(version))
        assert datum_of(crs) == system.datum
        assert system_matching(crs) is system
        assert key_of(crs) in {system.key, f"EPSG:{code}"}


@pytest.mark.parametrize("text", ["EPSG:4549", "epsg:4549", "4549", " EPSG:4549\n", "\ufeff" + ESRI])
def test_a_system_is_named_in_several_ways(text: str) -> None:
    assert key_of(parse_crs(text)) == "EPSG:4549"


@pytest.mark.parametrize("name", ["D_unknown", "D_CGCS_2000", "D_Hangzhou"])
def test_a_renamed_datum_is_known_by_its_name_or_ellipsoid(name: str) -> None:
    crs = parse_crs(
        ESRI.replace("D_China_2000", name).replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_x")
    )
    assert datum_of(crs) == "CGCS2000"
    assert key_of(crs) == "EPSG:4549"


def test_an_unnamed_datum_on_krassovskys_ellipsoid_is_not_taken_for_a_modern_one() -> None:
    crs = parse_crs(BEIJING.replace("D_Beijing_1954", "D_unknown").replace("GCS_Beijing_1954", "GCS_x"))
    assert datum_of(crs) == "Beijing54"
    assert key_of(crs) == "EPSG:2437"


@pytest.mark.parametrize(
    ("old", "new"),
    [('"Central_Meridian",120.0', '"Central_Meridian",120.5'), ('"False_Easting",500000.0', '"False_Easting",250000.0'),
     ('"False_Northing",0.0', '"False_Northing",-3000000.0'), ('"Scale_Factor",1.0', '"Scale_Factor",1.00005')],
)  # fmt: skip
def test_a_grid_of_a_citys_own_gets_no_code(old: str, new: str) -> None:
    crs = parse_crs(ESRI.replace(old, new))
    assert crs.to_epsg(25) is not None  # the guess that others take
    assert key_of(crs) == "WKT"
    assert system_matching(crs) is None


def test_a_system_of_elsewhere_keeps_its_own_code() -> None:
    assert key_of(parse_crs("EPSG:4547")) == "EPSG:4547"
    assert key_of(parse_crs(crs_of(4547).to_wkt("WKT1_ESRI"))) == "EPSG:4547"


def test_heights_and_bound_shifts_are_taken_off() -> None:
    compound = CRS.from_user_input("EPSG:4549+5773")
    assert key_of(parse_crs(compound.to_wkt())) == "EPSG:4549"
    bound = (
        crs_of(2437)
        .to_wkt("WKT1_GDAL")
        .replace("]],\n        PRIMEM", "]],TOWGS84[15.8,-154.4,-82.3,0,0,0,0],PRIMEM")
    )
    text = bound.replace(
        'AUTHORITY["EPSG","6214"]]', 'TOWGS84[15.8,-154.4,-82.3,0,0,0,0],AUTHORITY["EPSG","6214"]]'
    )
    assert declared_shift(text) == [15.8, -154.4, -82.3, 0, 0, 0, 0]
    assert key_of(parse_crs(text)) == "EPSG:2437"
    assert declared_shift(ESRI) is None


@pytest.mark.parametrize(
    "text", ["", "nonsense", "EPSG:999999", "PROJCS[", 'LOCAL_CS["x",UNIT["m",1]]', "EPSG:4978", "EPSG:5773"]
)
def test_what_is_no_system_of_places_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_crs(text)
    assert refused.value.code == "crs_unknown"
