"""Geometry as it goes on: two-dimensional WKB without curves or measures, rings closed, heights kept apart.

Most rows need no work and are told from a few bytes of their WKB, all rows of a batch at once; the others go
through GEOS one after another. Well-known binary: OGC 06-103r4, section 8; types with heights are 1000 higher,
with measures 2000, with both 3000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from etl.sources.model import Shape

POINT, LINE, POLYGON, MULTIPOLYGON, COLLECTION, FIRST_CURVE = 1, 2, 3, 6, 7, 8
SHAPES: dict[int, Shape] = {1: "point", 4: "point", 2: "line", 5: "line", 3: "polygon", 6: "polygon"}
PLAIN = {"Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
TOO_LARGE, UNREADABLE = "geom_too_large", "geom_unreadable"
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass
class Geometries:
    """The geometry columns of a batch. ``faults`` maps positions in it to a fault; ``types`` are WKB types seen."""

    wkb: pa.Array
    wkb_z: pa.Array
    faults: dict[int, str] = field(default_factory=dict)
    types: set[int] = field(default_factory=set)


def normalise(
    array: pa.Array, most_vertices: int, linear: Callable[[bytes], bytes | None] = lambda _: None
) -> Geometries:
    """Return the geometries of a batch the way the stream carries them; null where there is none, or an empty one.

    A geometry of more than ``most_vertices`` becomes null with the fault ``geom_too_large:<vertices>``; one that
    cannot be read, or has a coordinate that is no finite number, null with ``geom_unreadable``. Heights are kept
    only where they say something: not all zero, not all missing. ``linear`` turns WKB with curves or surfaces
    into WKB of lines and polygons, None where it cannot.
    """
    if _all_points(array):
        return Geometries(array, pa.nulls(len(array), pa.binary()), types={POINT})
    view = _View(array)
    result = Geometries(array, pa.nulls(len(array), pa.binary()))
    result.types = {int(code) for code in np.unique(view.code[view.valid])}
    fine = view.fine_points() | view.fine_lines()
    fine &= view.length <= 16 * most_vertices
    heights = view.points_beyond_2d()
    if heights.any():
        _split_points(view, heights, result)
    slow = view.valid & ~fine & ~heights
    if slow.any():
        _through_geos(array, slow, most_vertices, linear, result)
    return result


def shape_of(types: set[int]) -> Shape:
    """Return the shape that WKB types amount to."""
    shapes = {SHAPES.get(code % 1000, "mixed") for code in types}
    return "none" if not shapes else shapes.pop() if len(shapes) == 1 else "mixed"


def first_points(array: pa.Array) -> NDArray[np.float64]:
    """Return x and y of the first vertex of each 2D geometry, shape (n, 2), NaN where there is none."""
    out = np.full((len(array), 2), np.nan)
    for position, geometry in enumerate(shapely.from_wkb(array.to_numpy(zero_copy_only=False))):
        coordinates = shapely.get_coordinates(geometry)
        if len(coordinates):
            out[position] = coordinates[0]
    return out


def points_to_wkb(x: NDArray[np.float64], y: NDArray[np.float64], known: Mask) -> pa.Array:
    """Return points as WKB, null where ``known`` is False."""
    rows = np.empty((int(known.sum()), 21), np.uint8)
    rows[:, :5] = (1, POINT, 0, 0, 0)
    rows[:, 5:13] = np.ascontiguousarray(x[known], "<f8").view(np.uint8).reshape(-1, 8)
    rows[:, 13:] = np.ascontiguousarray(y[known], "<f8").view(np.uint8).reshape(-1, 8)
    return _scattered(rows, known)


def _all_points(array: pa.Array) -> bool:
    """Return whether a batch holds nothing but 2D points with two numbers: the most common case, told at once."""
    if array.null_count or not len(array) or pa.types.is_large_binary(array.type):
        return False
    first = array.offset
    offsets = np.frombuffer(array.buffers()[1], np.int32)[first : first + len(array) + 1]
    if not (np.diff(offsets) == 21).all():
        return False
    rows = np.frombuffer(array.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(-1, 21)
    if not (rows[:, :5] == (1, POINT, 0, 0, 0)).all():
        return False
    return bool(np.isfinite(np.ascontiguousarray(rows[:, 5:]).view("<f8")).all())


class _View:
    """A batch of WKB seen as bytes: where each geometry begins, how long it is, what type it has."""

    def __init__(self, array: pa.Array) -> None:
        offset_type = np.int64 if pa.types.is_large_binary(array.type) else np.int32
        buffers = array.buffers()
        offsets = np.frombuffer(buffers[1], offset_type)[array.offset : array.offset + len(array) + 1]
        self.offsets = offsets.astype(np.int64)
        self.data: Bytes = np.frombuffer(buffers[2] or b"", np.uint8)
        self.start, self.length = self.offsets[:-1], np.diff(self.offsets)
        self.valid: Mask = ~np.asarray(array.is_null())
        self.code = np.zeros(len(array), np.uint32)
        long_enough = self.valid & (self.length >= 9)
        at = self.start[long_enough]
        little = self.data[at] == 1
        rows = np.flatnonzero(long_enough)[little]
        self.code[rows] = self.uint32(self.start[rows] + 1)

    def gather(self, at: NDArray[np.int64], width: int) -> Bytes:
        """Return ``width`` bytes from each place."""
        found: Bytes = self.data[at[:, None] + np.arange(width)]
        return found

    def uint32(self, at: NDArray[np.int64]) -> NDArray[np.uint32]:
        return self.gather(at, 4).view("<u4").ravel()

    def fine_points(self) -> Mask:
        """Return which rows are 2D points with two numbers."""
        found: Mask = (self.code == POINT) & (self.length == 21) & self.valid
        rows = np.flatnonzero(found)
        xy = self.gather(self.start[rows] + 5, 16).view("<f8")
        found[rows] = np.isfinite(xy).all(axis=1)
        return found

    def points_beyond_2d(self) -> Mask:
        """Return which rows are points with a height, a measure or both, and two numbers in front of them."""
        found: Mask = np.zeros(len(self.code), bool)
        for code, length in ((1001, 29), (2001, 29), (3001, 37)):
            rows = np.flatnonzero(self.valid & (self.code == code) & (self.length == length))
            found[rows] = np.isfinite(self.gather(self.start[rows] + 5, 16).view("<f8")).all(axis=1)
        return found

    def fine_lines(self) -> Mask:
        """Return which rows are 2D lines or polygons of one closed ring, all of finite numbers."""
        found: Mask = np.zeros(len(self.code), bool)
        # (type, bytes before the coordinates, where the parts are counted, where the vertices are)
        for code, head, parts, vertices in (
            (LINE, 9, (), 5),
            (POLYGON, 13, (5,), 9),
            (MULTIPOLYGON, 22, (5, 14), 18),
        ):
            rows = np.flatnonzero(self.valid & (self.code == code) & (self.length >= head + 32))
            for place in parts:
                rows = rows[self.uint32(self.start[rows] + place) == 1]
            count = self.uint32(self.start[rows] + vertices).astype(np.int64)
            rows = rows[self.length[rows] == head + 16 * count]
            if code != LINE:
                first = self.gather(self.start[rows] + head, 16)
                last = self.gather(self.offsets[rows + 1] - 16, 16)
                rows = rows[(first == last).all(axis=1) & (self.length[rows] >= head + 64)]
            if code == MULTIPOLYGON:
                inner = self.gather(self.start[rows] + 9, 5)
                rows = rows[(inner == (1, POLYGON, 0, 0, 0)).all(axis=1)]
            if len(rows):
                found[rows[self._finite(rows, head)]] = True
        return found

    def _finite(self, rows: NDArray[np.int64], head: int) -> Mask:
        """Return which rows have finite numbers only after the first ``head`` bytes."""
        lengths = self.length[rows]
        if len(rows) == len(self.length) and lengths.sum() == self.offsets[-1] - self.offsets[0]:
            content, starts = self.data[self.offsets[0] : self.offsets[-1]], self.start - self.offsets[0]
        else:
            pieces = [self.data[a:b] for a, b in zip(self.start[rows], self.offsets[rows + 1], strict=True)]
            content, starts = np.concatenate(pieces), np.cumsum(lengths) - lengths
        keep = np.ones(len(content), bool)
        keep[(starts[:, None] + np.arange(head)).ravel()] = False
        finite = np.isfinite(content[keep].view("<f8"))
        if finite.all():
            return np.ones(len(rows), bool)
        counts = (lengths - head) // 8
        return np.logical_and.reduceat(finite, np.cumsum(counts) - counts)


def _split_points(view: _View, chosen: Mask, result: Geometries) -> None:
    """Make 2D points of those with heights or measures, and keep the heights."""
    rows = np.flatnonzero(chosen)
    flat = np.empty((len(rows), 21), np.uint8)
    flat[:, :5] = (1, POINT, 0, 0, 0)
    flat[:, 5:] = view.gather(view.start[rows] + 5, 16)
    result.wkb = pc.replace_with_mask(
        result.wkb, pa.array(chosen), _scattered(flat, np.ones(len(rows), bool))
    )
    rows = rows[view.code[rows] != 2001]
    z = view.gather(view.start[rows] + 21, 8).view("<f8").ravel()
    rows = rows[np.isfinite(z) & (z != 0)]
    if len(rows):
        high = np.empty((len(rows), 29), np.uint8)
        high[:, :5] = (1, 1001 & 0xFF, 1001 >> 8, 0, 0)
        high[:, 5:] = view.gather(view.start[rows] + 5, 24)
        known = np.zeros(len(chosen), bool)
        known[rows] = True
        result.wkb_z = _scattered(high, known)


def _through_geos(
    array: pa.Array, slow: Mask, most: int, linear: Callable[[bytes], bytes | None], result: Geometries
) -> None:
    rows = np.flatnonzero(slow)
    contents: list[bytes | None] = []
    for row in rows.tolist():
        content = array[row].as_buffer()
        vertices = _most_vertices(content)
        if vertices > most:
            result.faults[row] = f"{TOO_LARGE}:{vertices}"
            contents.append(None)
        else:
            contents.append(_straight(content.to_pybytes(), linear, result.types))
    with np.errstate(invalid="ignore"):
        geometries = shapely.from_wkb(np.array(contents, object), on_invalid="fix")
    unread = shapely.is_missing(geometries)
    coordinates, owner = shapely.get_coordinates(geometries, include_z=True, return_index=True)
    unread[owner[~np.isfinite(coordinates[:, :2]).all(axis=1)]] = True
    for row in rows[unread].tolist():
        result.faults.setdefault(row, UNREADABLE)
    geometries[unread | shapely.is_empty(geometries)] = None
    flat = shapely.to_wkb(geometries, byte_order=1, flavor="iso", output_dimension=2)
    result.wkb = pc.replace_with_mask(result.wkb, pa.array(slow), pa.array(flat, result.wkb.type))
    solid = np.zeros(len(rows), bool)
    solid[owner[np.isfinite(coordinates[:, 2]) & (coordinates[:, 2] != 0)]] = True
    if solid.any():
        geometries[~solid] = None
        high = shapely.to_wkb(geometries, byte_order=1, flavor="iso", output_dimension=3)
        result.wkb_z = pc.replace_with_mask(result.wkb_z, pa.array(slow), pa.array(high, pa.binary()))


def _straight(content: bytes, linear: Callable[[bytes], bytes | None], types: set[int]) -> bytes | None:
    """Return WKB without curves and surfaces; a type of them is added to ``types`` as what became of it."""
    base = _type_of(content) % 1000
    if base < COLLECTION or (base == COLLECTION and not _has_curves(content)):
        return content
    straight = linear(content)
    if straight is not None and base != COLLECTION:
        types.add(_type_of(straight))
    return straight


def _has_curves(content: bytes) -> bool:
    """Return whether a collection holds anything but points, lines and polygons."""
    try:
        parts = shapely.get_parts(shapely.from_wkb(content))
    except (shapely.errors.ShapelyError, ValueError):
        return True
    return any(part.geom_type not in PLAIN for part in parts)


def _type_of(content: bytes) -> int:
    return int.from_bytes(content[1:5], "little" if content[:1] == b"\x01" else "big")


def _most_vertices(content: pa.Buffer) -> int:
    """Return how many vertices a WKB of this length can hold at most; exact for lines and single rings."""
    code = _type_of(content.slice(0, min(5, content.size)).to_pybytes())
    numbers = {0: 2, 1: 3, 2: 3}.get(code // 1000, 4)
    before = {POINT: 5, LINE: 9, POLYGON: 13}.get(code % 1000, 22)
    return int(max(0, content.size - before) // (8 * numbers))


def _scattered(rows: Bytes, known: Mask) -> pa.Array:
    """Return rows of equal width as binaries at the places where ``known`` is True, null elsewhere."""
    width = rows.shape[1]
    offsets = np.zeros(len(known) + 1, np.int32)
    np.cumsum(known * width, out=offsets[1:])
    bitmap = None if known.all() else pa.array(known).buffers()[1]
    data = pa.py_buffer(np.ascontiguousarray(rows))
    return pa.Array.from_buffers(pa.binary(), len(known), [bitmap, pa.py_buffer(offsets), data])
