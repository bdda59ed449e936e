"""Codes of divisions: what they mean at a date, and what became of them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from layers.admin_codes import admin_codes, check_code, ground_of, normal_code

IN_USE = {code for code, entry in admin_codes().items() if entry.level == "county" and entry.until is None}


def test_the_table_knows_every_county_of_the_official_list(real_data: Path) -> None:
    with (real_data / "zj_admin_codes_2023.csv").open(encoding="utf-8") as file:
        official = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert official.keys() == IN_USE
    assert {code: admin_codes()[code].name for code in official} == official


def test_every_successor_is_in_use_today() -> None:
    for entry in admin_codes().values():
        assert {*entry.successors, *entry.ground_successors} <= IN_USE, entry.code
        assert (entry.until is None) or entry.successors, entry.code
        assert entry.since is None or entry.until is None or entry.since < entry.until


@pytest.mark.parametrize(
    ("code", "successors"),
    [
        ("330103", ("330105",)),
        ("330104", ("330102", "330114")),
        ("330183", ("330111",)),
        ("330204", ("330212",)),
        ("330322", ("330305",)),
        ("330621", ("330603", "330602")),
        ("331021", ("331083",)),
        ("332525", ("331126",)),
    ],
)
def test_a_retired_code_names_its_successors(code: str, successors: tuple[str, ...]) -> None:
    verdict = check_code(code)
    assert (verdict.status, verdict.successors) == ("retired", successors)
    assert successors[0] in verdict.zh


def test_a_code_that_kept_its_number_over_other_ground_depends_on_the_date() -> None:
    before = check_code("330110", date(2019, 6, 30))
    assert (before.status, before.successors) == ("same_number_other_ground", ("330110", "330113"))
    assert "2021-04" in before.en
    assert check_code("330110", date(2022, 1, 1)).status == "current"
    assert check_code("330110").status == "current"


def test_a_code_younger_than_the_data_cannot_be_meant() -> None:
    verdict = check_code("330113", date(2019, 6, 30))
    assert verdict.status == "unknown"
    assert "2021-04" in verdict.zh


@pytest.mark.parametrize("code", ["330199", "110101", "", "abc"])
def test_a_code_of_elsewhere_is_unknown(code: str) -> None:
    assert check_code(code).status == "unknown"


def test_the_ground_of_old_and_new_codes_meets() -> None:
    assert ground_of("330103") & ground_of("330105")
    assert ground_of("330110") & ground_of("330113")
    assert not ground_of("330106") & ground_of("330105")
    assert ground_of("330371") == {"330303"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("330106", "330106"), (" 330106.0 ", "330106"), ("330106003", "330106"), ("330106003012", "330106"),
     ("3301", None), ("33010600", None), ("", None), ("西湖区", None)],
)  # fmt: skip
def test_the_county_is_read_from_any_spelling_of_a_code(text: str, code: str | None) -> None:
    assert normal_code(text) == code
