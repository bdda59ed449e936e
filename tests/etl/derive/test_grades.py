"""Grades of whole tables: the worst of all methods that a row has the inputs of, and never a blue for nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from etl.derive.grades import INPUTS, PARK_INPUTS, grade_hazards, grade_parks
from layers.constants.shipped import shipped

CHLORINE = "7782-50-5"


def graded(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    frame = pd.DataFrame(
        [{name: row.get(name) for name in INPUTS} for row in rows], columns=list(INPUTS), dtype=object
    )
    result: list[dict[str, Any]] = grade_hazards(frame, shipped()).to_dict("records")
    return result


def test_each_method_grades_the_rows_that_have_its_inputs() -> None:
    rows = graded(
        {"inventory": f"{CHLORINE}:12;7664-41-7:20", "residents_500m": 60},
        {"lec_l": 10, "lec_e": 6, "lec_c": 7},
        {"ls_l": 4, "ls_s": 4},
        {"firm_score": 74.9},
    )
    assert [(r["grade"], r["grade_method"], r["grade_cutoffs"]) for r in rows] == [
        (3, "gb18218", "gb18218-2018@1"),
        (1, "lec", "lec@1"),
        (2, "ls", "ls-general@1"),
        (2, "firm", "chemical-firm-2018@1"),
    ]
    assert (rows[0]["s_value"], rows[0]["r_value"], rows[0]["gb18218_grade"]) == (4.4, 20.4, 3)


def test_the_worst_method_decides_and_the_reason_names_both() -> None:
    row = graded({"inventory": f"{CHLORINE}:5", "residents_500m": 0, "firm_score": 95, "red_line": True})[0]
    assert (row["grade"], row["grade_method"], row["gb18218_grade"]) == (1, "firm", 4)
    assert row["grade_reason"].startswith("存在直接判定为重大风险")
    assert "4 级重大危险源" in row["grade_reason"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "没有评定资料"),
        ({"inventory": f"{CHLORINE}:12"}, "缺 500 米内常住人口"),
        ({"inventory": f"{CHLORINE}:12", "residents_500m": -1}, "未评定"),
        ({"inventory": "1-2-3:4", "residents_500m": 3}, "不是 CAS 号"),
        ({"inventory": f"{CHLORINE}:-4", "residents_500m": 3}, "不合理"),
        ({"inventory": f"{CHLORINE}:1", "residents_500m": 3}, "不构成重大危险源"),
        ({"lec_l": 10, "lec_e": 6}, "数值不可用"),
        ({"ls_l": 9, "ls_s": 1}, "数值不可用"),
        ({"firm_score": 101}, "数值不可用"),
    ],
)
def test_what_cannot_be_graded_has_no_colour_and_says_why(row: dict[str, Any], said: str) -> None:
    found = graded(row)[0]
    assert found["grade"] is None
    assert said in found["grade_reason"]


def test_a_method_that_fails_does_not_hide_one_that_works() -> None:
    row = graded({"inventory": "1-2-3:4", "residents_500m": 3, "firm_score": 50})[0]
    assert (row["grade"], row["grade_method"]) == (1, "firm")
    assert "不是 CAS 号" in row["grade_reason"]


def test_no_rows_are_no_grades() -> None:
    assert graded() == []


def test_parks_get_their_class_and_those_without_a_score_none() -> None:
    frame = pd.DataFrame({name: [59.9, 85, None, 120] for name in PARK_INPUTS}, dtype=object)
    rows = grade_parks(frame, shipped()).to_dict("records")
    assert [(r["grade"], r["park_class"]) for r in rows] == [(1, "A"), (4, "D"), (None, None), (None, None)]
    assert "没有评定资料" in rows[2]["grade_reason"]
