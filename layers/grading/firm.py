"""Chemical firms by the 2018 safety-risk assessment guide: a score of 0 to 100, high is safe.

Below 60 red, 60 to under 75 orange, 75 to under 90 yellow, 90 and above blue; four situations ("red lines")
make a firm red outright. The cut-offs come second-hand and are shown as unconfirmed.
"""

from __future__ import annotations

import math

from layers.grading.grade import Grade

CUTOFFS = "chemical-firm-2018"
COLOUR_FROM_SCORE = ((90.0, Grade.BLUE), (75.0, Grade.YELLOW), (60.0, Grade.ORANGE), (0.0, Grade.RED))


def grade_of_score(score: float | None, *, red_line: bool = False) -> Grade | None:
    """Return the colour of a firm's score (0 to 100), None when there is no usable score and no red line."""
    if red_line:
        return Grade.RED
    if score is None or not math.isfinite(score) or not 0 <= score <= 100:
        return None
    return next(grade for least, grade in COLOUR_FROM_SCORE if score >= least)
