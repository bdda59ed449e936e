"""Categories of tropical cyclones by GB/T 19201-2006, from the strongest mean wind near the centre."""

from __future__ import annotations

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
