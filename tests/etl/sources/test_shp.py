"""The geometry of shapefiles: points to WKB, and every record checked against the file."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.sources.shp import Shp
from layers.errors import BadFile


def shapefile(path: Path, shape_type: int, contents: Sequence[bytes]) -> Path:
    """Write a .shp by hand from the contents of its records."""
    body = b"".join(
        struct.pack(">2i", number, len(content) // 2) + content for number, content in enumerate(contents, 1)
    )
    head = struct.pack(">i20xi", 9994, (100 + len(body)) // 2) + struct.pack(
        "<2i8d", 1000, shape_type, *[0.0] * 8
    )
    path.write_bytes(head + body)
    return path


def point(shape_type: int, *values: float) -> bytes:
    return struct.pack(f"<i{len(values)}d", shape_type, *values)


NULL = struct.pack("<i", 0)


def wkt(shp: Shp, size: int = 65_536) -> list[str | None]:
    shapes = [shapely.from_wkb(value) for batch in shp.points(size) for value in batch.wkb.to_pylist()]
    return [None if shape is None else shape.wkt for shape in shapes]


def test_points_and_null_shapes_keep_their_order(tmp_path: Path) -> None:
    contents = [point(1, 120.15, 30.28), NULL, point(1, 121, 29), point(1, 122, 28), NULL]
    path = shapefile(tmp_path / "a.shp", 1, contents)
    expected = ["POINT (120.15 30.28)", None, "POINT (121 29)", "POINT (122 28)", None]
    for size in (1, 2, 5, 100):
        assert wkt(Shp(path), size) == expected
    assert [len(batch.wkb) for batch in Shp(path).points(2)] == [2, 2, 1]
    found = Shp(path).survey()
    assert (found.rows, found.nulls, found.vertices) == (5, 2, 3)


def test_z_is_given_beside_the_flat_point_and_m_is_reported(tmp_path: Path) -> None:
    contents = [point(11, 120, 30, 5.5, 7.0), point(11, 121, 29, -2e39, -2e39), point(11, 122, 28, 3.0), NULL]
    shp = Shp(shapefile(tmp_path / "a.shp", 11, contents))
    [batch] = shp.points()
    assert batch.wkb_z is not None
    z = [None if v is None else shapely.from_wkb(v).wkt for v in batch.wkb_z.to_pylist()]
    assert z == ["POINT Z (120 30 5.5)", None, "POINT Z (122 28 3)", None]
    assert wkt(shp) == ["POINT (120 30)", "POINT (121 29)", "POINT (122 28)", None]
    assert [f.code for f in shp.findings] == ["m_dropped"]


def test_measured_points_are_flat(tmp_path: Path) -> None:
    shp = Shp(shapefile(tmp_path / "a.shp", 21, [point(21, 120, 30, 5)]))
    [batch] = shp.points()
    assert batch.wkb_z is None
    assert (shp.has_z, shp.measures) == (False, 1)


def test_coordinates_that_are_not_finite_are_no_geometry_and_counted(tmp_path: Path) -> None:
    shp = Shp(
        shapefile(tmp_path / "a.shp", 1, [point(1, np.inf, 1), point(1, np.nan, np.nan), point(1, 1, 2)])
    )
    assert wkt(shp) == [None, None, "POINT (1 2)"]
    assert [(f.code, f.where["count"]) for f in shp.findings] == [("geom_not_finite", 1)]


@pytest.mark.parametrize("has_z", [False, True])
def test_gdal_reads_the_same_points(tmp_path: Path, has_z: bool) -> None:
    rng = np.random.default_rng(5)
    shapes = shapely.points(rng.uniform(118, 123, (500, 3 if has_z else 2)))
    shapes[::7] = None
    gpd.GeoDataFrame({"n": range(500)}, geometry=shapes, crs=4490).to_file(tmp_path / "a.shp")
    batches = list(Shp(tmp_path / "a.shp").points(64))
    values = [v for b in batches for v in ((b.wkb_z if has_z else b.wkb) or b.wkb).to_pylist()]
    assert shapely.equals_identical(shapely.from_wkb(values), shapes).tolist() == [
        s is not None for s in shapes
    ]


@pytest.mark.parametrize(
    "wkt_", ["LINESTRING (0 0, 1 1, 2 1)", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "MULTIPOINT (0 0, 1 1)"]
)
def test_the_vertices_of_other_shapes_are_counted(tmp_path: Path, wkt_: str) -> None:
    shapes = [shapely.from_wkt(wkt_), None, shapely.from_wkt(wkt_)]
    gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=shapes, crs=4490).to_file(tmp_path / "a.shp")
    found = Shp(tmp_path / "a.shp").survey()
    n = shapely.get_num_coordinates(shapes[0])
    assert (found.rows, found.nulls, found.vertices, found.most_vertices, found.most_vertices_row) == (
        3,
        1,
        2 * n,
        n,
        1,
    )


@pytest.mark.parametrize(
    ("at", "content", "code"),
    [
        (0, b"", "empty_file"),
        (0, b"PK\x03\x04", "unreadable"),
        (24, b"\x7f\xff\xff\xff", "header_lies"),
        (24, b"\x00\x00\x00\x32", "header_lies"),
        (32, b"\x02", "unreadable"),
        (104, b"\x7f\xff\xff\xff", "header_lies"),
        (104, b"\x00\x00\x00\x00", "header_lies"),
        (104, b"\x00\x00\x00\x09", "header_lies"),
        (108, b"\x05", "header_lies"),
    ],
)
def test_a_header_that_lies_is_refused_by_name(tmp_path: Path, at: int, content: bytes, code: str) -> None:
    path = shapefile(tmp_path / "a.shp", 1, [point(1, 1, 2), point(1, 3, 4)])
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + content + whole[at + len(content) :] if content else b"")
    with pytest.raises(BadFile) as refused:
        Shp(path).survey()
    assert refused.value.code == code


def test_a_polygon_that_declares_more_vertices_than_it_holds_is_refused_by_its_record(tmp_path: Path) -> None:
    ring = struct.pack("<i4d2i", 5, 0, 0, 1, 1, 1, 4) + struct.pack("<i8d", 0, 0, 0, 1, 0, 1, 1, 0, 0)
    lying = struct.pack("<i4d2i", 5, 0, 0, 1, 1, 1, 2_000_000_000) + ring[44:]
    path = shapefile(tmp_path / "a.shp", 5, [ring, lying])
    with pytest.raises(BadFile, match="record 2 declares 1 parts and 2000000000 vertices") as refused:
        Shp(path).survey()
    assert (refused.value.code, refused.value.where["row"]) == ("header_lies", 2)


def test_a_shape_of_another_type_is_refused_by_its_record(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", 1, [point(1, 1, 2), point(11, 3, 4, 5, 6)])
    with pytest.raises(BadFile, match="record 2 is not a whole point"):
        list(Shp(path).points())


def test_many_null_shapes_do_not_make_it_slow(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", 1, [point(1, 1, 2), NULL] * 20_000)
    began = time.monotonic()
    assert sum(batch.wkb.null_count for batch in Shp(path).points()) == 20_000
    assert time.monotonic() - began < 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.tuples(*[st.floats(-1e7, 1e7)] * 2)), max_size=40), st.integers(1, 9))
def test_any_points_come_back(tmp_path: Path, points: list[tuple[float, float] | None], size: int) -> None:
    path = shapefile(tmp_path / "a.shp", 1, [NULL if p is None else point(1, *p) for p in points])
    shapes = [shapely.from_wkb(v) for b in Shp(path).points(size) for v in b.wkb.to_pylist()]
    assert [None if s is None else (s.x, s.y) for s in shapes] == points


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 200), st.sampled_from([1, 11, 5, 8]))
def test_any_damage_is_read_or_refused_by_name(
    tmp_path: Path, noise: bytes, at: int, shape_type: int
) -> None:
    whole = shapefile(tmp_path / "a.shp", shape_type, [point(shape_type, 1, 2, 3, 4)] * 4).read_bytes()
    (tmp_path / "a.shp").write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    try:
        Shp(tmp_path / "a.shp").survey()
    except BadFile as refused:
        code = refused.code
    else:
        code = "read"
    assert code in ("read", "unreadable", "header_lies")
