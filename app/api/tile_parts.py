"""What all tile routes share: the address of a tile, how long it may be kept, and whether the client has it already."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request

from layers.errors import NotFound
from layers.model import Layer

MOST_ZOOM = 22
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
MVT = "application/vnd.mapbox-vector-tile"

Zoom = Annotated[int, Path(description="zoom, 0 to 22")]
Column = Annotated[int, Path(description="column, 0 to 2^z - 1, from the west")]
Row = Annotated[int, Path(description="row, 0 to 2^z - 1, from the north")]
VersionName = Annotated[
    str | None, Query(max_length=40, description="layer version; absent: the current one")
]


def check_address(layer: Layer, z: int, x: int, y: int) -> None:
    """Refuse a tile address that does not exist.

    Raises:
        NotFound: code ``no_such_tile``, before any query.
    """
    if not (0 <= z <= MOST_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)):
        raise NotFound(
            f"没有切片 {z}/{x}/{y}：z 应为 0–{MOST_ZOOM}，x、y 应为 0 到 2^z-1",
            f"there is no tile {z}/{x}/{y}: z is 0 to {MOST_ZOOM}, x and y are 0 to 2^z - 1",
            code="no_such_tile",
            layer=layer.id,
        )


def has_already(request: Request, etag: str) -> bool:
    """Whether the client says that it has what this tag names."""
    wanted = request.headers.get("if-none-match", "")
    return wanted.strip() == "*" or any(part.strip().removeprefix("W/") == etag for part in wanted.split(","))
