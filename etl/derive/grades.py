"""Grades of hazard sources, from what their file says: the method, the inputs and the reason go with each grade."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from layers.grading import firm, gb18218
from layers.grading.colours import COLOUR_OF_GB18218
from layers.grading.grade import Grade

COMPUTED = ("grade", "grade_reason", "gb18218_grade", "s_value", "r_value", "grade_method", "grade_cutoffs")


def grade_hazards(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill the computed fields of hazard sources; what cannot be graded stays None and says why."""
    for name in COMPUTED:
        frame[name] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    by_inventory = frame["inventory"].notna()
    for at in frame.index[by_inventory]:
        _grade_installation(frame, at)
    _grade_firms(frame, ~by_inventory)
    return frame


def _grade_installation(frame: gpd.GeoDataFrame, at: Any) -> None:
    residents: Any = frame.at[at, "residents_500m"]
    frame.at[at, "grade_method"] = "gb18218"
    frame.at[at, "grade_cutoffs"] = gb18218.CUTOFFS
    if residents is None:
        frame.at[at, "grade_reason"] = "缺 500 米内常住人口，未评定"
        return
    try:
        result = gb18218.assess(gb18218.parse_inventory(str(frame.at[at, "inventory"])), int(residents))
    except gb18218.NotGradable as error:
        frame.at[at, "grade_reason"] = f"未评定：{error.zh}"
        return
    frame.at[at, "s_value"] = round(result.s, 4)
    frame.at[at, "r_value"] = round(result.r, 4)
    frame.at[at, "gb18218_grade"] = result.grade
    frame.at[at, "grade_reason"] = result.reason.zh
    if result.grade is not None:
        frame.at[at, "grade"] = int(COLOUR_OF_GB18218[result.grade])


def _grade_firms(frame: gpd.GeoDataFrame, firms: pd.Series) -> None:
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
    frame.loc[scored.index, "grade_reason"] = pd.Series(
        [
            _why(g, s, bool(r))
            for g, s, r in zip(grades, scored["firm_score"], scored["red_line"], strict=True)
        ],
        scored.index,
        dtype=object,
    )


def _why(grade: Grade | None, score: float | None, red_line: bool) -> str:
    if red_line:
        return "存在直接判定为重大风险（红色）的情形"
    return f"企业评估得分 {score:g} → {grade.text.zh if grade else '未评定'}"
