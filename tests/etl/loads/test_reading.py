"""Coordinates through the loader: each form of the province lands to the millimetre, or asks the right question."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer
from shapely import MultiPoint, Point, box

from etl.loads.questions import NeedsDecision
from layers.crs.gcj import wgs_to_gcj
from layers.errors import BadInput
from tests.etl.loads.conftest import Desk, Row

GEOD = Geod(ellps="WGS84")
# (code, middle of an area where files in it come from, span in degrees)
FORMS = {
    "CM 117": ("EPSG:4548", 118.3),
    "CM 120": ("EPSG:4549", 120.3),
    "CM 123": ("EPSG:4550", 122.2),
    "zone 39": ("EPSG:4527", 118.3),
    "zone 40": ("EPSG:4528", 120.3),
    "zone 41": ("EPSG:4529", 122.2),
    "UTM 50": ("EPSG:32650", 118.6),
    "UTM 51": ("EPSG:32651", 121.5),
    "web mercator": ("EPSG:3857", 120.3),
    "degrees": ("EPSG:4490", 120.3),
}


def places(lon: float, count: int = 40) -> np.ndarray:
    random = np.random.default_rng(7)
    return np.column_stack([lon + random.uniform(-0.2, 0.2, count), 29.0 + random.uniform(-0.3, 0.3, count)])


def rows_in(crs: str, lon_lat: np.ndarray, *, swapped: bool = False, **cells: Any) -> list[Row]:
    known = CRS(crs)
    assert known.geodetic_crs is not None
    x, y = Transformer.from_crs(known.geodetic_crs, known, always_xy=True).transform(*lon_lat.T)
    if swapped:
        x, y = y, x
    base = {"name": "点", "level": "village", "capacity": 1, **cells}
    return [{"code": f"S{n:03}", **base, "x": a, "y": b} for n, (a, b) in enumerate(zip(x, y, strict=True))]


def worst_m(desk: Desk, lon_lat: np.ndarray) -> float:
    served = desk.served()
    assert len(served) == len(lon_lat)
    x, y = [row["x"] for row in served], [row["y"] for row in served]
    return float(np.abs(GEOD.inv(x, y, *lon_lat.T)[2]).max())


@pytest.mark.parametrize("swapped", [False, True], ids=["", "swapped"])
@pytest.mark.parametrize("form", FORMS)
def test_a_declared_system_lands_to_the_millimetre_and_swapped_axes_are_turned(
    form: str, swapped: bool, desk: Desk
) -> None:
    crs, lon = FORMS[form]
    where = places(lon)
    load = desk.load(rows_in(crs, where, swapped=swapped), crs=crs)
    assert worst_m(desk, where) < 1e-3
    assert ("axis_swapped" in {f.code for f in load.findings}) == swapped


@pytest.mark.parametrize("form", ["zone 39", "zone 40", "zone 41", "CM 120"])
def test_numbers_without_a_declaration_are_recognised_and_their_datum_is_asked_for(
    form: str, desk: Desk
) -> None:
    crs, lon = FORMS[form]
    where = places(lon)
    load = desk.check(rows_in(crs, where), crs=None)
    [question] = load.questions
    if question["code"] == "crs_ambiguous":  # without counties the box alone cannot tell the meridians apart
        assert form == "CM 120"
        return
    assert (question["code"], question["field"]) == ("datum_undeclared", "data_datum")
    assert [o["set"]["data_datum"] for o in question["options"]] == ["CGCS2000", "Xian80", "Beijing54"]
    desk.loader.amend(load.id, layer=None, patch=question["options"][0]["set"])
    assert desk.loader.advance(load.id).state == "checked"
    desk.loader.commit(load.id)
    assert worst_m(desk, where) < 1e-3


@pytest.mark.parametrize("form", ["degrees", "web mercator"])
def test_numbers_that_only_one_system_has_need_no_declaration(form: str, desk: Desk) -> None:
    crs, lon = FORMS[form]
    where = places(lon)
    desk.load(rows_in(crs, where), crs=None)
    assert worst_m(desk, where) < 1e-3


def test_an_answer_to_an_ambiguous_system_is_taken_at_its_word(desk: Desk) -> None:
    where = places(120.3)
    load = desk.check(rows_in("EPSG:4549", where), crs=None)
    assert load.questions
    desk.loader.amend(load.id, layer=None, patch={"crs": "EPSG:4549", "force_crs": True, "swap_axes": "no"})
    load = desk.loader.advance(load.id)
    assert not load.questions
    desk.loader.commit(load.id)
    assert worst_m(desk, where) < 1e-3


def test_a_zone_number_that_the_declaration_lacks_is_recognised(desk: Desk) -> None:
    where = places(120.3)
    load = desk.load(rows_in("EPSG:4528", where), crs="EPSG:4549")
    assert worst_m(desk, where) < 1e-3
    assert {"zone_prefix", "label_contradicted"} <= {f.code for f in load.findings}


def test_a_declared_zone_number_that_the_numbers_lack_is_recognised_or_asked_about(desk: Desk) -> None:
    load = desk.check(rows_in("EPSG:4549", places(120.3)), crs="EPSG:4528")
    [question] = load.questions  # without counties the neighbouring meridians are as good
    assert question["code"] == "crs_ambiguous"
    assert any(option["set"]["crs"] == "EPSG:4549" for option in question["options"])


def test_a_city_grid_without_a_code_is_used_as_it_is_defined(desk: Desk) -> None:
    own = CRS(
        "+proj=tmerc +lat_0=0 +lon_0=120.5 +k=1 +x_0=500000 +y_0=-3000000 +ellps=GRS80 +units=m +no_defs"
    )
    wkt = own.to_wkt().replace("unknown", "Ningbo CGCS2000")
    where = places(120.3)
    load = desk.load(rows_in(own.to_wkt(), where), crs=wkt)
    assert worst_m(desk, where) < 1e-3
    assert load.operation is not None
    assert load.operation["key"] == "WKT"


OLD = {"Xian80": ("EPSG:2385", "EPSG:4610"), "Beijing54": ("EPSG:2437", "EPSG:4214")}


@pytest.mark.parametrize("datum", OLD)
@pytest.mark.parametrize("geographic", [False, True], ids=["projected", "degrees"])
def test_an_old_datum_without_a_shift_is_asked_about_and_an_acceptance_stays_on_record(
    datum: str, geographic: bool, desk: Desk
) -> None:
    where = places(120.3)
    crs = OLD[datum][geographic]
    load = desk.check(rows_in(crs, where), crs=crs)
    [question] = load.questions
    assert (load.state, question["code"]) == ("staged", "datum_no_shift")
    with pytest.raises(NeedsDecision):
        desk.loader.commit(load.id)
    desk.loader.amend(load.id, layer=None, patch=question["options"][0]["set"])
    assert not desk.loader.advance(load.id).questions
    desk.loader.commit(load.id)
    assert worst_m(desk, where) < 1e-3  # longitude and latitude as they are
    done = desk.loader.get(load.id)
    assert done.operation is not None
    assert done.operation["shift_kind"] == "Accepted"
    assert done.operation["shift"]["by"] == "甲"
    assert "接受" in done.operation["shift"]["reason"]
    assert done.profile.shift is not None


@pytest.mark.parametrize("datum", OLD)
def test_seven_parameters_move_an_old_datum(datum: str, desk: Desk) -> None:
    where = places(120.3)
    crs = OLD[datum][0]
    shift = {
        "dx": 24.0,
        "dy": -123.0,
        "dz": -94.0,
        "rx": 0.1,
        "ry": -0.2,
        "rz": 0.3,
        "scale_ppm": 1.1,
        "source": "省测绘院",
    }
    load = desk.load(rows_in(crs, where), crs=crs, shift=shift)
    figure = CRS(crs).ellipsoid
    assert figure is not None
    expected = np.column_stack(
        Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
            f" +step +proj=cart +a={figure.semi_major_metre} +rf={figure.inverse_flattening}"
            " +step +proj=helmert +x=24 +y=-123 +z=-94 +rx=0.1 +ry=-0.2 +rz=0.3 +s=1.1 +convention=position_vector"
            " +step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
        ).transform(*where.T)
    )
    assert worst_m(desk, expected) < 1e-3
    assert worst_m(desk, where) > 20
    assert load.operation is not None
    assert load.operation["shift"]["source"] == "省测绘院"


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_offset_coordinates_are_converted_only_where_an_administrator_has_allowed_it(
    offset: str, desk: Desk
) -> None:
    from layers.crs.gcj import wgs_to_bd

    where = places(120.3)
    moved = np.column_stack({"gcj02": wgs_to_gcj, "bd09": wgs_to_bd}[offset](*where.T))
    rows = rows_in("EPSG:4490", moved)
    with pytest.raises(BadInput) as caught:
        desk.load(rows, offset=offset)
    assert caught.value.code == "offset_conversion_off"
    assert desk.served() == []
    desk.loader.offsets = True
    load = desk.load(rows, offset=offset, owner="again")
    assert worst_m(desk, where) < 1e-3
    assert load.operation is not None
    assert load.operation["offset"] == offset


def test_a_declared_file_without_one_usable_place_is_told_row_by_row(desk: Desk) -> None:
    rows = [{**row, "x": 0.0, "y": 0.0} for row in rows_in("EPSG:4549", places(120.3, 3))]
    load = desk.check(rows, crs="EPSG:4549")
    assert (load.state, load.questions, load.counts["bad"]) == ("checked", [], 3)
    assert {fault[2] for fault in desk.faults(load)} == {"out_of_range"}


@pytest.mark.parametrize("order", ["yes", "no"])
def test_the_order_of_the_axes_alone_does_not_choose_a_system(order: str, desk: Desk) -> None:
    rows = rows_in("EPSG:4549", places(120.3), swapped=order == "yes")
    assert desk.check(rows, crs=None, swap_axes=order).questions


def test_the_order_of_the_axes_is_taken_at_its_word(desk: Desk) -> None:
    where = places(120.3)
    load = desk.check(
        rows_in("EPSG:4549", where, swapped=True), crs="EPSG:4549", swap_axes="no", bad_rows="skip"
    )
    assert load.counts["bad"] == len(where)
    load = desk.load(rows_in("EPSG:4549", where, swapped=True), crs="EPSG:4549", swap_axes="yes")
    assert worst_m(desk, where) < 1e-3


def test_a_system_that_is_forced_still_turns_swapped_axes(desk: Desk) -> None:
    where = places(120.3)
    desk.load(
        rows_in("EPSG:4549", where, swapped=True), crs=None, asked={"crs": "EPSG:4549", "force_crs": True}
    )
    assert worst_m(desk, where) < 1e-3


def test_the_land_of_half_a_continent_is_not_judged_by_the_province(desk: Desk) -> None:
    rows = [{"code": str(n), "name": "陆", "shape": box(105 + n, 15, 106 + n, 40)} for n in range(3)]
    desk.load(rows, "land", crs="EPSG:4326")
    assert len(desk.served("land")) == 3


def test_a_place_that_no_map_of_the_province_shows_makes_a_row_bad_and_not_the_load(desk: Desk) -> None:
    where = places(120.3, 60)
    rows = rows_in("EPSG:4549", where)
    rows[4] |= {"x": 0.0, "y": 0.0}
    rows[5] |= {"x": 1e30, "y": -1e30}
    rows[6] |= {"x": None, "y": None}
    load = desk.check(rows, crs="EPSG:4549", bad_rows="skip")
    assert [(row, field) for row, field, _, _ in desk.faults(load)] == [(n, "geometry") for n in (5, 6, 7)]
    desk.loader.commit(load.id)
    assert len(desk.served()) == 57


def test_heights_are_kept_beside_flat_geometry_and_flat_rows_have_none(desk: Desk) -> None:
    where = places(120.3, 10)
    rows = rows_in("EPSG:4549", where)
    for n, row in enumerate(rows[:5]):
        row["z"] = 10.5 + n
    load = desk.load(rows, crs="EPSG:4549")
    heap = f"shelter__{load.version}"
    found = desk.sql(
        f'SELECT ST_NDims(geom), ST_Z(geom_z), ST_X(geom_z) - ST_X(geom) FROM layer."{heap}" ORDER BY code'
    )
    assert [row[0] for row in found] == [2] * 10
    assert [row[1] for row in found] == [10.5, 11.5, 12.5, 13.5, 14.5] + [None] * 5
    assert all(abs(row[2]) < 1e-9 for row in found[:5])
    rows[0]["z"] = 99.0
    again = desk.check(rows, crs="EPSG:4549")
    assert (again.counts["changed"], again.counts["same"]) == (1, 9)


def test_points_in_multipoints_of_one_are_points_and_other_shapes_are_named(desk: Desk) -> None:
    base = {"name": "点", "level": "village", "capacity": 1}
    pair = MultiPoint([(120.3, 30.2), (120.4, 30.2)])
    shapes = [Point(120.1, 30.2), MultiPoint([(120.2, 30.2)]), pair, box(120, 30, 120.1, 30.1), None]
    rows = [{"code": f"S{n}", **base, "shape": shape} for n, shape in enumerate(shapes)]
    load = desk.check(rows, bad_rows="skip")
    wrong = [(row, code) for row, _, code, _ in desk.faults(load)]
    assert wrong == [(3, "geometry_type"), (4, "geometry_type"), (5, "geometry_missing")]
    desk.loader.commit(load.id)
    assert [row["x"] for row in desk.served()] == pytest.approx([120.1, 120.2])


def test_a_polygon_layer_takes_polygons_and_multipolygons_alike(desk: Desk) -> None:
    two = gpd.GeoSeries([box(120, 30, 120.1, 30.1), box(120.2, 30, 120.3, 30.1)]).union_all()
    rows = [
        {"code": "330102", "name": "甲", "level": "county", "shape": two},
        {"code": "330105", "name": "乙", "level": "county", "shape": box(121, 30, 121.1, 30.1)},
    ]
    load = desk.load(rows, "admin_area")
    kinds = desk.sql(f'SELECT DISTINCT GeometryType(geom) FROM layer."admin_area__{load.version}"')
    assert kinds == [("MULTIPOLYGON",)]


def test_the_systems_of_the_candidates_are_told_in_order_of_confidence(desk: Desk) -> None:
    load = desk.check(rows_in("EPSG:4549", places(120.3)), crs=None)
    assert load.reading is not None
    found = [c["confidence"] for c in load.reading["candidates"]]
    assert all(a >= b for a, b in pairwise(found))
    assert all(len(c["outline"]) for c in load.reading["candidates"])


def test_known_objects_that_all_move_as_gcj02_does_raise_the_suspicion_without_county_codes(
    desk: Desk,
) -> None:
    lon_lat = places(120.3)
    desk.load(rows_in("EPSG:4326", lon_lat))
    off = np.column_stack(wgs_to_gcj(*lon_lat.T))
    load = desk.check(rows_in("EPSG:4326", off))
    [note] = [f for f in load.findings if f.code == "offset_suspected"]
    assert "GCJ-02" in note.zh
    assert load.counts["changed"] == len(lon_lat)
    moved = np.column_stack([lon_lat[:, 0] + 0.01, lon_lat[:, 1]])
    assert not [f for f in desk.check(rows_in("EPSG:4326", moved)).findings if f.code == "offset_suspected"]
