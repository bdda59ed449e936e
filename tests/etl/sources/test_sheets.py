from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from etl.sources.members import Member
from etl.sources.model import LIMITS, ReadOptions
from etl.sources.sheets import SheetTable, cell_text, check_workbook, sheets_of
from layers.errors import BadFile
from tests.etl.sources.making import read


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Member:
    book = xlsxwriter.Workbook(path)
    date, moment = (
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    )
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(r, c, value, moment)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(r, c, dt.datetime.combine(value, dt.time()), date)
                elif value is not None:
                    sheet.write(r, c, value)
    book.close()
    return Member("表.xlsx", "xlsx", path)


def rows(table: SheetTable) -> list[tuple[object, ...]]:
    found = pa.Table.from_batches(list(table.batches())).to_pylist()
    return [tuple(row[key] for key in row if key == "_row" or key.startswith("c")) for row in found]


def test_values_become_the_text_a_person_sees(tmp_path: Path) -> None:
    header = ["文字", "整数", "小数", "真假", "日期", "时刻", "公式"]
    values = ["避灾点", 5, 0.1, True, dt.date(2025, 11, 16), dt.datetime(2025, 11, 16, 8, 30), "=1+1"]
    member = workbook(tmp_path / "data.xlsx", {"一": [header, values]})
    check_workbook(member, LIMITS)
    table = SheetTable(member, "一", "表.xlsx", ReadOptions())
    assert rows(table) == [(1, "避灾点", "5", "0.1", "TRUE", "2025-11-16", "2025-11-16 08:30:00", "0")]


def test_a_row_knows_the_row_of_the_sheet(tmp_path: Path) -> None:
    content: list[list[object]] = [[], ["名称"], ["甲"], [], ["乙"]]
    table = SheetTable(workbook(tmp_path / "data.xlsx", {"一": content}), "一", "表.xlsx", ReadOptions())
    found = pa.Table.from_batches(list(table.batches())).to_pylist()
    assert [(row["_row"], row["_line"], row["c1"]) for row in found] == [(1, 3, "甲"), (3, 5, "乙")]


def test_the_header_is_the_first_row_with_anything_in_it(tmp_path: Path) -> None:
    content: list[list[object]] = [
        [],
        [],
        ["名称", None, "名称"],
        ["甲", 1, 2],
        [],
        ["乙", "  ", None],
        [None],
    ]
    table = SheetTable(workbook(tmp_path / "data.xlsx", {"一": content}), "一", "表.xlsx", ReadOptions())
    assert [column.name for column in table.facts.columns] == ["名称", "列2", "名称_2"]
    assert rows(table) == [(1, "甲", "1", "2"), (3, "乙", None, None)]


def test_titles_above_a_header_leave_the_rows_of_the_sheet_right(tmp_path: Path) -> None:
    content: list[list[object]] = [
        ["汇总表"],
        [],
        ["填报单位：某局", None, "日期：2024-05-01"],
        ["名称", "经度", "纬度"],
        ["甲", 120.1, 30.1],
        [],
        ["合　计", None, None],
    ]
    table = SheetTable(workbook(tmp_path / "data.xlsx", {"一": content}), "一", "表.xlsx", ReadOptions())
    assert (table.facts.heading.row, table.facts.heading.data_row) == (4, 5)  # type: ignore[union-attr]
    found = pa.Table.from_batches(list(table.batches())).to_pylist()
    assert [(row["_row"], row["_line"], row["c1"], row["_fault"]) for row in found] == [
        (1, 5, "甲", None),
        (3, 7, "合　计", "not_a_row:合　计"),
    ]


def test_a_cell_merged_downward_stands_for_each_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一")
        sheet.merge_range(0, 0, 0, 2, "汇总")
        sheet.write_row(1, 0, ["县区", "经度", "纬度"])
        sheet.merge_range(2, 0, 3, 0, "西湖区")
        for row, north in ((2, 30.1), (3, 30.2), (4, 30.3)):
            sheet.write_row(row, 1, [120.1, north])
    table = SheetTable(Member("表.xlsx", "xlsx", path), "一", "表.xlsx", ReadOptions())
    assert rows(table) == [
        (1, "西湖区", "120.1", "30.1"),
        (2, "西湖区", "120.1", "30.2"),
        (3, None, "120.1", "30.3"),
    ]
    assert [finding.code for finding in table.findings()] == ["cells_merged"]


@pytest.mark.parametrize("name", ["旧版.xls", "改名.xls"])
def test_workbooks_of_excel_97_are_read_and_those_of_today_under_that_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "旧版.xls":
        path.write_bytes((Path(__file__).parent / "excel97.xls").read_bytes())
    else:
        content: list[list[object]] = [["统计表"], ["编号", "经度", "纬度"], ["B001", 120.151, 30.281]]
        path.write_bytes(workbook(tmp_path / "data.xlsx", {"Sheet1": content}).path.read_bytes())
    facts, found, _ = read(path)
    assert facts.columns[0].name == "编号"
    assert found.column("c1")[0].as_py() == "B001"
    assert facts.geometry == "point"
    assert found.column("_line")[0].as_py() == 3


def test_sheets_without_cells_are_no_tables(tmp_path: Path) -> None:
    member = workbook(tmp_path / "data.xlsx", {"空": [], "满": [["a"], ["1"]]})
    assert sheets_of(member) == ["满"]
    with pytest.raises(BadFile) as caught:
        sheets_of(workbook(tmp_path / "none.xlsx", {"空": []}))
    assert caught.value.code == "empty_file"


def test_coordinates_in_a_sheet_may_be_numbers_or_angles(tmp_path: Path) -> None:
    content: list[list[object]] = [["经度", "纬度"], [120.5, 30], ["120-09-00", "30度16分48秒"], ["x", 1]]
    table = SheetTable(workbook(tmp_path / "data.xlsx", {"一": content}), "一", "表.xlsx", ReadOptions())
    found = pa.Table.from_batches(list(table.batches()))
    assert found.column("_wkb").null_count == 1
    assert found.column("_fault").to_pylist() == [None, None, "coordinate_bad:x"]


def test_what_is_no_workbook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    for check in (lambda m: check_workbook(m, LIMITS), sheets_of):
        with pytest.raises(BadFile) as caught:
            check(Member("表.xlsx", "xlsx", path))
        assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None), ("", None), ("  ", None), (" a ", " a "), (True, "TRUE"), (3.0, "3"), (0.1, "0.1"),
        (1e22, "1e+22"),
        (330102, "330102"), (dt.date(2025, 1, 2), "2025-01-02"), (dt.datetime(2025, 1, 2), "2025-01-02"),
        (dt.datetime(2025, 1, 2, 3, 4), "2025-01-02 03:04:00"), (dt.time(3, 4), "03:04:00"),
    ],
)  # fmt: skip
def test_cells_as_text(value: object, text: str | None) -> None:
    assert cell_text(value) == text
