"""Coordinate systems as people name them."""

from __future__ import annotations

from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import BadFile


def named_crs(name: str, file: str) -> CRS:
    """Return a coordinate system from ``EPSG:4549``, WKT or PROJ text.

    Raises:
        BadFile: nothing of that name (code ``crs_unknown``).
    """
    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise BadFile(
            f"坐标系 {name[:60]!r} 无法识别（{file}）",
            f"{name[:60]!r} is not a coordinate system ({file})",
            code="crs_unknown",
            file=file,
        ) from error
