"""What a grader answers: of one object, and of many at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.constants.model import ConstantSet
from layers.errors import BadInput
from layers.grading.grade import Grade, grade_legend
from layers.model import Text

Floats = NDArray[np.float64]


class NotGradable(BadInput):
    """The inputs do not lead to a grade; the object stays without colour, never blue. ``code`` says why."""

    code = "not_gradable"


@dataclass(frozen=True)
class Graded:
    """The grade of one object with how it came about. ``grade`` None: the rule gives none (S < 1).

    ``figures`` are what the rule computed (S, R, alpha, D …); ``label`` is the rule's own class where it has one.
    """

    grade: Grade | None
    method: str
    inputs: Mapping[str, Any]
    cutoffs: ConstantSet
    reason: Text
    figures: Mapping[str, float | int | None] = field(default_factory=dict)
    label: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """Describe the answer; ``colour`` is the tone of the legend."""
        tone = {row.value: row.colour for row in grade_legend().classes}
        words = self.grade.text if self.grade is not None else Text("不分级", "not graded")
        return {
            "grade": int(self.grade) if self.grade is not None else None,
            "word": words.as_json(),
            "colour": tone[int(self.grade) if self.grade is not None else None],
            "method": self.method,
            "inputs": dict(self.inputs),
            "figures": dict(self.figures),
            "label": self.label.as_json() if self.label else None,
            "cutoffs": self.cutoffs.as_json(),
            "reason": self.reason.as_json(),
        }


@dataclass(frozen=True)
class ManyGraded:
    """Grades of many objects, row by row: 1 to 4, NaN where there is none. ``figures`` are arrays beside them."""

    grade: Floats
    zh: NDArray[np.object_]
    en: NDArray[np.object_]
    cutoffs: ConstantSet
    figures: Mapping[str, Floats] = field(default_factory=dict)

    def one(self, method: str, inputs: Mapping[str, Any], label: Text | None = None) -> Graded:
        """Return the first row as the answer for one object."""
        figures = {name: _number(values[0]) for name, values in self.figures.items()}
        grade = None if math.isnan(self.grade[0]) else Grade(int(self.grade[0]))
        return Graded(grade, method, inputs, self.cutoffs, Text(self.zh[0], self.en[0]), figures, label)


def floats(values: ArrayLike) -> Floats:
    """Return numbers as an array; None becomes NaN."""
    return np.asarray(values, dtype=np.float64)


def number_or_refuse(value: float | None, what: Text, least: float, most: float, code: str) -> float:
    """Return a number inside its bounds.

    Raises:
        NotGradable: missing, not finite, or out of bounds.
    """
    if value is None:
        raise NotGradable(
            f"缺{what.zh}，不予分级", f"{what.en} is missing, not gradable", code=f"missing_{code}"
        )
    if isinstance(value, bool) or not math.isfinite(value) or not least <= value <= most:
        raise NotGradable(
            f"{what.zh} {value!r} 不在 {least:g} 到 {most:g} 之间",
            f"{what.en} {value!r} is not between {least:g} and {most:g}",
            code=f"bad_{code}",
        )
    return float(value)


def _number(value: float) -> float | int | None:
    number = float(value)
    return None if math.isnan(number) else int(number) if number.is_integer() else round(number, 9)
