"""How far the winds of a storm reach round its eye: circles, or joined quarters where the quadrants are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import mapping

from layers.errors import BadInput
from layers.geo import geodesic_disc
from layers.model import Json
from layers.storms import GRADES, SIDES, reach_name

EVERY = 8
"""Corners of a disc that are drawn, one in so many: at 260 km the others lie within 40 m of the line."""
TO_DRAW_BY = 4
"""Decimals of a degree, 11 m."""
AGAINST_THE_CLOCK = ("nw", "sw", "se", "ne")
"""The quadrants as a ring from north goes through them."""
Place = tuple[float, float]


@dataclass(frozen=True)
class Reach:
    """How far winds of a grade reach: furthest and, where it differs, in each quadrant; km."""

    grade: int
    furthest: float
    sides: Mapping[str, float] | None

    def words(self) -> dict[str, str]:
        """Return it in words, Chinese and English, without the grade."""
        if self.sides is None:
            return dict.fromkeys(("zh", "en"), f"{self.furthest:.0f} km")
        named = [(SIDES[side], f"{km:.0f}") for side, km in self.sides.items()]
        return {
            "zh": " ".join(f"{side.zh} {km}" for side, km in named) + " km",
            "en": " ".join(f"{side.en} {km}" for side, km in named) + " km",
        }


def reaches(point: Mapping[str, Any]) -> list[Reach]:
    """Return the reach of each grade that a point of a track tells of, the widest grade first.

    A quadrant that is not told, where others are, is taken as the furthest: what is not known is never drawn as calm.
    """
    found = []
    for grade in GRADES:
        told = {side: point[reach_name(grade, side)] for side in SIDES}
        known = [km for km in told.values() if km is not None]
        furthest = max([*known, point[reach_name(grade)] or 0])
        sides = {side: furthest if km is None else km for side, km in told.items()} if known else {}
        if furthest > 0:
            found.append(Reach(grade, furthest, sides if len(set(sides.values())) > 1 else None))
    return found


def drawn(eye: Place, reach: Reach) -> list[Json]:
    """Return GeoJSON of a reach: the ``disc``, and the ``arc`` or arcs that its figures are written on.

    Nothing over the antimeridian, half an ocean away from the map.
    """
    quarters = _quarters(eye, reach)
    if quarters is None:
        return []
    ring = [corner for quarter in quarters for corner in quarter]
    disc = shapely.remove_repeated_points(shapely.Polygon(ring))
    whole = disc if disc.is_valid else shapely.make_valid(disc)  # two quarters that meet in the eye only
    parts = [feature("disc", mapping(whole), grade=reach.grade, km=reach.furthest)]
    if reach.sides is None:
        return [*parts, _arc([*ring, ring[0]], reach.grade, reach.furthest)]
    sides = zip(quarters, AGAINST_THE_CLOCK, strict=True)
    return parts + [_arc(line, reach.grade, reach.sides[side]) for line, side in sides if len(line) > 1]


def _quarters(eye: Place, reach: Reach) -> list[list[Place]] | None:
    """Return the quarters of geodesic circles from north against the clock; one without reach is the eye itself."""
    try:
        return [
            _quarter(eye, (reach.sides or {}).get(side, reach.furthest), number)
            for number, side in enumerate(AGAINST_THE_CLOCK)
        ]
    except BadInput:
        return None


def _quarter(eye: Place, km: float, number: int) -> list[Place]:
    if km == 0:
        return [(round(eye[0], TO_DRAW_BY), round(eye[1], TO_DRAW_BY))]
    ring = geodesic_disc(*eye, km * 1000).exterior.coords
    size = (len(ring) - 1) // 4
    corners = [*ring[number * size : (number + 1) * size : EVERY], ring[(number + 1) * size]]
    return [(round(x, TO_DRAW_BY), round(y, TO_DRAW_BY)) for x, y in corners]


def _arc(line: list[Place], grade: int, km: float) -> Json:
    return feature("arc", {"type": "LineString", "coordinates": line}, grade=grade, km=round(km))


def feature(kind: str, geometry: Any, **said: Any) -> Json:
    """Return a feature of a storm, of a kind."""
    return {"type": "Feature", "properties": {"kind": kind, **said}, "geometry": geometry}
