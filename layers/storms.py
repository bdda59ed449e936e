"""Tropical cyclones: categories by GB/T 19201-2006 from the strongest wind, and how far winds reach to each side."""

from __future__ import annotations

import math

from layers.model import Text

CATEGORIES = {
    "super": Text("超强台风", "super typhoon"),
    "sty": Text("强台风", "severe typhoon"),
    "ty": Text("台风", "typhoon"),
    "sts": Text("强热带风暴", "severe tropical storm"),
    "ts": Text("热带风暴", "tropical storm"),
    "td": Text("热带低压", "tropical depression"),
    "weak": Text("弱于热带低压", "below a tropical depression"),
    "et": Text("变性或温带气旋", "extratropical"),
}
LEAST_MPS = (("super", 51.0), ("sty", 41.5), ("ty", 32.7), ("sts", 24.5), ("ts", 17.2), ("td", 10.8))
"""The least wind of each category, the strongest first."""


def category(wind_mps: float) -> str:
    """Return the category of a wind in m/s (two-minute mean; agencies that give a ten-minute one come out lower)."""
    # winds are tabulated to 0.1 m/s, and converted knots lie between two steps
    return next((code for code, least in LEAST_MPS if round(wind_mps, 1) >= least), "weak")


GRADES = (7, 10, 12)
"""The Beaufort grades whose reach is kept, the widest first."""
SIDES = {
    "ne": Text("东北", "NE"),
    "se": Text("东南", "SE"),
    "sw": Text("西南", "SW"),
    "nw": Text("西北", "NW"),
}
"""The quadrants of a storm, clockwise from north."""


def reach_name(grade: int, side: str | None = None) -> str:
    """Return the field of how far winds of a grade reach, at all or in one quadrant."""
    return f"r{grade}_{side}_km" if side else f"r{grade}_km"


def quadrants(longest: float, shortest: float, bearing: float) -> tuple[float, ...]:
    """Return how far an eccentric circle reaches in each quadrant at most, in the order of ``SIDES``.

    RSMC Tokyo gives the wind area as a circle beside the eye: the longest radius with its bearing (degrees), the
    shortest on the opposite side. The quadrants hold all of it; there is no more than that in four numbers.
    """
    radius, off = (longest + shortest) / 2, (longest - shortest) / 2
    return tuple(_reach(radius, off, _turn_to(bearing, first)) for first in (0, 90, 180, 270))


def _turn_to(bearing: float, first: float) -> float:
    """The least angle between a bearing and a quadrant of 90 degrees that begins at another."""
    beyond = (bearing - first) % 360
    return 0.0 if beyond <= 90 else min(beyond - 90, 360 - beyond)


def _reach(radius: float, off: float, turn: float) -> float:
    angle = math.radians(turn)
    return off * math.cos(angle) + math.sqrt(max(0.0, radius**2 - (off * math.sin(angle)) ** 2))
