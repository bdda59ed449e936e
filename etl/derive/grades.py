"""Grades of hazard sources, from what their file says: the method, the inputs and the reason go with each grade."""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.grading import firm, gb18218
from layers.grading.colours import COLOUR_OF_GB18218
from layers.grading.grade import Grade
from layers.model import Text

INPUTS = ("inventory", "residents_500m", "firm_score", "red_line")
COMPUTED = (
    "grade",
    "grade_reason",
    "grade_reason_en",
    "gb18218_grade",
    "s_value",
    "r_value",
    "grade_method",
    "grade_cutoffs",
)


def grade_hazards(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill the computed fields of hazard sources; what cannot be graded stays None and says why."""
    for name in COMPUTED:
        frame[name] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    by_inventory = frame["inventory"].notna()
    for at in frame.index[by_inventory]:
        _grade_installation(frame, at)
    _grade_firms(frame, ~by_inventory)
    return frame


def _grade_installation(frame: pd.DataFrame, at: Any) -> None:
    residents: Any = frame.at[at, "residents_500m"]
    frame.at[at, "grade_method"] = "gb18218"
    frame.at[at, "grade_cutoffs"] = gb18218.CUTOFFS
    if residents is None:
        _say(frame, at, Text("缺 500 米内常住人口，未评定", "residents within 500 m missing, not graded"))
        return
    try:
        result = gb18218.assess(gb18218.parse_inventory(str(frame.at[at, "inventory"])), int(residents))
    except gb18218.NotGradable as error:
        _say(frame, at, Text(f"未评定：{error.zh}", f"not graded: {error.en}"))
        return
    frame.at[at, "s_value"] = round(result.s, 4)
    frame.at[at, "r_value"] = round(result.r, 4)
    frame.at[at, "gb18218_grade"] = result.grade
    _say(frame, at, result.reason)
    if result.grade is not None:
        frame.at[at, "grade"] = int(COLOUR_OF_GB18218[result.grade])


def _grade_firms(frame: pd.DataFrame, firms: pd.Series) -> None:
    scored = frame[firms & (frame["firm_score"].notna() | frame["red_line"].eq(True))]
    grades = [
        firm.grade_of_score(score, red_line=bool(line))
        for score, line in zip(scored["firm_score"], scored["red_line"], strict=True)
    ]
    frame.loc[scored.index, "grade"] = pd.Series(
        [None if g is None else int(g) for g in grades], scored.index, dtype=object
    )
    frame.loc[scored.index, "grade_method"] = "firm"
    frame.loc[scored.index, "grade_cutoffs"] = firm.CUTOFFS
    reasons = [
        _why(g, s, bool(r)) for g, s, r in zip(grades, scored["firm_score"], scored["red_line"], strict=True)
    ]
    frame.loc[scored.index, "grade_reason"] = pd.Series([r.zh for r in reasons], scored.index, dtype=object)
    frame.loc[scored.index, "grade_reason_en"] = pd.Series(
        [r.en for r in reasons], scored.index, dtype=object
    )


def _say(frame: pd.DataFrame, at: Any, reason: Text) -> None:
    frame.at[at, "grade_reason"] = reason.zh
    frame.at[at, "grade_reason_en"] = reason.en


def _why(grade: Grade | None, score: float | None, red_line: bool) -> Text:
    if red_line:
        return Text("存在直接判定为重大风险（红色）的情形", "a situation that makes a firm red outright")
    if grade is None:
        return Text("企业评估得分不可用，未评定", "the firm score cannot be used, not graded")
    return Text(
        f"企业评估得分 {score:g} → {grade.text.zh}", f"firm score {score:g} -> {grade.text.en.lower()}"
    )
