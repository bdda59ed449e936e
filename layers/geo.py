"""Geodesy on the WGS 84 ellipsoid: discs, distances, areas, and the checks on positions. Pure: no files, no
database.

Distances are geodesic (Karney, through PROJ). Edges of polygons are straight lines in longitude and
latitude, as RFC 7946 reads them. CGCS2000 differs from WGS 84 by micrometres in 100 km and is treated as
equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput

GEOD = Geod(ellps="WGS84")
SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
E2 = FLATTENING * (2 - FLATTENING)
E = math.sqrt(E2)
SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)

MIN_RING_VERTICES = 1440
RING_ERROR_M = 0.5
METRES_PER_DEGREE_MAX = 111_700.0  # no degree of latitude or longitude is longer than this on the ellipsoid
SERIES_LIMIT_M = 1_000_000.0  # beyond this radius every point is decided by the exact inverse

SERIES_HALF = 0.0785  # chord over diameter at 1000 km

DATUMS = {"WGS84": "WGS84", "EPSG:4326": "WGS84", "CGCS2000": "CGCS2000", "EPSG:4490": "CGCS2000"}
SHIFTED_DATUMS = {"GCJ02": "GCJ-02", "BD09": "BD-09", "BD09LL": "BD-09"}

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def check_datum(name: str | None) -> str:
    """The canonical name of a declared datum, ``WGS84`` or ``CGCS2000``.

    Raises BadInput ``unknown_datum``, or ``shifted_datum`` for GCJ-02 and BD-09: those lie 470 to 610 m off
    in Zhejiang and have to be converted before anything is measured on them.
    """
    bare = (name or "").strip().upper().replace(" ", "").replace("_", "")
    if (known := DATUMS.get(bare.replace("WGS-84", "WGS84"))) is not None:
        return known
    if (shifted := SHIFTED_DATUMS.get(bare.replace("-", ""))) is not None:
        raise BadInput(
            f"{shifted} 是偏移坐标系，请先转换为 WGS84 或 CGCS2000",
            f"{shifted} is a shifted datum; convert to WGS84 or CGCS2000 first",
            code="shifted_datum",
            datum=shifted,
        )
    raise BadInput(
        f"未知的大地基准：{name!r}；请写明 WGS84 或 CGCS2000",
        f"unknown datum {name!r}; declare WGS84 or CGCS2000",
        code="unknown_datum",
        datum=name,
    )


def check_position(lon: float, lat: float, what: str = "position", **where: object) -> None:
    """Raise BadInput (``not_finite`` or ``position_out_of_range``) unless lon/lat (degrees) name a place on
    earth.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadInput(
            f"{what}：经纬度不是有限数（{lon}, {lat}）",
            f"{what}: longitude and latitude must be finite numbers, got {lon}, {lat}",
            code="not_finite",
            **where,
        )
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        swapped = -90 <= lon <= 90 and -180 <= lat <= 180
        raise BadInput(
            f"{what}：经纬度超出范围（{lon}, {lat}）" + ("；经度与纬度是否写反？" if swapped else ""),
            f"{what}: longitude {lon} or latitude {lat} is out of range"
            + ("; are longitude and latitude swapped?" if swapped else ""),
            code="position_out_of_range",
            lon=lon,
            lat=lat,
            **where,
        )


@dataclass(frozen=True, slots=True)
class Positions:
    """Many places at once: degrees beside geocentric metres, so that a distance costs three
    multiplications.
    """

    lon: Floats
    lat: Floats
    xyz: Floats  # shape (3, n)

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """From longitudes and latitudes in degrees (height 0)."""
        lon_deg = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        lat_deg = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        lam, phi = np.radians(lon_deg), np.radians(lat_deg)
        sin_phi, cos_phi = np.sin(phi), np.cos(phi)
        prime_vertical = SEMI_MAJOR_M / np.sqrt(1 - E2 * sin_phi * sin_phi)
        across = prime_vertical * cos_phi
        xyz = np.stack([across * np.cos(lam), across * np.sin(lam), prime_vertical * (1 - E2) * sin_phi])
        return cls(lon_deg, lat_deg, xyz)

    def __len__(self) -> int:
        return self.lon.size

    def take(self, which: NDArray[np.intp] | Bools | slice) -> Positions:
        """The places chosen by an index array, a mask or a slice."""
        return Positions(self.lon[which], self.lat[which], self.xyz[:, which])


def mean_radius_m(lat: float) -> float:
    """Gauss's mean radius of curvature sqrt(M N) at a latitude (degrees), in metres."""
    return SEMI_MAJOR_M * math.sqrt(1 - E2) / (1 - E2 * math.sin(math.radians(lat)) ** 2)


