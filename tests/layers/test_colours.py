"""The four colours under simulated colour blindness, text on them, and that no other legend fills with them.

Simulation: Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB. Difference: CIEDE2000 (Sharma 2005).
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from app.reports.risk_files import ink_on
from layers.grading.grade import grade_legend
from layers.registry import discover

MACHADO = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TONES = {c.value: c.colour for c in grade_legend().classes}
FOUR = [TONES[n] for n in (1, 2, 3, 4)]
LEAST_DIFFERENCE = 20.0
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(tone: str) -> NDArray[np.float64]:
    c = np.array([int(tone[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> tuple[float, float, float]:
    t = RGB_TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean7 / (mean7 + 25**7)))
    c1, c2 = math.hypot(a1 * (1 + g), b1), math.hypot(a2 * (1 + g), b2)
    h1, h2 = (math.degrees(math.atan2(b, a * (1 + g))) % 360 for a, b in ((a1, b1), (a2, b2)))
    dl, dc = l2 - l1, c2 - c1
    turn = (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else ((h1 + h2 + 360) / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(hm - 30))
        + 0.24 * math.cos(math.radians(2 * hm))
        + 0.32 * math.cos(math.radians(3 * hm + 6))
        - 0.20 * math.cos(math.radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = (
        -2
        * math.sqrt(cm**7 / (cm**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((hm - 275) / 25) ** 2))))
    )
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(RGB_TO_XYZ[1] @ linear(t)) for t in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_gives_the_published_difference() -> None:
    # pairs 1 and 17 of Sharma, Wu, Dalal 2005
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)


@pytest.mark.parametrize("vision", list(MACHADO))
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(FOUR, 2)))
def test_every_pair_of_colours_stays_apart(vision: str, one: str, other: str) -> None:
    seen = [lab(MACHADO[vision] @ linear(tone)) for tone in (one, other)]
    assert ciede2000(*seen) >= LEAST_DIFFERENCE


@pytest.mark.parametrize("tone", list(TONES.values()))
def test_text_on_a_tone_has_aa_contrast(tone: str) -> None:
    assert contrast(tone, ink_on(tone)) >= 4.5


def test_each_colour_has_its_own_hatch_and_its_own_word() -> None:
    rows = grade_legend().classes
    assert len({row.pattern for row in rows}) == len({row.label.zh for row in rows}) == len(rows)


@pytest.mark.parametrize("layer_id", list(discover()))
def test_no_other_legend_uses_a_risk_colour(layer_id: str) -> None:
    legend = discover()[layer_id].legend
    if legend is not None and legend.field != "grade":
        assert not {row.colour.upper() for row in legend.classes} & {tone.upper() for tone in FOUR}
