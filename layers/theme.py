"""Colours of the day and night themes and the four risk colours.

The risk tones were chosen so that every pair differs by at least CIEDE2000 20 under simulated deuteranopia,
protanopia and tritanopia, and lightness falls with risk; no official RGB values are published. The same
tokens stand in ``web/src/tokens.css``; a contract test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping

from layers.model import Theme

TOKENS: Mapping[Theme, Mapping[str, str]] = {
    "day": {
        "ink": "#15202B",
        "ink-2": "#52616F",
        "paper": "#FFFFFF",
        "line": "#D9E0E6",
        "accent": "#0B63B6",
        "sea": "#DFE9F1",
        "land": "#F7F5F0",
    },
    "night": {
        "ink": "#E6EDF3",
        "ink-2": "#93A4B3",
        "paper": "#141C24",
        "line": "#26323D",
        "accent": "#58A6FF",
        "sea": "#0B1117",
        "land": "#18212A",
    },
}

FILL_OPACITY: Mapping[Theme, float] = {"day": 0.5, "night": 0.6}
