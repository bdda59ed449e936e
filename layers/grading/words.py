"""How sentences that explain a grade end."""

from __future__ import annotations

import math

from layers.grading.grade import Grade
from layers.model import Text


def outcome(zh: str, en: str, colour: float, label: str = "") -> Text:
    """Return ``<what> → <word of the grade>``; without a grade it says that the values cannot be used."""
    if math.isnan(colour):
        return Text(f"{zh}：数值不可用，未评定", f"{en}: the values cannot be used, not graded")
    word = Grade(int(colour)).text
    return Text(f"{zh} → {label}{word.zh}", f"{en} -> {label}{word.en.lower()}")
