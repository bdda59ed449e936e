"""The area that an accident touches: a ring, an isolation circle with a downwind wedge, or what somebody drew."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.around.params import DrawnFootprint, Footprint, RingFootprint, WedgeFootprint
from layers.errors import BadInput
from layers.geo import GEOD, area_m2, geodesic_disc
from layers.region import BOX

MOST_KM2 = 20_000.0
MOST_CORNERS = 200
MOST_CROSSINGS = 1_000
"""Corners that a drawing may come to have where its edges cross."""


def area_of(lon: float, lat: float, footprint: Footprint) -> BaseGeometry:
    """Return a footprint round a place as a polygon in degrees.

    Raises:
        BadInput: what was drawn is no polygon in the region, or far too large (code ``bad_footprint``).
    """
    if isinstance(footprint, RingFootprint):
        return geodesic_disc(lon, lat, footprint.radius_m)
    if isinstance(footprint, WedgeFootprint):
        return _wedge(lon, lat, footprint)
    return _drawn(footprint)


def _wedge(lon: float, lat: float, footprint: WedgeFootprint) -> BaseGeometry:
    """The circle, joined with the wedge from its flanks to a line across the wind, as long as it is far away.

    Width equal to distance is the ERG's protective-action zone (Emergency Response Guidebook, "Protective Actions").
    """
    circle = geodesic_disc(lon, lat, footprint.isolation_m)
    if footprint.downwind_m <= footprint.isolation_m:
        return circle
    downwind = (footprint.wind_from_deg + 180) % 360
    half = math.degrees(math.atan2(footprint.downwind_m / 2, footprint.downwind_m))
    corner_m = math.hypot(footprint.downwind_m, footprint.downwind_m / 2)
    azimuths = np.array([downwind - 90, downwind - half, downwind + half, downwind + 90])
    lengths = np.array([footprint.isolation_m, corner_m, corner_m, footprint.isolation_m])
    x, y, _ = GEOD.fwd(np.full(4, lon), np.full(4, lat), azimuths, lengths)
    return shapely.union(circle, shapely.Polygon(np.column_stack([x, y])))


def _drawn(footprint: DrawnFootprint) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(json.dumps(footprint.geometry, allow_nan=False))
    except (shapely.errors.GEOSException, ValueError, RecursionError):
        shape = None
    if shape is None or shape.geom_type != "Polygon" or shape.is_empty:
        raise _bad("不是 GeoJSON 多边形", "is no GeoJSON polygon")
    places = shapely.get_coordinates(shape)
    if len(places) > MOST_CORNERS:
        raise _bad(f"顶点超过 {MOST_CORNERS} 个", f"has more than {MOST_CORNERS} corners")
    west, south, east, north = BOX
    inside = (places[:, 0] > west) & (places[:, 0] < east) & (places[:, 1] > south) & (places[:, 1] < north)
    if not inside.all():
        raise _bad("超出本省范围（WGS 84 经纬度）", "lies outside the region (degrees, WGS 84)")
    sound = shapely.make_valid(shape, method="structure")
    if shapely.get_num_coordinates(sound) > MOST_CROSSINGS:
        raise _bad("的边交叉太多", "crosses itself too often")
    if sound.is_empty or area_m2(sound) > MOST_KM2 * 1e6:
        raise _bad(f"面积须在 0 至 {MOST_KM2:,.0f} km² 之间", f"must cover at most {MOST_KM2:,.0f} km2")
    return sound


def _bad(zh: str, en: str) -> BadInput:
    return BadInput(f"手绘影响范围{zh}", f"the drawn footprint {en}", code="bad_footprint", field="footprint")


def drawn(shape: BaseGeometry) -> dict[str, Any]:
    """Return a footprint as GeoJSON for the map: within a metre or two, a decimetre of rounding."""
    simple = shapely.set_precision(shapely.simplify(shape, 1e-5), 1e-6)
    found: dict[str, Any] = json.loads(shapely.to_geojson(simple))
    return found
