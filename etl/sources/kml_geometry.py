"""The geometry of a KML placemark, built as its elements go by."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from etl.sources.geometry import TOO_LARGE, UNREADABLE

SIMPLE = ("Point", "LineString", "LinearRing", "Polygon", "Track")
GROUPS = ("MultiGeometry", "MultiTrack")
CREATE: dict[int, Callable[[Any], Any]] = {
    0: shapely.multipoints,
    1: shapely.multilinestrings,
    3: shapely.multipolygons,
}
"""By type number of GEOS."""
Ring = list[tuple[float, ...]]


class KmlGeometry:
    """The geometry of a placemark as it is read, from the inside out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.vertices = 0
        self._broken = False
        self._open: list[tuple[str, list[BaseGeometry]]] = [("", [])]
        self._rings: list[Ring] = []
        self._line: Ring = []

    def start(self, name: str) -> None:
        """Begin an element."""
        if name in GROUPS:
            self._open.append((name, []))
        if name in ("Polygon", "Track"):
            self._rings, self._line = [], []

    def coordinates(self, text: str, parent: str, path: list[str]) -> None:
        """Take the text of coordinates: ``lon,lat[,height]`` with blanks between."""
        try:
            line = [tuple(map(float, part.split(","))) for part in re.sub(r"\s*,\s*", ",", text).split()]
        except ValueError:
            self._broken = True
            return
        self.vertices += len(line)
        if any(len(vertex) not in (2, 3) for vertex in line):
            self._broken = True
        elif parent == "LinearRing" and "Polygon" in path:
            # the outer ring may come last
            self._rings.insert(0 if "outerBoundaryIs" in path else len(self._rings), line)
        elif parent == "Track":
            self._line += line
        else:
            self._line = line

    def end(self, name: str) -> None:
        """End an element and keep what it amounts to."""
        if name in GROUPS:
            _, parts = self._open.pop()
            self._add(_together(parts))
        elif not self._broken and self.vertices <= self._most:
            try:
                self._add(self._built(name))
            except (ValueError, IndexError, shapely.errors.ShapelyError):
                self._broken = True

    def result(self) -> tuple[bytes | None, str | None]:
        """Return WKB (None: no geometry) and fault of the whole."""
        if self.vertices > self._most:
            return None, f"{TOO_LARGE}:{self.vertices}"
        if self._broken:
            return None, UNREADABLE
        whole = _together(self._open[0][1])
        return (None, None) if whole is None else (shapely.to_wkb(whole, byte_order=1, flavor="iso"), None)

    def _built(self, name: str) -> BaseGeometry | None:
        if name == "LinearRing" and self._rings:
            return None  # part of a polygon
        if name == "Polygon":
            return (
                shapely.Polygon(_even(self._rings[0]), list(map(_even, self._rings[1:])))
                if self._rings
                else None
            )
        line, self._line = _even(self._line), []
        if not line:
            return None
        if name == "Point":
            return shapely.Point(line[0])
        return shapely.LineString(line if name != "LinearRing" or line[0] == line[-1] else [*line, line[0]])

    def _add(self, geometry: BaseGeometry | None) -> None:
        if geometry is not None:
            self._open[-1][1].append(geometry)


def _together(parts: list[BaseGeometry]) -> BaseGeometry | None:
    """Return one geometry of several: a multi-geometry where they are alike."""
    flat = np.array(shapely.get_parts(np.array(parts, object)), object)
    if len(flat) < 2:
        return flat[0] if len(flat) else None
    kinds = set(shapely.get_type_id(flat).tolist())
    collect: Callable[[Any], Any] = shapely.geometrycollections
    whole: BaseGeometry = (CREATE.get(kinds.pop(), collect) if len(kinds) == 1 else collect)(flat)
    return whole


def _even(line: Ring) -> Ring:
    """Return vertices that all have a height, or all none."""
    high = any(len(vertex) == 3 and vertex[2] != 0 for vertex in line)
    return [(*vertex, 0.0)[:3] if high else vertex[:2] for vertex in line]
