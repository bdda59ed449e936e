"""Typed columns of real files as values of fields: exact where they fit, named where they do not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from shapely import Point

from etl.loads.profile import Profile
from etl.loads.record import Load
from tests.etl.loads.conftest import Desk, shelters


def loaded(desk: Desk, path: Path, layer: str = "shelter", **profile: Any) -> Load:
    load = desk.loader.receive(path, layer=layer, profile=Profile(**profile))
    load = desk.loader.advance(load.id)
    assert not load.questions, load.questions
    desk.loader.commit(load.id)
    return desk.loader.get(load.id)


def test_numbers_yes_and_no_and_empty_cells_of_a_geopackage_keep_their_values(
    desk: Desk, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame(
        {
            "code": pd.array([330102001, 2, 3], dtype="int64"),  # codes that are numbers in the file
            "name": ["甲", "乙", "丙"],
            "level": ["county", "村级", "village"],  # codes and their titles alike
            "capacity": [5.0, 7.0, 9.0],  # whole numbers in a column of decimals
            "occupied": pd.array([1, None, 3], dtype="Int64"),
            "area_m2": [1.5, np.nan, 3.25],
            "standardised": pd.array([True, False, None], dtype="boolean"),
            "phone": [13800000000.0, None, 1.5],
        },
        geometry=[Point(120.1, 30.2), Point(120.2, 30.2), Point(120.3, 30.2)],
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "a.gpkg")
    loaded(desk, tmp_path / "a.gpkg")
    rows = {row["name"]: row for row in desk.served()}
    assert [rows[n]["code"] for n in "甲乙丙"] == ["330102001", "2", "3"]
    assert [rows[n]["level"] for n in "甲乙丙"] == ["county", "village", "village"]
    assert [rows[n]["capacity"] for n in "甲乙丙"] == [5, 7, 9]
    assert [rows[n]["occupied"] for n in "甲乙丙"] == [1, None, 3]
    assert [rows[n]["area_m2"] for n in "甲乙丙"] == [1.5, None, 3.25]
    assert [rows[n]["standardised"] for n in "甲乙丙"] == [True, False, None]
    assert [rows[n]["phone"] for n in "甲乙丙"] == ["13800000000", None, "1.5"]


def test_typed_cells_that_do_not_fit_their_field_are_named(desk: Desk, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "code": ["a", "b", "c"],
            "name": ["甲", "乙", "丙"],
            "level": "village",
            "capacity": [1.5, -4.0, np.nan],
        },
        geometry=[Point(120.1, 30.2)] * 3,
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "a.gpkg")
    load = desk.loader.receive(tmp_path / "a.gpkg", layer="shelter", profile=Profile())
    load = desk.loader.advance(load.id)
    found = [(row, code) for row, field, code, _ in desk.faults(load) if field == "capacity"]
    assert found == [(1, "type_bad"), (2, "out_of_range"), (3, "value_missing")]


def test_a_sheet_with_days_numbers_and_texts_is_read_as_it_is_shown(desk: Desk, tmp_path: Path) -> None:
    head = ["编号", "名称", "级别", "可安置人数", "规范化", "经度", "纬度"]
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet("避灾点")
        page.write_row(0, 0, head)
        page.write_row(1, 0, [330102, "甲", "村级", 50, "是", 120.1, 30.2])
        page.write_row(2, 0, ["0012", "乙", "县级", "60", "否", "120°12′00″", "30°12′00″"])
    loaded(desk, tmp_path / "a.xlsx")
    found = [(r["code"], r["name"], r["level"], r["capacity"], r["standardised"]) for r in desk.served()]
    assert found == [("0012", "乙", "county", 60, False), ("330102", "甲", "village", 50, True)]
    assert [(r["x"], r["y"]) for r in desk.served()] == [
        pytest.approx((120.2, 30.2)),
        pytest.approx((120.1, 30.2)),
    ]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("flood", "flood"),
        ("洪涝；台风", "flood;typhoon"),
        ("flood, 地震、fire", "flood;earthquake;fire"),
        (" 洪涝 ", "flood"),
        ("", None),
    ],
)
def test_a_list_of_codes_is_read_with_any_separator(cell: str, stored: str | None, desk: Desk) -> None:
    desk.load(shelters(1, hazards=cell))
    assert desk.served()[0]["hazards"] == stored


def test_codes_of_the_file_are_translated_and_others_are_named(desk: Desk) -> None:
    rows = [{**row, "level": cell} for row, cell in zip(shelters(3), ["1", "三级", "9"], strict=True)]
    load = desk.load(rows, values={"level": {"1": "county", "三级": "village"}}, bad_rows="skip")
    assert [row["level"] for row in desk.served()] == ["county", "village"]
    assert desk.faults(load) == [(3, "level", "code_unknown", "error")]


def test_a_level_is_also_understood_without_its_last_character(desk: Desk) -> None:
    desk.load([{**row, "level": cell} for row, cell in zip(shelters(3), ["县", "乡镇", "村"], strict=True)])
    assert [row["level"] for row in desk.served()] == ["county", "township", "village"]


def test_blanks_of_both_widths_are_no_value_and_no_part_of_one(desk: Desk) -> None:
    rows = [{**shelters(1)[0], "name": "\u3000避灾 点\u00a0", "address": " \u3000\t"}]
    desk.load(rows)
    assert (desk.served()[0]["name"], desk.served()[0]["address"]) == ("避灾 点", None)


def test_a_constant_fills_a_field_for_all_rows(desk: Desk) -> None:
    rows = [{k: v for k, v in row.items() if k != "level"} for row in shelters(3)]
    desk.load(rows, set={"level": "township", "standardised": True, "area_m2": 12.5})
    assert {(r["level"], r["standardised"], r["area_m2"]) for r in desk.served()} == {
        ("township", True, 12.5)
    }


def test_a_constant_that_does_not_fit_makes_every_row_bad(desk: Desk) -> None:
    load = desk.check(shelters(3), set={"level": "moon"})
    assert load.counts["bad"] == 3


def test_rows_are_chosen_by_the_words_of_a_column(desk: Desk) -> None:
    rows = [{**row, "县": cell} for row, cell in zip(shelters(4), ["甲", "乙", " 甲 ", None], strict=True)]
    load = desk.load(rows, where={"县": ["甲"]})
    assert ([row["code"] for row in desk.served()], load.counts["selected"]) == (["S0", "S2"], 2)


def test_days_and_instants_of_a_file_become_days(desk: Desk, tmp_path: Path) -> None:
    layer, field = "hazard_source", "assessed_on"
    frame = gpd.GeoDataFrame(
        {
            "code": ["a", "b"],
            "name": ["甲", "乙"],
            "kind": "firm",
            field: pd.to_datetime([datetime(2026, 1, 2, 23, 59), None]),
        },
        geometry=[Point(120.1, 30.2)] * 2,
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "a.gpkg")
    loaded(desk, tmp_path / "a.gpkg", layer)
    assert [row[field] for row in desk.served(layer)] == [date(2026, 1, 2), None]
