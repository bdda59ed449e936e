"""Sheets as offices send them: titles above the header, sums and signatures below, through the whole loader."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from etl.loads.looking import inspect_file
from etl.loads.profile import Profile
from layers.errors import BadFile
from tests.etl.loads.conftest import Desk

ROWS: list[list[object]] = [
    ["2024年避灾安置场所汇总表"],
    ["填报单位：某县应急管理局", None, None, "日期：2024-05-01"],
    [],
    ["编号", "避灾点名称", "坐标", None, "级别", "容纳人数"],
    [None, None, "经度", "纬度", None, None],
    [None, None, "°", "°", None, "（人）"],
    ["B1", "东山小学", 120.15, 30.28, "村级", 120],
    ["B2", "西山小学", 120.16, 30.29, "村级", "八十"],
    ["合　计", None, None, None, None, 200],
    ["填表人：张三", None, None, "审核人：李四"],
]


def sheet(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("汇总")
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is not None:
                    page.write(line, place, cell)
    return path


def test_a_form_of_an_office_loads_and_what_is_no_data_is_named(desk: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path / "避灾点.xlsx", ROWS)
    load = desk.loader.receive(path, layer="shelter", profile=Profile(bad_rows="skip"))
    load = desk.loader.advance(load.id)
    assert not load.questions, load.questions
    (told,) = [f for f in load.findings if f.code == "header_found"]
    assert "填报单位：某县应急管理局" in told.zh
    found = desk.sql(
        "SELECT row, line, field, code, value FROM layer.load_error WHERE severity = 'error' ORDER BY row"
    )
    assert found == [
        (2, 8, "capacity", "type_bad", "八十"),
        (3, 9, "geometry", "not_a_row", "合　计"),
        (4, 10, "geometry", "not_a_row", "填表人：张三"),
    ]
    desk.loader.commit(load.id)
    assert [(row["code"], row["name"], row["capacity"], row["x"]) for row in desk.served()] == [
        ("B1", "东山小学", 120, 120.15)
    ]


def test_the_officer_may_name_the_row_and_sees_the_file_read_by_it(desk: Desk, tmp_path: Path) -> None:
    rows: list[list[object]] = [["甲表", "乙", "丙"], ["编号", "经度", "纬度"], ["B1", 120.15, 30.28]]
    path = sheet(tmp_path / "a.xlsx", rows)
    load = desk.loader.receive(path, layer="shelter", profile=Profile())
    load = desk.loader.advance(load.id)
    assert [q["code"] for q in load.questions] == ["coordinates_missing"]

    desk.loader.amend(load.id, layer=None, patch={"header_row": 3})
    load = desk.loader.advance(load.id)
    (asked,) = load.questions
    assert (asked["code"], asked["field"]) == ("header_row_bad", "header_row")

    desk.loader.amend(load.id, layer=None, patch={"header_row": 2})
    load = desk.loader.advance(load.id)
    assert load.survey is not None
    (table,) = load.survey.tables
    assert [column.name for column in table.columns] == ["编号", "经度", "纬度"]
    assert table.rows_shown == [{"编号": "B1", "经度": "120.15", "纬度": "30.28"}]
    assert load.rows_in == 1


def test_a_row_that_is_no_header_is_refused_before_anything_is_on_record(desk: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ROWS)
    with pytest.raises(BadFile) as caught:
        inspect_file(desk.loader, path, Profile(header_row=3))
    assert caught.value.code == "header_row_bad"
    (table,) = inspect_file(desk.loader, path, Profile())["tables"]
    assert (table["heading"]["row"], table["heading"]["data_row"]) == (4, 7)
