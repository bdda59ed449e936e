from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.delimited import DelimitedTable
from etl.sources.members import Member
from etl.sources.model import ReadOptions
from layers.errors import BadFile

PLAIN = ReadOptions()


def opened(folder: Path, content: str | bytes, options: ReadOptions = PLAIN) -> DelimitedTable:
    path = folder / "data.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return DelimitedTable(Member("表.csv", "csv", path), options)


def rows(table: DelimitedTable) -> list[tuple[object, ...]]:
    found = [row for batch in table.batches() for row in batch.to_pylist()]
    return [tuple(row[key] for key in row if key == "_row" or key.startswith("c")) for row in found]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_line_ends_are_recognised(tmp_path: Path, separator: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (["a", "b", "c"], ["1", "", "x y"], ["2", " ", "00123"]))
    assert rows(opened(tmp_path, text)) == [(1, "1", None, "x y"), (2, "2", None, "00123")]


def test_cells_stay_as_they_are_written(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, "a,b\n 01.50 ,2025/1/2\n")) == [(1, " 01.50 ", "2025/1/2")]


@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_are_numbered_with_the_blank_ones(tmp_path: Path, quote: str) -> None:
    text = f"a,b\n1,{quote}x{quote}\n,\n\n3,y\n , \n5,z\n\n\n"
    assert [row[:2] for row in rows(opened(tmp_path, text))] == [(1, "1"), (4, "3"), (6, "5")]


def test_a_cell_may_hold_separators_quotes_and_lines(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, 'a,b\n"x, ""y""\nz",2\n')) == [(1, 'x, "y"\nz', "2")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,x\n2,y\n", [(1, 2), (2, 3)]),
        ("a,b\r\n1,x\r\n2,y\r\n", [(1, 2), (2, 3)]),
        ("\n\na,b\n1,x\n", [(1, 4)]),
        ('a,"b\nc"\n1,"x\ny\n"\n\n2,z\n', [(1, 3), (3, 7)]),
        ("a,b\r1,x\r2,y\r", [(1, 2), (2, 3)]),
    ],
)
def test_a_row_knows_its_line_where_cells_hold_line_breaks_too(
    tmp_path: Path, text: str, lines: list[tuple[int, int]]
) -> None:
    """Data rows are counted after the header, lines as an editor counts them."""
    found = [row for batch in opened(tmp_path, text).batches() for row in batch.to_pylist()]
    assert [(row["_row"], row["_line"]) for row in found] == lines


def test_a_row_keeps_its_line_where_the_quick_reader_hands_over(tmp_path: Path) -> None:
    text = "a,b\n" + "1,x\n" * 3_000 + "2,y,\n" + "3,z\n" * 3
    found = [row for batch in opened(tmp_path, text).batches() for row in batch.to_pylist()]
    assert [row["_line"] for row in found] == list(range(2, 3_006))


@pytest.mark.parametrize(("quote", "blank"), [("", ""), ('"', ""), ("", "\n")])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_titles_above_a_header_leave_lines_and_rows_right(
    tmp_path: Path, quote: str, blank: str, separator: str
) -> None:
    lines = ["2024年汇总表", blank + "填报单位：某局", "名称,经度,纬度", f"{quote}甲{quote},120.1,30.1"]
    lines += ["乙,120.2,30.2", "合计：2 处", "注：甲, 乙, 丙, 丁"]
    table = opened(tmp_path, "\n".join(line.replace(",", separator) for line in lines))
    found = [row for batch in table.batches() for row in batch.to_pylist()]
    first = 4 + len(blank)
    assert [(row["_row"], row["_line"], row["c1"]) for row in found] == [
        (1, first, "甲"),
        (2, first + 1, "乙"),
        (3, first + 2, "合计：2 处"),
        (4, first + 3, "注：甲"),
    ]
    assert [row["_fault"] for row in found[:3]] == [None, None, "not_a_row:合计：2 处"]
    assert found[3]["_fault"] == "not_a_row:注：甲"
    assert table.facts.heading.row == first - 1  # type: ignore[union-attr]


def test_a_separator_at_the_end_of_lines_is_no_column(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, "a,b,\n1,2,\n3,4,\n")) == [(1, "1", "2"), (2, "3", "4")]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("bad", ["1", "1,2,3"])
def test_a_row_of_another_length_is_named(tmp_path: Path, quote: str, bad: str) -> None:
    good = f"1,{quote}x{quote}\n" * 3_000
    with pytest.raises(BadFile) as caught:
        rows(opened(tmp_path, f"a,b\n{good}{bad}\n{good}"))
    assert (caught.value.code, caught.value.where["row"], caught.value.where["line"]) == (
        "row_length",
        3_001,
        3_002,
    )


def test_quotes_that_do_not_match_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        rows(opened(tmp_path, 'a,b\n1,2\n"3,4\n'))
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize("text", ["", "\n\n", " , \n,\n", "\ufeff"])
def test_nothing_in_it_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadFile) as caught:
        opened(tmp_path, text)
    assert caught.value.code == "empty_file"


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    table = opened(tmp_path, "lon,lat")
    assert table.facts.columns[1].name == "lat"
    assert rows(table) == []


