"""Coordinate systems that features are answered in, with the order of axes that their authority gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func

from layers.errors import BadQuery

OGC = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
STORED_SRID = 4326


@dataclass(frozen=True)
class Crs:
    """A system by its URI. ``north_first``: its authority writes latitude, or northing, before the other."""

    uri: str
    srid: int
    north_first: bool
    digits: int

    @property
    def is_degrees(self) -> bool:
        """Whether its numbers are degrees, else metres."""
        return self.srid in (STORED_SRID, 4490)

    def of(self, geometry: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a stored geometry (EPSG:4326, longitude first) in this system, axes as the authority has them."""
        return func.ST_FlipCoordinates(self.moved(geometry)) if self.north_first else self.moved(geometry)

    def moved(self, geometry: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a stored geometry in this system with east before north, as files have it."""
        return geometry if self.srid == STORED_SRID else func.ST_Transform(geometry, self.srid)

    def envelope(self, box: tuple[float, float, float, float]) -> ColumnElement[Any]:
        """Return a box whose numbers are in this system as a geometry in EPSG:4326."""
        a, b, c, d = box
        west, south, east, north = (b, a, d, c) if self.north_first else box
        drawn = func.ST_MakeEnvelope(west, south, east, north, self.srid)
        # the sides of a box of metres are no straight lines in degrees
        return (
            drawn if self.srid == STORED_SRID else func.ST_Transform(func.ST_Segmentize(drawn, 10_000), 4326)
        )


def _epsg(code: int, *, north_first: bool, digits: int) -> Crs:
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{code}", code, north_first, digits)


SYSTEMS = {
    crs.uri: crs
    for crs in (
        Crs(OGC, STORED_SRID, False, 9),
        _epsg(4326, north_first=True, digits=9),
        _epsg(4490, north_first=True, digits=9),
        _epsg(3857, north_first=False, digits=3),
        _epsg(4548, north_first=True, digits=3),
        _epsg(4549, north_first=True, digits=3),
        _epsg(4550, north_first=True, digits=3),
    )
}
"""WGS 84, CGCS2000 (the same to a centimetre), web mercator, and CGCS2000 / 3-degree Gauss-Krüger CM 117, 120, 123."""


def system(uri: str | None, parameter: str) -> Crs:
    """Return the system of a URI; CRS84 without one.

    Raises:
        BadQuery: a system that is not offered (code ``crs_unsupported``).
    """
    if uri is None:
        return SYSTEMS[OGC]
    found = SYSTEMS.get(uri.strip("<>"))
    if found is None:
        raise BadQuery(
            f"{parameter}={uri[:80]!r} 不在支持的坐标系之列，见图层说明中的 crs",
            f"{parameter}={uri[:80]!r} is not offered; see crs in the description of the collection",
            code="crs_unsupported",
            field=parameter,
        )
    return found
