from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.heading import Header, Line, read_header
from etl.sources.model import ReadOptions
from layers.errors import BadFile

KNOWN = ["名称", "编号", "经度", "纬度", "容量", "地址", "负责人电话", "name", "lon", "lat"]
DATA = [["A1", "东山小学", "120.15", "30.28", "120"], ["A2", "西山小学", "120.16", "30.29", "80"]]
NAMES = ["编号", "名称", "经度", "纬度", "容量"]


def header(rows: list[list[str]], **asked: int) -> Header:
    lines = [Line(at, at, cells) for at, cells in enumerate(rows, 1) if any(cells)]
    return read_header("表.xlsx", lines, ReadOptions(known=KNOWN, **asked))


def test_a_header_in_the_first_row_is_taken_without_a_word() -> None:
    found = header([NAMES, *DATA])
    assert (found.names, found.skipped, found.recognised, found.findings) == (NAMES, 1, False, [])
    assert (found.heading.row, found.heading.data_row) == (1, 2)


def test_titles_and_form_lines_above_the_header_are_passed_over_and_told() -> None:
    form = ["填报单位：杭州市应急管理局", "", "", "日期：2024-05-01", "单位：人"]
    found = header([["2024年避灾安置场所汇总表", "", "", "", ""], form, [""] * 5, NAMES, *DATA])
    assert (found.names, found.skipped, found.heading.row, found.heading.data_row) == (NAMES, 4, 4, 5)
    assert found.heading.above == ["2024年避灾安置场所汇总表", " ".join(cell for cell in form if cell)]
    (told,) = found.findings
    assert told.code == "header_found"
    assert "第 4 行" in told.zh
    assert "填报单位：杭州市应急管理局" in told.zh


def test_names_nobody_knows_are_a_header_over_columns_of_numbers() -> None:
    found = header([["某某情况表", "", ""], ["甲项", "乙项", "丙项"], ["东", "西", "12"]])
    assert (found.names, found.skipped) == (["甲项", "乙项", "丙项"], 2)
    assert "数字" in found.heading.why.zh


def test_groups_over_parts_give_names_that_can_be_matched() -> None:
    rows = [
        ["汇总表", "", "", "", "", ""],
        ["名称", "坐标", "", "负责人", "", "容量"],
        ["", "经度", "纬度", "姓名", "电话", ""],
        ["东山小学", "120.15", "30.28", "王五", "13800000000", "120"],
    ]
    found = header(rows)
    assert found.names == ["名称", "经度", "纬度", "负责人·姓名", "负责人·电话", "容量"]
    assert (found.skipped, found.heading.row, found.heading.data_row) == (3, 2, 4)


@pytest.mark.parametrize(
    "beneath",
    [
        ["", "", "°", "°", "（人）"],
        ["code", "name", "lon", "lat", "capacity"],
        ["栏次", "1", "2", "3", "4"],
        ["甲", "乙", "1", "2", "3"],
        ["甲", "乙", "丙", "1", "2"],
        ["栏次", "甲", "1.0", "2.0", "3.0"],
        ["（1）", "（2）", "（3）", "（4）", "（5）"],
        ["①", "②", "③", "④", "⑤"],
    ],
    ids=[
        "units",
        "codes",
        "said",
        "one by words",
        "more by words",
        "said and by words",
        "in brackets",
        "in circles",
    ],
)
def test_units_field_codes_and_numbers_of_columns_beneath_the_names_are_no_data(beneath: list[str]) -> None:
    found = header([NAMES, beneath, *DATA])
    assert (found.names, found.skipped, found.heading.data_row) == (NAMES, 2, 3)
    assert found.heading.beneath == [" ".join(cell for cell in beneath if cell)]


def test_data_that_looks_like_units_or_codes_stays_data() -> None:
    assert header([["甲", "乙"], ["人", "个"], ["户", "处"]]).skipped == 1
    assert header([["name", "lon"], ["name", "lat"], ["a", "b"]]).skipped == 1
    assert header([["编号", "经度", "纬度"], ["1", "2", "3"], ["2", "3", "4"]]).skipped == 1
    assert header([["名称", "一", "二"], ["甲", "1", "2"], ["乙", "2", "3"]]).skipped == 1
    assert header([NAMES, ["1", "2", "3", "4", "6"], *DATA]).skipped == 1
    assert header([NAMES, ["甲", "乙", "丙", "丁", "1"], *DATA]).skipped == 1


