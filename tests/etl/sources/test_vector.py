"""Geometry that GDAL hands over in forms PostGIS would not take, and what layers say of themselves."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from etl.sources.model import ReadOptions
from etl.sources.open import survey
from tests.etl.sources.making import points, polygons, read, shapes, written

CURVE = (
    struct.pack("<BII", 1, 10, 1)
    + struct.pack("<BII", 1, 8, 5)
    + struct.pack("<10d", 0, 0, 1, 1, 2, 0, 1, -1, 0, 0)
)


def with_geometries(path: Path, contents: list[bytes]) -> Path:
    """Write a GeoPackage whose rows have these WKBs, whatever GDAL would write."""
    written(polygons(len(contents)), path, layer="a")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for fid, content in enumerate(contents, 1):
            head = b"GP\x00\x01" + struct.pack("<i", 4490)
            database.execute("UPDATE a SET geom = ? WHERE fid = ?", [head + content, fid])
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY', z = 2, m = 2")
    return path


def wkb(text: str) -> bytes:
    return shapely.to_wkb(shapely.from_wkt(text), flavor="iso")


def test_curves_become_lines_and_odd_rows_stay_alone(tmp_path: Path) -> None:
    rows = [
        CURVE,
        wkb("POINT Z (1 2 3)"),
        wkb("LINESTRING ZM (0 0 1 9, 1 1 2 9)"),
        wkb("POLYGON EMPTY"),
        wkb("POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0))"),  # a bow tie: invalid, but geometry
        struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, 0, 1, 1, 0, 1),
        struct.pack("<BII4d", 1, 2, 2, 0, 0, float("nan"), 1),
    ]
    path = with_geometries(tmp_path / "a.gpkg", rows)
    facts, table, end = read(path)
    found = [None if w is None else shapely.from_wkb(w) for w in table.column("_wkb").to_pylist()]
    assert found[0] is not None
    assert found[0].geom_type == "Polygon"
    assert found[0].area == pytest.approx(3.14159, abs=0.01)
    assert [None if g is None else g.wkt for g in found[1:]] == [
        "POINT (1 2)",
        "LINESTRING (0 0, 1 1)",
        None,
        "POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0))",
        "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))",
        None,
    ]
    assert shapes(table, "_wkb_z")[1:3] == ["POINT Z (1 2 3)", "LINESTRING Z (0 0 1, 1 1 2)"]
    assert table.column("_fault").to_pylist() == [None] * 6 + ["geom_unreadable"]
    assert [finding.code for finding in end.findings] == ["m_dropped"]
    assert facts.geometry == "mixed"
    assert survey(path).tables[0].has_z


def test_a_layer_of_undeclared_shape_is_named_after_its_rows(tmp_path: Path) -> None:
    path = with_geometries(tmp_path / "a.gpkg", [wkb("POLYGON ((0 0, 1 0, 1 1, 0 0))"), wkb("POLYGON EMPTY")])
    assert survey(path).tables[0].geometry == "polygon"


def test_a_table_without_geometry_and_one_without_a_system_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    written(gpd.GeoDataFrame(points(2).drop(columns="geometry")), path, layer="属性")
    facts, table, _ = read(path)
    assert (facts.geometry, facts.crs_wkt, table.column("_wkb").null_count) == ("none", None, 2)
    facts, _, _ = read(written(points(2, crs=None), tmp_path / "b.gpkg"))
    assert facts.crs_wkt is None


def test_layers_and_columns_may_be_called_anything(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame = points(2).rename(columns={"名称": "wkb_geometry", "容量": "_row", "面积": 'a"b;c'})
    written(frame, path, layer="select * from x")
    written(points(3), path, layer="a#b/c")
    found = survey(path)
    assert [table.name for table in found.tables] == ["a.gpkg#select * from x", "a.gpkg#a#b/c"]
    facts, table, _ = read(path, ReadOptions(table="a.gpkg#select * from x"))
    assert [column.name for column in facts.columns] == ["wkb_geometry", "_row", 'a"b;c']
    assert table.column("c2").to_pylist() == [0, 1]
    assert read(path, ReadOptions(table="a#b/c"))[2].rows == 3


def test_a_city_grid_keeps_its_own_definition(tmp_path: Path) -> None:
    local = "+proj=tmerc +lat_0=0 +lon_0=120.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    path = written(points(2).set_crs(local, allow_override=True), tmp_path / "a.gpkg")
    wkt = survey(path).tables[0].crs_wkt
    assert wkt is not None
    assert "120.5" in wkt


def test_instants_are_given_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, "properties": '
        '{"t": "2025-01-01T08:00:00+08:00"}}]}'
    )
    facts, table, _ = read(path)
    assert facts.columns[0].type == "datetime"
    assert str(table.column("c1")[0].as_py()) == "2025-01-01 00:00:00"


def test_the_library_of_the_tests_still_has_its_drivers() -> None:
    assert "LIBKML" in pyogrio.list_drivers()  # nothing of this confines the process of the caller
