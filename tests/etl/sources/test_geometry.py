from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.geometry import Geometries, first_points, normalise, points_to_wkb, shape_of

MOST = 1_000


def wkb(text: str) -> bytes:
    return shapely.to_wkb(shapely.from_wkt(text), flavor="iso", byte_order=1)


def normal(*contents: bytes | None, most: int = MOST) -> Geometries:
    return normalise(pa.array(contents, pa.binary()), most)


def plain(result: Geometries) -> list[str | None]:
    return [None if w is None else shapely.from_wkb(w).wkt for w in result.wkb.to_pylist()]


def solid(result: Geometries) -> list[str | None]:
    return [None if w is None else shapely.from_wkb(w).wkt for w in result.wkb_z.to_pylist()]


@pytest.mark.parametrize(
    ("given_wkt", "flat", "high"),
    [
        ("POINT (1 2)", "POINT (1 2)", None),
        ("POINT Z (1 2 3)", "POINT (1 2)", "POINT Z (1 2 3)"),
        ("POINT Z (1 2 0)", "POINT (1 2)", None),
        ("POINT M (1 2 3)", "POINT (1 2)", None),
        ("POINT ZM (1 2 3 4)", "POINT (1 2)", "POINT Z (1 2 3)"),
        ("LINESTRING (0 0, 1 1)", "LINESTRING (0 0, 1 1)", None),
        ("LINESTRING M (0 0 5, 1 1 6)", "LINESTRING (0 0, 1 1)", None),
        ("LINESTRING ZM (0 0 1 5, 1 1 2 6)", "LINESTRING (0 0, 1 1)", "LINESTRING Z (0 0 1, 1 1 2)"),
        ("POLYGON Z ((0 0 0, 1 0 0, 1 1 0, 0 0 0))", "POLYGON ((0 0, 1 0, 1 1, 0 0))", None),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", None),
        ("GEOMETRYCOLLECTION (POINT (1 1))", "GEOMETRYCOLLECTION (POINT (1 1))", None),
    ],
)
def test_heights_are_kept_apart_and_measures_dropped(given_wkt: str, flat: str, high: str | None) -> None:
    result = normal(wkb(given_wkt))
    assert (plain(result), solid(result), result.faults) == ([flat], [high], {})


@pytest.mark.parametrize("text", ["POINT EMPTY", "POLYGON EMPTY", "MULTIPOINT EMPTY", "LINESTRING EMPTY"])
def test_an_empty_geometry_is_none_without_a_fault(text: str) -> None:
    result = normal(wkb(text))
    assert result.wkb.null_count == 1
    assert result.faults == {}


def test_a_ring_left_open_is_closed() -> None:
    ring = struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, 0, 1, 1, 0, 1)
    assert plain(normal(ring)) == ["POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        b"\x01\x03\x00\x00",
        struct.pack("<BIII", 1, 3, 1, 2**31),
        struct.pack("<BI2d", 1, 1, 1.0, float("nan")),
        struct.pack("<BI2d", 1, 1, 1.0, float("inf")),
        struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, float("nan"), 0, 1, 1, 0, 0),
        struct.pack("<BII4d", 1, 2, 2, 0, 0, float("inf"), 0),
    ],
)
def test_what_is_no_geometry_of_numbers_is_a_fault_of_its_row_only(content: bytes) -> None:
    result = normal(wkb("POINT (1 2)"), content, wkb("LINESTRING (0 0, 1 1)"))
    assert plain(result) == ["POINT (1 2)", None, "LINESTRING (0 0, 1 1)"]
    assert result.faults == {1: "geom_unreadable"}


def test_a_geometry_of_too_many_vertices_is_named_with_their_number() -> None:
    angle = np.linspace(0, 6, 2_000)
    circle = shapely.polygons(np.column_stack([np.cos(angle), np.sin(angle)]))
    result = normal(shapely.to_wkb(circle), wkb("POINT (1 2)"))
    assert plain(result) == [None, "POINT (1 2)"]
    assert result.faults == {0: "geom_too_large:2001"}


def test_big_endian_and_slices_read_the_same() -> None:
    line = shapely.from_wkt("LINESTRING (0 0, 1 1)")
    array = pa.array([None, shapely.to_wkb(line, byte_order=0), wkb("POINT (3 4)"), None], pa.binary()).slice(
        1, 2
    )
    assert plain(normalise(array, MOST)) == ["LINESTRING (0 0, 1 1)", "POINT (3 4)"]


coordinates = st.tuples(*[st.floats(-1e7, 1e7, allow_nan=False)] * 3)
rings = st.lists(coordinates, min_size=3, max_size=8).map(lambda ring: shapely.Polygon(ring))
anything = st.one_of(
    coordinates.map(shapely.Point),
    coordinates.map(lambda c: shapely.Point(c[:2])),
    st.lists(coordinates, min_size=2, max_size=6).map(shapely.LineString),
    rings,
    rings.map(shapely.force_2d),
    st.lists(rings, min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.lists(rings.map(shapely.force_2d), min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.lists(coordinates, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.none(),
)


@settings(deadline=None)
@given(st.lists(anything, max_size=12), st.booleans())
def test_whatever_comes_goes_on_as_the_same_shape_in_two_dimensions(
    geometries: list[shapely.Geometry | None], little: bool
) -> None:
    contents = [
        None if g is None else shapely.to_wkb(g, flavor="iso", byte_order=int(little)) for g in geometries
    ]
    result = normal(*contents)
    assert result.faults == {}
    for geometry, flat, high in zip(
        geometries, result.wkb.to_pylist(), result.wkb_z.to_pylist(), strict=True
    ):
        if geometry is None:
            assert flat is None
            continue
        assert flat == shapely.to_wkb(shapely.force_2d(geometry), flavor="iso", byte_order=1) or not little
        assert shapely.from_wkb(flat).equals_exact(shapely.force_2d(geometry))
        heights = shapely.get_coordinates(geometry, include_z=True)[:, 2]
        real = geometry.has_z and bool((heights != 0).any())
        assert (high is not None) == real
        if high is not None:
            assert np.array_equal(
                shapely.get_coordinates(shapely.from_wkb(high), include_z=True)[:, 2], heights
            )


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_bytes_of_no_meaning_never_end_the_process(contents: list[bytes]) -> None:
    result = normal(*contents)
    assert len(result.wkb) == len(result.wkb_z) == len(contents)


def test_points_are_built_from_columns_of_numbers() -> None:
    known = np.array([True, False, True])
    built = points_to_wkb(np.array([1.0, np.nan, 3.0]), np.array([4.0, 5.0, 6.0]), known)
    assert [None if w is None else shapely.from_wkb(w).wkt for w in built.to_pylist()] == [
        "POINT (1 4)",
        None,
        "POINT (3 6)",
    ]
    assert first_points(built)[[0, 2]].tolist() == [[1, 4], [3, 6]]


def test_a_shape_is_named_after_all_types_seen() -> None:
    assert [shape_of(s) for s in ({1}, {1, 1001}, {3, 6}, {2, 3}, set())] == [
        "point",
        "point",
        "polygon",
        "mixed",
        "none",
    ]