def test_units_and_numbers_of_columns_may_stand_beneath_each_other() -> None:
    found = header([NAMES, ["", "", "度", "度", "人"], ["甲", "乙", "1", "2", "3"], *DATA])
    assert (found.skipped, found.heading.data_row) == (3, 4)
    assert found.heading.beneath == ["度 度 人", "甲 乙 1 2 3"]


def test_where_no_row_reads_like_names_it_is_the_first() -> None:
    assert header([["说明", "", ""], ["1", "2", "3"], ["4", "5", "6"]]).names == ["说明"]


def test_the_officer_names_the_rows() -> None:
    rows = [["一", "二", "三"], ["甲项", "乙项", "丙项"], ["个", "人", "丁"], ["1", "2", "3"]]
    assert header(rows, header_row=2).names == ["甲项", "乙项", "丙项"]
    found = header(rows, header_row=2, data_row=4)
    assert (found.skipped, found.heading.beneath) == (3, ["个 人 丁"])
    grouped = [["甲", "子", "", "乙"], ["", "丑", "寅", ""], ["x", "1", "2", "3"]]
    assert header(grouped).names == ["甲", "子", "列3", "乙"]
    assert header(grouped, header_row=1, data_row=3).names == ["甲", "子·丑", "子·寅", "乙"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"header_row": 2}, "header_row"),
        ({"header_row": 9}, "header_row"),
        ({"header_row": 5}, "header_row"),
        ({"header_row": 3, "data_row": 3}, "data_row"),
        ({"data_row": 2}, "data_row"),
        ({"data_row": 99}, "data_row"),
    ],
)
def test_rows_that_cannot_be_a_header_are_refused(asked: dict[str, int], field: str) -> None:
    rows = [
        ["标题", "", ""],
        ["", "", ""],
        ["编号", "经度", "纬度"],
        ["A", "120.1", "30.1"],
        ["7", "120.2", "30.2"],
    ]
    with pytest.raises(BadFile) as caught:
        header(rows, **asked)
    assert (caught.value.code, caught.value.where["field"]) == ("header_row_bad", field)


WORD = st.text("避灾安置场所名称地址级别", min_size=1, max_size=6)
TITLES = st.sampled_from(
    [
        ["2024年避灾安置场所汇总表"],
        ["填报单位：某县", "", "", "日期：2024年5月"],
        ["填表人：", "张三", "联系电话：", "0571-88888888"],
        ["附件1"],
        [],
    ]
)


@given(
    titles=st.lists(TITLES, max_size=4),
    names=st.lists(WORD, min_size=4, max_size=8, unique=True),
    data=st.lists(st.integers(0, 9999), min_size=1, max_size=12),
    units=st.booleans(),
)
def test_the_header_is_found_under_whatever_an_office_puts_above_it(
    titles: list[list[str]], names: list[str], data: list[int], units: bool
) -> None:
    table = [[*(f"某处{n}" for _ in names[1:]), str(n)] for n in data]
    beneath = [[*[""] * (len(names) - 1), "人"]] if units else []
    found = header([*titles, names, *beneath, *table])
    assert (found.names, found.heading.row) == (names, len(titles) + 1)
    assert found.skipped == len(titles) + 1 + len(beneath)
    assert found.heading.above == [" ".join(filter(None, row)) for row in titles if any(row)]


@given(
    names=st.lists(st.text(min_size=1, max_size=6).filter(str.strip), min_size=2, max_size=6),
    rows=st.lists(st.lists(st.text("甲乙1.9", max_size=4), min_size=2, max_size=6), max_size=6),
)
def test_a_filled_first_row_is_the_header_as_it_always_was(names: list[str], rows: list[list[str]]) -> None:
    names = [name.strip().replace("：", "").replace(":", "") or "x" for name in names]
    found = header([names, *(row[: len(names)] for row in rows)])
    assert (found.skipped, found.heading.row, found.recognised) == (1, 1, False)
