"""From file coordinates to degrees: every system, both orders, seven parameters, and the same in PostGIS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import numpy as np
import psycopg
import pytest
import shapely
from pyproj import Transformer

from layers.crs.gcj import wgs_to_bd, wgs_to_gcj
from layers.crs.identify import to_degrees
from layers.crs.operation import Accepted, DatumShift, Operation
from layers.crs.systems import CURRENT_DATUMS, SYSTEMS, System, crs_of
from layers.errors import BadInput
from tests.conftest import Server

HANGZHOU = (120.15, 30.28)
ESRI = crs_of(4549).to_wkt("WKT1_ESRI")
CITY_GRID = ESRI.replace('"Central_Meridian",120.0', '"Central_Meridian",120.5')
ACCEPTED = Accepted("wang", "为试载")
SHIFT = DatumShift(-9.5, 120.3, 55.1, 0.4, -0.9, 1.6, -2.2, source="某市测绘院 2008")
LON, LAT = (v.ravel() for v in np.meshgrid(np.linspace(118.1, 122.9, 9), np.linspace(27.1, 31.1, 8)))
MILLIMETRE = 1e-8  # degrees


def file_coordinates(system: System) -> tuple[np.ndarray, np.ndarray]:
    x, y = to_degrees(system.crs()).transform(LON, LAT, direction="INVERSE")
    return np.asarray(x), np.asarray(y)


def shift_of(system: System) -> Accepted | None:
    return None if system.datum in CURRENT_DATUMS else ACCEPTED


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.key)
@pytest.mark.parametrize("swapped", [False, True])
def test_every_system_comes_back_to_its_degrees(system: System, swapped: bool) -> None:
    x, y = file_coordinates(system)
    operation = Operation.plan(system.crs(), swapped=swapped, shift=shift_of(system))
    found = operation.apply(y, x) if swapped else operation.apply(x, y)
    np.testing.assert_allclose(found, (LON, LAT), atol=MILLIMETRE, rtol=0)
    assert operation.identity == (system.key in ("EPSG:4326", "EPSG:4490") and not swapped)
    again = Operation.from_json(json.loads(json.dumps(operation.as_json())))
    assert again == operation
    assert again.text == operation.text


def test_a_grid_of_a_citys_own_is_used_as_defined() -> None:
    operation = Operation.plan(CITY_GRID)
    assert operation.key == "WKT"
    lon, lat = operation.apply(500_000, 3_351_117)
    assert (lon[0], lat[0]) == pytest.approx(
        (120.5, 30.28), abs=1e-3
    )  # EPSG:4543, the guess, lies in Sichuan


@pytest.mark.parametrize("code", [2437, 2385, 4214, 4610, 4267])
def test_an_older_datum_needs_parameters_or_an_acceptance(code: int) -> None:
    with pytest.raises(BadInput) as refused:
        Operation.plan(crs_of(code))
    assert refused.value.code == "datum_no_shift"
    assert "accepted by wang: 为试载" in Operation.plan(crs_of(code), shift=ACCEPTED).text


def test_no_shift_is_applied_between_the_two_modern_datums() -> None:
    operation = Operation.plan(crs_of(4490), shift=SHIFT)
    assert operation.identity
    assert operation.shift is None


@pytest.mark.parametrize("code", [2437, 2416, 2385, 4214, 4610])
@pytest.mark.parametrize("convention", ["position_vector", "coordinate_frame"])
def test_seven_parameters_do_what_proj_does_with_them(code: int, convention: str) -> None:
    sign = 1 if convention == "position_vector" else -1
    values = (SHIFT.dx, SHIFT.dy, SHIFT.dz, SHIFT.rx, SHIFT.ry, SHIFT.rz, SHIFT.scale_ppm)
    shift = DatumShift(*values, convention=convention)  # type: ignore[arg-type]
    crs = crs_of(code)
    x, y = to_degrees(crs).transform(LON, LAT, direction="INVERSE")
    found = Operation.plan(crs, shift=shift).apply(x, y)
    turned = ",".join(str(v * (sign if 3 <= n <= 5 else 1)) for n, v in enumerate(values))
    ellipsoid = "+ellps=krass" if code in (2437, 2416, 4214) else "+a=6378140 +rf=298.257"
    way = Transformer.from_crs(
        f"+proj=longlat {ellipsoid} +towgs84={turned}", "+proj=longlat +datum=WGS84", always_xy=True
    )
    np.testing.assert_allclose(found, way.transform(LON, LAT), atol=MILLIMETRE, rtol=0)
    assert np.abs(found[1] - LAT).max() > 1e-5


def test_what_is_done_is_said() -> None:
    text = Operation.plan(crs_of(2437), swapped=True, shift=SHIFT).text
    assert text == (
        "swap axes; unproject EPSG:2437; "
        "7 parameters [-9.5, 120.3, 55.1, 0.4, -0.9, 1.6, -2.2] (某市测绘院 2008)"
    )
    assert Operation.plan(CITY_GRID).text.startswith("unproject WKT ")
    assert Operation.plan("EPSG:4326").text == "EPSG:4326 as it is"


@pytest.mark.parametrize(("offset", "forward"), [("gcj02", wgs_to_gcj), ("bd09", wgs_to_bd)])
def test_offsets_are_taken_off_only_where_an_administrator_allows_it(offset: str, forward: object) -> None:
    with pytest.raises(BadInput) as refused:
        Operation.plan("EPSG:4326", offset=offset)  # type: ignore[arg-type]
    assert refused.value.code == "offset_conversion_off"
    operation = Operation.plan("EPSG:4326", offset=offset, offset_allowed=True)  # type: ignore[arg-type]
    np.testing.assert_allclose(operation.apply(*forward(LON, LAT)), (LON, LAT), atol=MILLIMETRE, rtol=0)  # type: ignore[operator]
    assert operation.sql is None
    assert not operation.identity


def test_what_has_no_place_becomes_nan_and_nothing_else_does() -> None:
    lon, lat = Operation.plan("EPSG:4549").apply(
        [514_432.15, np.nan, 1e30, 514_432.15], [3_351_162.27, 1, 1e30, np.inf]
    )
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [False, True, True, True]


def test_wkb_of_any_kind_is_moved_to_flat_degrees() -> None:
    x, y = 514_432.148, 3_351_162.269
    shapes = [
        shapely.Point(x, y, 5),
        shapely.LineString([(x, y), (x + 100, y)]),
        shapely.box(x, y, x + 100, y + 100).difference(shapely.box(x + 20, y + 20, x + 30, y + 30)),
        None,
        shapely.Point(),
        shapely.MultiPoint([(x, y), (1e30, y)]),
    ]
    cells = [None if s is None else shapely.to_wkb(s) for s in shapes]
    found = shapely.from_wkb(Operation.plan("EPSG:4549").apply_wkb([*cells, b"junk"]))
    assert found[0].equals_exact(shapely.Point(*HANGZHOU), 1e-8)
    assert not found[0].has_z
    assert (len(found[1].coords), len(found[2].interiors)) == (2, 1)
    assert [found[3], found[5], found[6]] == [None, None, None]
    assert found[4].is_empty


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    name = f"t_{uuid4().hex[:12]}"
    server.create(name)
    with psycopg.connect(server.database(name), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    yield server.database(name)
    server.drop(name)


def test_postgis_gives_the_same_to_a_millimetre(database: str) -> None:
    plans = [(s, swapped, shift_of(s)) for s in SYSTEMS for swapped in (False, True)]
    plans += [(s, False, SHIFT) for s in SYSTEMS if s.datum not in CURRENT_DATUMS]
    query = """
        WITH g AS (SELECT CASE WHEN %s THEN ST_MakePoint(y, x) ELSE ST_MakePoint(x, y) END AS g, n
                   FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS t (x, y, n))
        SELECT ST_X(p), ST_Y(p) FROM g, LATERAL ST_Transform(g, %s::text, %s::text) AS p ORDER BY n
    """
    with psycopg.connect(database) as connection:
        for system, swapped, shift in plans:
            x, y = file_coordinates(system)
            x, y = (y, x) if swapped else (x, y)
            operation = Operation.plan(system.crs(), swapped=swapped, shift=shift)
            planned = operation.sql
            assert planned is not None
            arguments = [planned.flip, x.tolist(), y.tolist(), planned.from_crs, planned.to_crs]
            rows = connection.execute(query, arguments).fetchall()
            np.testing.assert_allclose(np.transpose(rows), operation.apply(x, y), atol=MILLIMETRE, rtol=0)


def test_the_sql_of_a_citys_grid_is_a_projection_string() -> None:
    planned = Operation.plan(CITY_GRID, swapped=True).sql
    assert planned is not None
    assert planned.flip
    assert "+lon_0=120.5" in planned.from_crs
