"""Grading what is sent, and the table of constants, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

ACETONE = {"cas": "67-64-1", "class": "w5.3", "tonnes": 9000}
CL2, NH3 = {"cas": "7782-50-5", "tonnes": 12}, {"cas": "7664-41-7", "tonnes": 20}


def test_the_example_of_the_standard_comes_out_with_its_sentence_and_its_cut_offs(client: TestClient) -> None:
    sent = {"inventory": [CL2, NH3], "residents_500m": 60}
    answer = client.post("/api/grading/gb18218", json=sent).json()
    assert (answer["grade"], answer["figures"]["s"], answer["figures"]["r"]) == (3, 4.4, 20.4)
    assert answer["label"]["zh"] == "3 级重大危险源"
    assert answer["cutoffs"]["id"] == "gb18218-2018"
    assert answer["cutoffs"]["confirmed"] is False
    assert "R = 20.4" in answer["reason"]["en"]


@pytest.mark.parametrize(
    ("method", "sent", "grade", "cutoffs"),
    [
        ("lec", {"l": 10, "e": 6, "c": 7}, 1, "lec"),
        ("ls", {"l": 4, "s": 4}, 2, "ls-general"),
        ("ls", {"l": 2, "s": 2, "cutoffs": "ls-shandong"}, 4, "ls-shandong"),
        ("ls", {"l": 2, "s": 2, "industry": "纺织"}, 3, "ls-general"),
        ("firm", {"score": 95}, 4, "chemical-firm-2018"),
        ("firm", {"score": 95, "red_lines": [4]}, 1, "chemical-firm-2018"),
        ("park", {"score": 84.9}, 3, "chemical-park-2023"),
        ("gb18218", {"inventory": [{"cas": "7782-50-5", "tonnes": 1}], "residents_500m": 9}, None, "gb18218-2018"),
        ("gb18218", {"inventory": [ACETONE], "residents_500m": 9}, 4, "gb18218-2018"),
    ],
)  # fmt: skip
def test_each_method_answers_with_grade_and_cut_off_set(
    method: str, sent: dict[str, Any], grade: int | None, cutoffs: str, client: TestClient
) -> None:
    answer = client.post(f"/api/grading/{method}", json=sent).json()
    assert (answer["grade"], answer["method"], answer["cutoffs"]["id"]) == (grade, method, cutoffs)
    assert answer["reason"]["zh"]
    assert answer["reason"]["en"]


@pytest.mark.parametrize(
    ("method", "sent", "code"),
    [
        ("gb18218", {"inventory": [], "residents_500m": 1}, "missing_inventory"),
        ("gb18218", {"inventory": [CL2]}, "missing_residents"),
        ("gb18218", {"inventory": [CL2], "residents_500m": -1}, "bad_residents"),
        (
            "gb18218",
            {"inventory": [{"cas": "67-64-1", "tonnes": 3}], "residents_500m": 1},
            "unknown_substance",
        ),
        ("gb18218", {"inventory": [{"cas": "7782-50-5"}], "residents_500m": 1}, "missing_quantity"),
        ("gb18218", {"inventory": [{"cas": "7782-50-5", "tonnes": -3}], "residents_500m": 1}, "bad_quantity"),
        ("lec", {"l": 10, "e": 6}, "missing_c"),
        ("lec", {"l": 4, "e": 6, "c": 1}, "bad_l"),
        ("ls", {"l": 6, "s": 1}, "bad_l"),
        ("ls", {"l": 1, "s": 1, "cutoffs": "nowhere"}, "unknown_cutoffs"),
        ("ls", {"l": 1, "s": 1, "cutoffs": "ls-nowhere"}, "unknown_constant"),
        ("ls", {"l": 5, "s": 5, "cutoffs": "lec"}, "unknown_cutoffs"),
        ("firm", {}, "missing_score"),
        ("firm", {"score": 101}, "bad_score"),
        ("firm", {"red_lines": [9]}, "bad_red_line"),
        ("park", {"score": -1}, "bad_score"),
        ("park", {"scores": 1}, "bad_request"),
        ("park", {"score": True}, "bad_request"),
        ("lec", {"l": "10", "e": 6, "c": 15}, "bad_request"),
    ],
)
def test_what_cannot_be_graded_is_a_named_error_in_both_languages(
    method: str, sent: dict[str, Any], code: str, client: TestClient
) -> None:
    answer = client.post(f"/api/grading/{method}", json=sent)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == code
    assert answer.json()["detail"] != answer.json()["detail_en"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused(number: str, client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/grading/park", content=f'{{"score": {number}}}', headers=headers)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_score"


def test_the_table_of_constants_says_what_is_not_confirmed(client: TestClient) -> None:
    answer = client.get("/api/constants").json()
    rows = {row["key"]: row for row in answer["constants"]}
    assert rows["gb18218-2018.alpha"]["confirmed"] is True
    assert rows["gb18218-2018.colour.1"]["confidence"] == "C"
    assert rows["gb18218-2018.colour.1"]["confirmed"] is False
    assert answer["unconfirmed"] == sum(not row["confirmed"] for row in rows.values()) > 0
    only = client.get("/api/constants?set=lec").json()
    assert {row["set"] for row in only["constants"]} == {"lec"}
    assert client.get("/api/constants?set=nothing").json()["code"] == "unknown_cutoffs"
    assert client.get("/api/constants?version=1").json()["constants"] == answer["constants"]
