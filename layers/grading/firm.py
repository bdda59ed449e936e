"""Chemical firms by the 2018 safety-risk assessment guide: a score of 0 to 100, high is safe.

Below 60 red, 60 to under 75 orange, 75 to under 90 yellow, 90 and above blue; four situations make a firm red outright.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from layers.constants.model import Constants
from layers.grading.answer import Graded, ManyGraded, NotGradable, floats, number_or_refuse
from layers.grading.grade import Grade
from layers.grading.words import outcome, written_once
from layers.model import Text

METHOD = "firm"
SET = "chemical-firm-2018"
SCORE = Text("企业评估得分", "the firm's score")
OUTRIGHT = Text("存在直接判定为重大风险（红色）的情形", "a situation that makes a firm red outright")


def grade_many(score: ArrayLike, red_line: ArrayLike, constants: Constants) -> ManyGraded:
    """Grade firms by score (0 to 100) and whether a red-line situation is there; a score that is missing or out of
    range gives no grade, a red line gives red whatever the score."""
    scores, red = floats(score), np.asarray(red_line, dtype=np.bool_)
    usable = np.where((scores >= 0) & (scores <= 100), scores, np.nan)
    colour = np.where(red, float(Grade.RED), constants.steps(f"{SET}.cutoffs").many(usable))
    zh, en = written_once(_sentence, scores, red.astype(np.float64), colour)
    return ManyGraded(colour, zh, en, constants.set(SET), {"score": scores})


def grade(score: float | None, red_lines: Collection[int], constants: Constants) -> Graded:
    """Grade one firm by score and the numbers (1 to 4) of the red-line situations that apply.

    Raises:
        NotGradable: no usable score and no red line (``missing_score``, ``bad_score``), or an unknown situation.
    """
    known = constants.under(f"{SET}.red_line")
    for number in red_lines:
        if str(number) not in known:
            raise NotGradable(
                f"没有第 {number} 种直接判红情形",
                f"there is no red-line situation {number}",
                code="bad_red_line",
            )
    if score is not None or not red_lines:
        number_or_refuse(score, SCORE, 0, 100, "score")
    many = grade_many([np.nan if score is None else score], [bool(red_lines)], constants)
    titles = [known[str(n)].title.as_json() for n in sorted(set(red_lines))]
    inputs = {"score": score, "red_lines": sorted(set(red_lines)), "situations": titles}
    return many.one(METHOD, inputs)


def _sentence(score: float, red_line: float, colour: float) -> Text:
    return OUTRIGHT if red_line else outcome(f"企业评估得分 {score:g}", f"firm score {score:g}", colour)
