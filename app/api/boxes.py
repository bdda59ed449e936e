"""Boxes and places in query strings: ``west,south,east,north`` and ``lon,lat`` in degrees."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func

from layers.errors import BadInput

# float() alone would also take 1_000, full-width digits, nan and infinity
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Box:
    """A box in degrees (WGS 84)."""

    west: float
    south: float
    east: float
    north: float

    def envelope(self) -> ColumnElement[Any]:
        """Return the box as a PostGIS geometry (EPSG:4326)."""
        return func.ST_MakeEnvelope(self.west, self.south, self.east, self.north, 4326)


def parse_box(text: str | None) -> Box | None:
    """Read a box; None for None.

    Raises:
        BadInput: not four finite numbers, out of range, or west/south not below east/north.
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    numbers = [float(part) for part in parts] if all(NUMBER.fullmatch(part) for part in parts) else []
    if len(numbers) != 4 or not all(math.isfinite(n) for n in numbers):
        raise _bad("应为 西,南,东,北 四个数", "must be four numbers west,south,east,north", text)
    west, south, east, north = numbers
    # a map zoomed far out asks beyond the poles and the date line; that is the whole world
    if west >= east or south >= north:
        raise _bad("西应小于东，南应小于北", "west must be less than east, south less than north", text)
    return Box(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))


def _bad(zh: str, en: str, value: str) -> BadInput:
    return BadInput(f"bbox {value[:80]!r}：{zh}", f"bbox {value[:80]!r} {en}", code="bad_bbox", field="bbox")


def parse_place(text: str | None) -> tuple[float, float] | None:
    """Read ``lon,lat`` in degrees; None for None.

    Raises:
        BadInput: not two finite numbers, or out of range (code ``bad_place``).
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    numbers = [float(part) for part in parts] if all(NUMBER.fullmatch(part) for part in parts) else []
    if len(numbers) != 2 or not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
        raise BadInput(
            f"位置 {text[:60]!r} 应为 经度,纬度 两个数",
            f"a place must be lon,lat in degrees, got {text[:60]!r}",
            code="bad_place",
        )
    return numbers[0], numbers[1]