def test_names_of_columns_become_unique_and_it_is_told(tmp_path: Path) -> None:
    facts = opened(tmp_path, "名称,,名称, b \n1,2,3,4\n").facts
    assert [column.name for column in facts.columns] == ["名称", "列2", "名称_2", "b"]
    assert [finding.where["column"] for finding in facts.findings if finding.code == "field_renamed"] == [
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("名称,经度,纬度", ("经度", "纬度")),
        ("LAT,LON", ("LON", "LAT")),
        ("X坐标,Y坐标", ("X坐标", "Y坐标")),
        ("x,y,lng,lat", ("lng", "lat")),
        ("东经,北纬", ("东经", "北纬")),
        ("横坐标,纵坐标", ("横坐标", "纵坐标")),
        ("经度,名称", None),
        ("a,b", None),
    ],
)
def test_coordinate_columns_are_found_by_name(
    tmp_path: Path, header: str, pair: tuple[str, str] | None
) -> None:
    facts = opened(tmp_path, f"{header}\n{','.join(['1'] * (header.count(',') + 1))}\n").facts
    assert (facts.coordinates and (facts.coordinates.x, facts.coordinates.y)) == pair
    assert facts.geometry == ("point" if pair else "none")


def test_the_officer_names_the_coordinate_columns(tmp_path: Path) -> None:
    facts = opened(tmp_path, "lon,lat,e,n\n1,2,3,4\n", ReadOptions(x="e", y="n")).facts
    assert facts.coordinates is not None
    assert (facts.coordinates.x, facts.coordinates.y) == ("e", "n")
    with pytest.raises(BadFile) as caught:
        opened(tmp_path, "lon,lat\n1,2\n", ReadOptions(x="东"))
    assert caught.value.code == "field_missing"


def test_coordinates_that_are_none_are_faults_of_their_rows(tmp_path: Path) -> None:
    table = opened(tmp_path, "lon,lat\n120.1,30\nhier;,30\n,\n120,\n东经120度9分,30°16′N\n120,inf\n")
    found = pa.Table.from_batches(list(table.batches()))
    assert found.column("_row").to_pylist() == [1, 2, 4, 5, 6]
    assert found.column("_fault").to_pylist() == [
        None,
        "coordinate_bad:hier,",
        "coordinate_bad:",
        None,
        "coordinate_bad:inf",
    ]
    assert [wkb is None for wkb in found.column("_wkb").to_pylist()] == [False, True, True, False, True]


def test_undeclared_chinese_is_decided_on_the_whole_text(tmp_path: Path) -> None:
    text = "名称,lon,lat\n" + "a,1,2\n" * 300_000 + "杭州市西湖区避灾安置点,120,30\n" * 30
    for encoding in ("gb18030", "utf-8"):
        table = opened(tmp_path, text.encode(encoding))
        assert table.facts.encoding is not None
        assert table.facts.encoding.name == encoding
        assert list(table.batches())[-1].column("c1")[-1].as_py() == "杭州市西湖区避灾安置点"


def test_a_broken_byte_in_a_good_text_is_shown_and_told(tmp_path: Path) -> None:
    body = "杭州市西湖区避灾安置点,120,30\n".encode("gb18030") * 40
    table = opened(tmp_path, "名称,lon,lat\n".encode("gb18030") + body + b"\xff\xff,120,30\n")
    found = list(table.batches())
    codes = {finding.code for finding in [*table.facts.findings, *table.findings()]}
    assert sum(batch.num_rows for batch in found) == 41
    assert codes & {"enc_bad_bytes", "enc_undecided", "enc_lossy"}


def test_a_stray_nul_is_removed_and_told(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\n1,x\0y\n2,z\n")
    assert rows(table) == [(1, "1", "xy"), (2, "2", "z")]
    assert "text_nul" in {finding.code for finding in table.findings()}


def test_endless_lines_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        opened(tmp_path, b"a" * (20 << 20))
    assert caught.value.code == "unreadable"


cells = st.text(st.sampled_from("ab1 .-县区避灾é"), max_size=6)
tables = st.lists(st.lists(cells, min_size=3, max_size=3), max_size=30)


@settings(deadline=None, max_examples=60)
@given(
    tables, st.sampled_from(["utf-8", "gb18030", "utf-16"]), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_both_readers_agree_with_the_standard_one(
    tmp_path_factory: pytest.TempPathFactory, content: list[list[str]], encoding: str, end: str, quoted: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["名称", "lon2", "lat2"], *content])
    table = opened(
        tmp_path_factory.mktemp("csv"), out.getvalue().encode(encoding), ReadOptions(encoding=encoding)
    )
    expected = [
        (number, *(cell if cell.strip() else None for cell in row))
        for number, row in enumerate(content, 1)
        if any(cell.strip() for cell in row)
    ]
    assert rows(table) == expected
