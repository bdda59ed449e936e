"""What all tile routes share: the address of a tile, how long it may be kept, and whether the client has it already."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request

from app.tiles.asked import check_address

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
__all__ = ["check_address"]
MVT = "application/vnd.mapbox-vector-tile"

Zoom = Annotated[int, Path(description="zoom, 0 to 22")]
Column = Annotated[int, Path(description="column, 0 to 2^z - 1, from the west")]
Row = Annotated[int, Path(description="row, 0 to 2^z - 1, from the north")]
VersionName = Annotated[
    str | None, Query(max_length=40, description="layer version; absent: the current one")
]


def has_already(request: Request, etag: str) -> bool:
    """Whether the client says that it has what this tag names."""
    wanted = request.headers.get("if-none-match", "")
    return wanted.strip() == "*" or any(part.strip().removeprefix("W/") == etag for part in wanted.split(","))