def series_error_m(distance_m: float) -> float:
    """How far the chord series can be from the geodesic at a distance, in metres.

    The series takes one mean radius for all azimuths; the leading error is d^3/24 times the spread of 1/R^2,
    7 mm at 100 km. Seven times that, plus a floor for rounding, is allowed.
    """
    return 0.02 + 0.05 * (distance_m / 100_000.0) ** 3


def squared_chords(lon: float, lat: float, points: Positions) -> Floats:
    """Squared straight-line distances through the earth from one place to many, in m²."""
    sine, cosine = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    normal = SEMI_MAJOR_M / math.sqrt(1 - E2 * sine * sine)
    lam = math.radians(lon)
    origin = (normal * cosine * math.cos(lam), normal * cosine * math.sin(lam), normal * (1 - E2) * sine)
    total = np.zeros(len(points))
    for axis, start in zip(points.xyz, origin, strict=True):
        difference = axis - start
        total += np.multiply(difference, difference, out=difference)
    return total


def chord_m(lat: float, distance_m: float) -> float:
    """The chord that belongs to a geodesic distance from a place at this latitude, in metres; see
    series_error_m.
    """
    if distance_m <= 0:
        return 0.0
    radius = mean_radius_m(lat)
    return 2 * radius * math.sin(min(distance_m / (2 * radius), math.pi / 2))


def arcs_m(chords: Floats, radius_m: float) -> Floats:
    """Lengths along the ground of straight chords (m) on a sphere: 2 R arcsin(c / 2R).

    Below 1000 km by the series, whose error stays under 0.1 mm: arcsin costs more than all else.
    """
    half = chords / (2 * radius_m)
    if half.size and float(half.max()) >= SERIES_HALF:
        return 2 * radius_m * np.arcsin(np.minimum(half, 1.0))
    square = half * half
    return np.asarray(chords * (1 + square * (1 / 6 + square * (3 / 40 + square * (15 / 336)))))


def distances_m(lon: float, lat: float, points: Positions) -> Floats:
    """Geodesic distances from one place to many, in metres, to within series_error_m(distance)."""
    radius = mean_radius_m(lat)
    return arcs_m(np.sqrt(squared_chords(lon, lat, points)), radius)


def exact_distances_m(lon: float, lat: float, points: Positions) -> Floats:
    """Geodesic distances from one place to many by Karney's inverse, in metres (nanometres of error, 0.5 µs
    each).
    """
    n = len(points)
    return np.asarray(GEOD.inv(np.full(n, lon), np.full(n, lat), points.lon, points.lat)[2], dtype=np.float64)


def within(lon: float, lat: float, points: Positions, radius_m: float) -> Bools:
    """Which places lie within radius_m (geodesic, the edge included) of one place: no point decided wrongly.

    Chord and series decide all but the points so near the edge that the series might err; those few are
    asked of Karney's inverse.
    """
    if radius_m > SERIES_LIMIT_M:
        return exact_distances_m(lon, lat, points) <= radius_m
    chords = squared_chords(lon, lat, points)
    slack = series_error_m(radius_m)
    if radius_m < 0:
        return np.zeros(len(points), dtype=np.bool_)
    inside = chords < chord_m(lat, radius_m - slack) ** 2
    doubtful = np.flatnonzero(~inside & (chords <= chord_m(lat, radius_m + slack) ** 2))
    if doubtful.size:
        inside[doubtful] = exact_distances_m(lon, lat, points.take(doubtful)) <= radius_m
    return inside


def equal_area(n: int) -> float:
    """How far out the n corners of a polygon lie whose area is that of the circle of radius 1."""
    step = 2 * math.pi / n
    return math.sqrt(step / math.sin(step))


