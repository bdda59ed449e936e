"""Coordinate systems as files declare them, as WKT."""

from __future__ import annotations

from pyproj import CRS
from pyproj.exceptions import CRSError

UNDEFINED = ("undefined", "unknown_engineering")


def declared_wkt(text: str | None) -> str | None:
    """Return what a declaration (WKT, .prj text, ``EPSG:4549``) stands for as WKT; None where it says nothing.

    What cannot be understood, and GeoPackage's "undefined" systems, say nothing.
    """
    if text is None or not text.strip():
        return None
    try:
        crs = CRS.from_user_input(text.strip())
    except CRSError:
        return None
    if crs.is_engineering or crs.name.lower().startswith(UNDEFINED):
        return None
    return crs.to_wkt()
