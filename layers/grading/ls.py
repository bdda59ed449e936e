"""LS: R = L * S, likelihood and severity in whole steps 1 to 5. Which cut-offs apply differs by industry."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from layers.constants.model import Constants
from layers.errors import NotFound
from layers.grading.answer import Graded, ManyGraded, NotGradable, floats
from layers.grading.words import outcome, written_once
from layers.model import Text

METHOD = "ls"
GENERAL = "general"
FACTORS = (1.0, 2.0, 3.0, 4.0, 5.0)


def cutoffs_of(industry: str | None, constants: Constants) -> str:
    """Return the id of the cut-off set of an industry; industries without a row of their own take the general one."""
    key = f"ls.industry.{industry}"
    return constants.word(key if key in constants else f"ls.industry.{GENERAL}")


def grade_many(likelihood: ArrayLike, severity: ArrayLike, cutoffs: str, constants: Constants) -> ManyGraded:
    """Grade by R = L * S with one cut-off set; factors that are missing or not 1, 2, 3, 4, 5 give no grade."""
    first, second = floats(likelihood), floats(severity)
    if not cutoffs.startswith("ls-"):  # the cut-offs of another method stand in the same table
        raise NotFound(
            f"没有 LS 阈值集 {cutoffs!r}",
            f"there is no set of LS cut-offs {cutoffs!r}",
            code="unknown_cutoffs",
        )
    usable = np.isin(first, FACTORS) & np.isin(second, FACTORS)
    r = np.where(usable, first * second, np.nan)
    colour = constants.steps(f"{cutoffs}.cutoffs").many(r)
    zh, en = written_once(_sentence, first, second, r, colour)
    return ManyGraded(colour, zh, en, constants.set(cutoffs), {"r": r})


def grade(likelihood: float | None, severity: float | None, cutoffs: str, constants: Constants) -> Graded:
    """Grade one hazard with the cut-off set of that id.

    Raises:
        NotGradable: a factor is missing or not a whole number from 1 to 5 (``missing_l``, ``bad_s`` and so on).
        NotFound: there is no such set of LS cut-offs (code ``unknown_cutoffs`` or ``unknown_constant``).
    """
    given = {"l": likelihood, "s": severity}
    for letter, value in given.items():
        name = letter.upper()
        if value is None:
            raise NotGradable(
                f"缺 {name}，不予分级", f"{name} is missing, not gradable", code=f"missing_{letter}"
            )
        if isinstance(value, bool) or value not in FACTORS:
            raise NotGradable(
                f"{name} = {value!r} 应为 1 到 5 的整数",
                f"{name} = {value!r} should be a whole number from 1 to 5",
                code=f"bad_{letter}",
            )
    first, second = (np.array([value], dtype=np.float64) for value in given.values())
    return grade_many(first, second, cutoffs, constants).one(METHOD, given | {"cutoffs": cutoffs})


def _sentence(x: float, y: float, r: float, colour: float) -> Text:
    return outcome(f"L×S = {x:g}×{y:g} = {r:g}", f"L x S = {x:g} x {y:g} = {r:g}", colour)