def geodesic_disc(lon: float, lat: float, radius_m: float, n: int = MIN_RING_VERTICES) -> shapely.Polygon:
    """All places within radius_m of one place, as a polygon in degrees with at least n vertices.

    The polygon has the area of the disc (to 1e-7): the vertices lie a little outside the geodesic circle, the middles
    of the edges a little inside, by at most 0.5 m (0.16 and 0.08 m at 100 km and 1440 vertices; larger discs get more
    vertices). Ring counter-clockwise, closed, as RFC 7946 wants it. Radius zero gives the empty polygon. Raises
    BadInput for a place or radius that is none, for n under 1440, and for a disc over a pole or the antimeridian,
    which plain longitudes cannot draw.
    """
    check_position(lon, lat)
    if not (math.isfinite(radius_m) and 0 <= radius_m <= 5_000_000):
        raise BadInput(
            f"半径无效：{radius_m} 米", f"radius of {radius_m} m is out of range", code="radius_out_of_range"
        )
    if n < MIN_RING_VERTICES:
        raise BadInput(
            f"圆环至少 {MIN_RING_VERTICES} 个顶点，得到 {n}",
            f"a ring needs at least {MIN_RING_VERTICES} vertices, got {n}",
            code="ring_too_coarse",
        )
    if radius_m == 0:
        return shapely.Polygon()
    n = max(n, 4 * math.ceil(math.pi * math.sqrt(radius_m / RING_ERROR_M) / 4))
    azimuths = -360.0 * np.arange(n) / n
    out_m = radius_m * equal_area(n)
    ring_lon, ring_lat, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), azimuths, np.full(n, out_m))
    polygon = shapely.Polygon(np.column_stack([ring_lon, ring_lat]))
    over_pole = any(GEOD.inv(lon, lat, lon, pole)[2] <= radius_m for pole in (-90, 90))
    if over_pole or np.abs(np.asarray(ring_lon) - lon).max() > 180:
        raise BadInput(
            "圆跨越极点或 180° 经线，无法绘制",
            "the disc crosses a pole or the antimeridian and cannot be drawn in plain longitudes",
            code="antimeridian",
            lon=lon,
            lat=lat,
        )
    return polygon


def _area_below(lat_rad: Floats) -> Floats:
    """Area between the equator and a latitude, per radian of longitude, in m² (authalic latitude, Snyder
    3-12).
    """
    sine = np.sin(lat_rad)
    return 0.5 * SEMI_MINOR_M**2 * (sine / (1 - E2 * sine * sine) + np.arctanh(E * sine) / E)


_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(3)


def _ring_areas(rings: NDArray[np.object_]) -> Floats:
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    if not coords.size:
        return np.zeros(len(rings))
    lon, lat = np.radians(coords[:, 0]), np.radians(coords[:, 1])
    middle, half = (lat[1:] + lat[:-1]) / 2, (lat[1:] - lat[:-1]) / 2
    mean = np.zeros_like(middle)
    for node, weight in zip(_GAUSS_NODES, _GAUSS_WEIGHTS, strict=True):
        mean += 0.5 * weight * _area_below(middle + node * half)
    # Measured from a latitude nearby, so that small rings do not drown in the rounding of large numbers.
    mean -= _area_below(np.asarray([lat.mean()]))[0]
    same = ring[1:] == ring[:-1]
    strips = np.where(same, (lon[1:] - lon[:-1]) * mean, 0.0)
    return np.abs(np.bincount(ring[1:], weights=strips, minlength=len(rings)))


def areas_m2(geometries: Sequence[BaseGeometry] | NDArray[np.object_]) -> Floats:
    """Areas on the ellipsoid, in m², of geometries in degrees; lines and points in them count zero.

    Edges are straight in longitude and latitude. The strip under such an edge is integrated in closed form
    (three Gauss points), which is what cutting every edge into ever shorter geodesics converges to: edges
    cut at 1 km and Karney's polygon area give the same to 1e-8.
    """
    geoms = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(geoms, return_index=True)
    nested = shapely.get_type_id(parts) == 6  # a MultiPolygon inside a collection
    if nested.any():
        inner, index = shapely.get_parts(parts[nested], return_index=True)
        parts, owner = (
            np.concatenate([parts[~nested], inner]),
            np.concatenate([owner[~nested], owner[nested][index]]),
        )
    polygonal = shapely.get_type_id(parts) == 3
    parts, owner = parts[polygonal], owner[polygonal]
    rings, polygon = shapely.get_rings(parts, return_index=True)
    ring_areas = _ring_areas(rings)
    hole = np.zeros(len(rings), dtype=np.bool_)
    hole[1:] = polygon[1:] == polygon[:-1]
    signed = np.where(hole, -ring_areas, ring_areas)
    return np.bincount(owner[polygon], weights=signed, minlength=len(geoms)).astype(np.float64)


def area_m2(geometry: BaseGeometry) -> float:
    """The area of one geometry in degrees on the ellipsoid, in m²; see areas_m2."""
    return float(areas_m2([geometry])[0])


def densify(geometry: BaseGeometry, max_m: float = 1000.0) -> BaseGeometry:
    """The same geometry with no edge longer than max_m metres, cut along the straight lon/lat edges."""
    return shapely.segmentize(geometry, max_m / METRES_PER_DEGREE_MAX)
