"""Bad rows: all are named, none is lost, and they come back mended, alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import python_calamine
import xlsxwriter
from pyproj import Transformer

from etl.loads.export import LINE, ROW, WHY, X, Y, export_faults
from etl.loads.faults import RowsRefused, count_faults
from etl.loads.fix import receive_fix
from etl.loads.profile import Profile
from etl.loads.record import Load
from layers.errors import BadFile, BadInput, Conflict
from tests.etl.loads.conftest import Desk, Row, shelters


def spoilt(count: int = 6) -> list[Row]:
    """Good rows but for S1 (capacity) and S3 (level, place)."""
    rows = shelters(count)
    rows[1]["capacity"] = "=cmd|' /C calc'!A0"
    rows[3] |= {"level": "hamlet", "x": 0.0, "y": 0.0}
    return rows


def exported(desk: Desk, load: Load, kind: str, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    with desk.loader.engine.connect() as connection:
        return export_faults(connection, desk.loader.registry, load, kind, folder)


def sheet(path: Path) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def written(path: Path, table: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("待修正")
        for at, row in enumerate(table):
            page.write_row(at, 0, row)
    return path


def test_every_fault_is_on_record_and_the_load_says_so(desk: Desk) -> None:
    load = desk.check(spoilt())
    assert desk.faults(load) == [
        (2, "capacity", "type_bad", "error"),
        (4, "geometry", "out_of_range", "error"),
        (4, "level", "code_unknown", "error"),
    ]
    assert (load.counts["bad"], load.counts["new"], load.counts["selected"]) == (2, 4, 6)
    with pytest.raises(RowsRefused) as caught:
        desk.loader.commit(load.id)
    assert [fault.row for fault in caught.value.faults] == [2, 4, 4]
    assert "数据第 2 行，文件第 3 行" in caught.value.zh
    assert "data row 2; line 3 of the file" in caught.value.en
    assert desk.served() == []
    assert desk.loader.get(load.id).state == "checked"


def test_the_good_rows_can_be_loaded_without_the_bad_ones(desk: Desk) -> None:
    load = desk.load(spoilt(), bad_rows="skip")
    assert [row["code"] for row in desk.served()] == ["S0", "S2", "S4", "S5"]
    assert (load.rows_in, load.rows_loaded, load.rows_refused) == (6, 4, 2)
    kept = desk.sql("SELECT row, cells->>'capacity', shape IS NOT NULL FROM layer.load_bad_row ORDER BY row")
    assert kept == [(2, "=cmd|' /C calc'!A0", True), (4, "53", True)]


def test_a_table_without_a_good_row_is_refused_even_when_bad_rows_may_be_left_out(desk: Desk) -> None:
    load = desk.check([spoilt()[1], spoilt()[3]], bad_rows="skip")
    with pytest.raises(RowsRefused):
        desk.loader.commit(load.id)


def test_the_first_row_of_a_repeated_key_stands(desk: Desk) -> None:
    rows = [*shelters(3), {**shelters(1)[0], "name": "又一个"}]
    load = desk.load(rows, bad_rows="skip")
    assert desk.faults(load) == [(4, "code", "key_duplicate", "error")]
    assert desk.served()[0]["name"] == "避灾点0"
    [(zh, en)] = desk.sql("SELECT zh, en FROM layer.load_error")
    assert (zh, en) == (
        "与数据第 1 行（文件第 2 行）主键重复",
        "repeats the key of data row 1 (line 2 of the file)",
    )


def test_a_bad_row_does_not_take_the_key_of_a_good_one(desk: Desk) -> None:
    rows = [{**shelters(1)[0], "level": "x"}, shelters(1)[0]]
    load = desk.load(rows, bad_rows="skip")
    assert [fault[0] for fault in desk.faults(load)] == [1]
    assert len(desk.served()) == 1


def test_faults_are_counted_by_kind(desk: Desk) -> None:
    load = desk.check([{**row, "level": "x"} for row in shelters(30)])
    with desk.loader.engine.connect() as connection:
        [kind] = count_faults(connection, load.id)
    assert (kind["field"], kind["code"], kind["count"]) == ("level", "code_unknown", 30)


def test_lost_characters_are_a_warning_and_the_row_loads(desk: Desk) -> None:
    rows = [{**shelters(1)[0], "name": "避灾\ufffd点"}]
    load = desk.load(rows)
    assert desk.faults(load) == [(1, "name", "enc_lossy", "warning")]
    assert (load.counts["warned"], len(desk.served())) == (1, 1)


def test_checking_again_does_not_tell_a_fault_twice(desk: Desk) -> None:
    load = desk.check(spoilt())
    desk.loader.advance(load.id)
    assert len(desk.faults(load)) == 3
    desk.loader.amend(load.id, layer=None, patch={"values": {"level": {"hamlet": "village"}}})
    desk.loader.advance(load.id)
    assert [fault[:2] for fault in desk.faults(load)] == [(2, "capacity"), (4, "geometry")]


# -- as files -----------------------------------------------------------------------------------------------------


def test_the_csv_lists_all_faults_for_a_spreadsheet_without_formulas(desk: Desk, tmp_path: Path) -> None:
    path = exported(desk, desk.check(spoilt()), "csv", tmp_path / "out")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["数据行号 row"], row["文件行号 line"], row["字段 field"]) for row in rows] == [
        ("2", "3", "capacity"),
        ("4", "5", "geometry"),
        ("4", "5", "level"),
    ]
    assert rows[0]["原值 value"].startswith("'=cmd")
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_the_sheet_to_mend_has_the_rows_as_they_stood_their_place_and_the_reasons(
    desk: Desk, tmp_path: Path
) -> None:
    head, *rows = sheet(exported(desk, desk.check(spoilt()), "xlsx", tmp_path / "out"))
    assert head == [ROW, LINE, "code", "name", "level", "capacity", X, Y, WHY]
    assert [row[:5] for row in rows] == [
        [2, 3, "S1", "避灾点1", "village"],
        [4, 5, "S3", "避灾点3", "hamlet"],
    ]
    assert rows[0][6:8] == pytest.approx([120.11, 30.2])
    assert "代码表" in rows[1][8]


def test_the_map_of_the_bad_rows_shows_where_they_lie(desk: Desk, tmp_path: Path) -> None:
    frame = gpd.read_file(exported(desk, desk.check(spoilt()), "gpkg", tmp_path / "out"))
    assert list(frame[ROW]) == [2, 4]
    assert list(frame[LINE]) == [3, 5]
    assert (frame.geometry.x[0], frame.geometry.y[0]) == pytest.approx((120.11, 30.2))
    assert frame.crs.to_epsg() in (4326, 4490)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg"])
def test_a_load_without_faults_gives_an_empty_list(kind: str, desk: Desk, tmp_path: Path) -> None:
    assert exported(desk, desk.check(shelters(2)), kind, tmp_path / "out").stat().st_size > 0


def test_another_format_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        exported(desk, desk.check(shelters(1)), "exe", tmp_path / "out")
    assert caught.value.code == "bad_format"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg"])
def test_long_names_and_unseen_characters_go_into_the_files_unharmed(
    kind: str, desk: Desk, tmp_path: Path
) -> None:
    long, cell = "列" * 300, "\x1b[2J\u202e\u200b坏\x07"
    load = desk.check([{**shelters(1)[0], "level": cell, long: "值" * 5_000}])
    path = exported(desk, load, kind, tmp_path / "out")
    if kind == "csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            assert [row["原值 value"] for row in csv.DictReader(lines)] == [cell]
    elif kind == "xlsx":
        head, row = sheet(path)
        assert row[head.index(long)] == "值" * 5_000
        assert "坏" in row[head.index("level")]
    else:
        assert gpd.read_file(path)[long][0] == "值" * 5_000


# -- mended -------------------------------------------------------------------------------------------------------


def test_mended_rows_join_the_good_ones_and_are_marked(desk: Desk, tmp_path: Path) -> None:
    first = desk.load(spoilt(), bad_rows="skip")
    head, *rows = sheet(exported(desk, first, "xlsx", tmp_path / "out"))
    rows[0][5] = "51"
    rows[1][4], rows[1][6], rows[1][7] = "村级", 120.13, 30.2
    load = receive_fix(
        desk.loader, first.id, written(tmp_path / "fix.xlsx", [head, *rows]), name="修正.xlsx", person="乙"
    )
    assert (load.kind, load.parent, load.state, load.counts["bad"], load.counts["new"]) == (
        "fix",
        first.id,
        "checked",
        0,
        2,
    )
    desk.loader.commit(load.id)
    assert len(desk.served()) == 6
    assert desk.served()[1]["capacity"] == 51
    assert desk.sql("SELECT row, mended FROM layer.load_bad_row ORDER BY row") == [(2, load.id), (4, load.id)]
    with pytest.raises(BadInput) as caught:
        receive_fix(desk.loader, first.id, tmp_path / "fix.xlsx", name="again.xlsx")
    assert caught.value.code == "nothing_to_fix"


def test_the_fix_of_one_row_leaves_the_other_to_be_mended(desk: Desk, tmp_path: Path) -> None:
    first = desk.load(spoilt(), bad_rows="skip")
    fix = tmp_path / "fix.csv"
    fix.write_text(f"{ROW},capacity\n2,51\n", encoding="utf-8")
    load = receive_fix(desk.loader, first.id, fix, name="fix.csv")
    desk.loader.commit(load.id)
    assert [row["code"] for row in desk.served()] == ["S0", "S1", "S2", "S4", "S5"]
    assert desk.served()[1]["name"] == "避灾点1"  # columns that are left out keep their value
    mended = dict(desk.sql("SELECT row, mended FROM layer.load_bad_row WHERE load = :l", l=first.id))
    assert mended == {2: load.id, 4: None}


def test_a_row_that_is_still_bad_is_refused_again_under_its_number(desk: Desk, tmp_path: Path) -> None:
    first = desk.load(spoilt(), bad_rows="skip")
    fix = tmp_path / "fix.csv"
    fix.write_text(f"{ROW},level,capacity\n4,hamlet,5\n2,village,51\n", encoding="utf-8")
    load = receive_fix(desk.loader, first.id, fix, name="fix.csv")
    assert {fault[0] for fault in desk.faults(load)} == {4}
    assert desk.sql("SELECT DISTINCT line FROM layer.load_error WHERE load = :l", l=load.id) == [(5,)]
    desk.loader.commit(load.id, patch={"bad_rows": "skip"})
    assert len(desk.served()) == 5
    mended = dict(desk.sql("SELECT row, mended FROM layer.load_bad_row WHERE load = :l", l=first.id))
    assert mended == {2: load.id, 4: None}


def test_mended_rows_are_read_in_the_system_that_the_whole_file_showed(desk: Desk, tmp_path: Path) -> None:
    """One row alone would fit several systems."""
    way = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    rows = spoilt()
    for row in rows:
        row["x"], row["y"] = way.transform(row["x"] or 120.13, row["y"] or 30.2)
    rows[3]["level"] = "village"
    first = desk.load(rows, crs=None, asked={"crs": "EPSG:4549"}, bad_rows="skip")
    fix = tmp_path / "fix.csv"
    fix.write_text(f"{ROW},capacity\n2,51\n", encoding="utf-8")
    load = receive_fix(desk.loader, first.id, fix, name="fix.csv")
    assert (load.state, load.questions) == ("checked", [])
    desk.loader.commit(load.id)
    assert (desk.served()[1]["x"], desk.served()[1]["y"]) == pytest.approx((120.11, 30.2))


def test_a_place_is_moved_by_its_coordinates_in_the_sheet(desk: Desk, tmp_path: Path) -> None:
    rows = shelters(6)
    rows[2] |= {"x": 0.0, "y": 0.0}
    first = desk.load(rows, bad_rows="skip")
    fix = tmp_path / "fix.csv"
    fix.write_text(f"{ROW},{X},{Y}\n3,120.77,30.5\n", encoding="utf-8")
    load = receive_fix(desk.loader, first.id, fix, name="fix.csv")
    desk.loader.commit(load.id)
    assert (desk.served()[2]["x"], desk.served()[2]["y"]) == pytest.approx((120.77, 30.5))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{ROW},capacity\n3,51\n", "row_unknown"),
        (f"{ROW},capacity\nx,51\n", "row_unknown"),
        (f"{ROW},capacity\n2,51\n2,52\n", "row_twice"),
        ("capacity\n51\n", "field_missing"),
    ],
)
def test_a_fix_that_does_not_name_its_rows_is_refused(
    content: str, code: str, desk: Desk, tmp_path: Path
) -> None:
    first = desk.load(spoilt(), bad_rows="skip")
    (tmp_path / "fix.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        receive_fix(desk.loader, first.id, tmp_path / "fix.csv", name="fix.csv")
    assert caught.value.code == code
    assert desk.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]


def test_a_load_that_is_not_checked_has_nothing_to_mend(desk: Desk, tmp_path: Path) -> None:
    load = desk.stage(shelters(3))
    (tmp_path / "fix.csv").write_text(f"{ROW}\n1\n", encoding="utf-8")
    with pytest.raises(Conflict) as caught:
        receive_fix(desk.loader, load.id, tmp_path / "fix.csv", name="fix.csv")
    assert caught.value.code == "not_checked"


HEAD = "编号,避灾点名称,级别,容纳人数,经度,纬度\n"


def loaded(desk: Desk, path: Path, text: str) -> Load:
    path.write_text(HEAD + text, encoding="utf-8")
    load = desk.loader.receive(path, layer="shelter", profile=Profile(bad_rows="skip"))
    load = desk.loader.advance(load.id)
    assert not load.questions, load.questions
    desk.loader.commit(load.id)
    return desk.loader.get(load.id)


def test_a_nul_in_a_cell_goes_and_is_told_and_the_row_loads(desk: Desk, tmp_path: Path) -> None:
    load = loaded(
        desk, tmp_path / "a.csv", "A1,安置\0点,village,50,120.2,30.2\nA2,安置点乙,village,60,120.3,30.2\n"
    )
    assert (load.state, load.counts["bad"]) == ("loaded", 0)
    assert [row["name"] for row in desk.served()] == ["安置点", "安置点乙"]
    assert "text_nul" in [finding.code for finding in load.findings]


def test_a_coordinate_that_could_not_be_read_is_mended_in_its_own_column(desk: Desk, tmp_path: Path) -> None:
    load = loaded(desk, tmp_path / "a.csv", "A1,甲点,village,50,abc,30.2\nA2,乙点,village,60,120.3,30.2\n")
    assert load.counts["bad"] == 1
    mended = tmp_path / "fixed.csv"
    mended.write_text("数据行号 row,经度\n1,120.25\n", encoding="utf-8")
    fixed = receive_fix(desk.loader, load.id, mended, name="fixed.csv")
    assert (fixed.state, fixed.counts["bad"]) == ("checked", 0)
    desk.loader.commit(fixed.id)
    assert [(row["code"], row["x"]) for row in desk.served()] == [("A1", 120.25), ("A2", 120.3)]
