"""Chemical parks by the 2023 revision of the park guide: a score of 0 to 100, high is safe, classes A (high risk) to D.

The cut-offs are not those of firms. The colour of a class is a convention of this map: the class is always printed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from layers.constants.model import Constants
from layers.grading.answer import Graded, ManyGraded, floats, number_or_refuse
from layers.grading.words import outcome, written_once
from layers.model import Text

METHOD = "park"
SET = "chemical-park-2023"
SCORE = Text("园区评估得分", "the park's score")
CLASSES = ("A", "B", "C", "D")
WORDS = {
    "A": Text("A 类（高安全风险）", "A (high risk)"),
    "B": Text("B 类（较高安全风险）", "B (rather high risk)"),
    "C": Text("C 类（一般安全风险）", "C (moderate risk)"),
    "D": Text("D 类（较低安全风险）", "D (low risk)"),
}


def grade_many(score: ArrayLike, constants: Constants) -> ManyGraded:
    """Grade parks by score (0 to 100); figures: ``score`` and ``class`` (1 for A … 4 for D, NaN for none)."""
    scores = floats(score)
    usable = np.where((scores >= 0) & (scores <= 100), scores, np.nan)
    number = constants.steps(f"{SET}.cutoffs").many(usable)
    colours = floats([np.nan, *(constants.number(f"{SET}.colour.{letter}") for letter in CLASSES)])
    colour = colours[np.nan_to_num(number).astype(int)]
    zh, en = written_once(_sentence, scores, number, colour)
    return ManyGraded(colour, zh, en, constants.set(SET), {"score": scores, "class": number})


def grade(score: float | None, constants: Constants) -> Graded:
    """Grade one park.

    Raises:
        NotGradable: no usable score (``missing_score``, ``bad_score``).
    """
    many = grade_many([number_or_refuse(score, SCORE, 0, 100, "score")], constants)
    label = WORDS[CLASSES[int(many.figures["class"][0]) - 1]]
    return many.one(METHOD, {"score": score}, label)


def _sentence(score: float, number: float, colour: float) -> Text:
    letter = "" if np.isnan(number) else f"{CLASSES[int(number) - 1]} "
    return outcome(f"园区评估得分 {score:g}", f"park score {score:g}", colour, letter)
