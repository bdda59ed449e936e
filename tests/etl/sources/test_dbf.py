"""DBF tables: header, encoding, names, types, deleted records."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.sources.dbf import Dbf
from etl.sources.encoding import LEVEL_1
from layers.errors import BadFile, BadInput

Spec = tuple[str | bytes, str, int, int]  # name, type, width, decimals


def table(
    path: Path,
    fields: Sequence[Spec],
    rows: Sequence[Sequence[str | bytes]],
    *,
    codec: str = "gbk",
    language: int = 0,
    version: int = 3,
    deleted: Sequence[int] = (),
) -> Path:
    """Write a table by hand: texts are cut at the width of the field, as careless tools do."""
    header = bytearray(32)
    record = 1 + sum(width for _, _, width, _ in fields)
    header[0], header[29] = version, language
    header[4:8] = len(rows).to_bytes(4, "little")
    header[8:10] = (33 + 32 * len(fields)).to_bytes(2, "little")
    header[10:12] = record.to_bytes(2, "little")
    for name, letter, width, decimals in fields:
        encoded = (name.encode(codec) if isinstance(name, str) else name)[:10]
        header += encoded.ljust(11, b"\0") + letter.encode() + bytes(4) + bytes((width, decimals)) + bytes(14)
    body = bytearray()
    for number, row in enumerate(rows):
        body += b"*" if number in deleted else b" "
        for (_, letter, width, _), value in zip(fields, row, strict=True):
            cell = (value.encode(codec) if isinstance(value, str) else value)[:width]
            body += cell.rjust(width) if letter in "NF" else cell.ljust(width)
    path.write_bytes(bytes(header) + b"\r" + bytes(body) + b"\x1a")
    return path


def values(dbf: Dbf, size: int | None = None) -> list[list[Any]]:
    """Return every column as Python values."""
    batches = list(dbf.batches(size))
    return [
        [value for batch in batches for value in batch.columns[n].to_pylist()]
        for n in range(len(dbf.columns))
    ]


def codes(dbf: Dbf) -> list[str]:
    return [finding.code for finding in dbf.findings]


NAME: list[Spec] = [("名称", "C", 20, 0)]


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_undeclared_chinese_is_read_right(tmp_path: Path, codec: str) -> None:
    dbf = Dbf(table(tmp_path / "a.dbf", NAME, [["避灾点"], ["  山洪 "], [""]], codec=codec))
    assert [column.name for column in dbf.columns] == ["名称"]
    assert values(dbf) == [["避灾点", "山洪", None]]
    assert dbf.encoding.certain
    assert dbf.findings == []


def test_the_cpg_beside_the_table_is_tested_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.CPG").write_text("UTF-8")
    dbf = Dbf(table(tmp_path / "a.dbf", NAME, [["避灾点"]], language=0x4D))
    assert values(dbf) == [["避灾点"]]
    assert dbf.encoding.claims == [".cpg: UTF-8", "language byte 0x4D: GBK"]
    assert codes(dbf) == ["enc_claim_wrong"]


def test_the_officer_has_the_last_word_on_the_encoding(tmp_path: Path) -> None:
    path = table(tmp_path / "a.dbf", [("name", "C", 20, 0)], [["Köln"]], codec="latin-1")
    assert codes(Dbf(path)) == ["enc_undecided"]
    assert values(Dbf(path, "ISO-8859-1")) == [["Köln"]]
    with pytest.raises(BadInput) as refused:
        Dbf(path, "zip")
    assert refused.value.code == "encoding_unknown"


def test_a_text_cut_mid_character_is_mended_and_counted(tmp_path: Path) -> None:
    fields: list[Spec] = [("name", "C", 7, 0)]
    for codec, text in (("utf-8", "避灾"), ("gbk", "避灾点")):
        dbf = Dbf(table(tmp_path / "a.dbf", fields, [["避灾点位"], ["ab"], ["避灾点位"]], codec=codec))
        assert values(dbf) == [[text, "ab", text]]
        assert codes(dbf) == ["text_cut"]
        assert dbf.findings[0].where == {"field": "name", "count": 2}


def test_a_field_name_cut_mid_character_is_recovered(tmp_path: Path) -> None:
    fields: list[Spec] = [("避灾点名称", "C", 20, 0), ("code", "C", 5, 0)]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, [["文化礼堂", "1"]], codec="utf-8"))
    assert [(c.name, c.recovered) for c in dbf.columns] == [("避灾点", True), ("code", False)]


def test_names_in_another_encoding_than_the_rows_are_read_and_reported(tmp_path: Path) -> None:
    fields: list[Spec] = [("名称".encode("gbk"), "C", 30, 0)]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, [["文化礼堂"], ["避灾安置点"]], codec="utf-8"))
    assert dbf.columns[0].name == "名称"
    assert values(dbf) == [["文化礼堂", "避灾安置点"]]
    assert "field_name_encoding" in codes(dbf)


def test_names_that_come_twice_are_numbered_and_empty_ones_named(tmp_path: Path) -> None:
    fields: list[Spec] = [("名称", "C", 2, 0), ("名称", "C", 2, 0), ("", "C", 2, 0), ("名称_2", "C", 2, 0)]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, [["a", "b", "c", "d"]]))
    assert [column.name for column in dbf.columns] == ["名称", "名称_2", "field_3", "名称_2_2"]


def test_each_letter_gives_its_type(tmp_path: Path) -> None:
    fields: list[Spec] = [
        ("n", "N", 9, 0), ("d", "N", 12, 4), ("f", "F", 19, 0), ("l", "L", 1, 0), ("t", "D", 8, 0), ("m", "M", 10, 0)
    ]  # fmt: skip
    rows = [
        ["12", "1.5", "2e3", "T", "20251116", "1"],
        ["-3", "", "", "n", "00000000", ""],
        ["", "2", "1", "?", "", ""],
    ]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, rows))
    assert [c.type for c in dbf.columns] == ["integer", "decimal", "decimal", "boolean", "date", "text"]
    assert values(dbf) == [
        [12, -3, None],
        [1.5, None, 2.0],
        [2000.0, None, 1.0],
        [True, False, None],
        [datetime.date(2025, 11, 16), None, None],
        [None, None, None],
    ]
    assert codes(dbf) == ["field_unread"]
    assert [c.type for c in next(dbf.batches()).columns] == [
        pa.int64(), pa.float64(), pa.float64(), pa.bool_(), pa.date32(), pa.string()
    ]  # fmt: skip


def test_foxpro_binary_fields_are_read(tmp_path: Path) -> None:
    fields: list[Spec] = [("i", "I", 4, 0), ("b", "B", 8, 0), ("y", "Y", 8, 0), ("t", "T", 8, 0)]
    day = (2_460_996).to_bytes(4, "little") + (3_600_000).to_bytes(4, "little")
    row = [
        (-7).to_bytes(4, "little", signed=True),
        np.float64(1.5).tobytes(),
        (12_345).to_bytes(8, "little"),
        day,
    ]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, [row, row], version=0x30, deleted=[1]))
    moment = datetime.datetime(2025, 11, 16, 1)
    assert values(dbf) == [[-7, None], [1.5, None], [1.2345, None], [moment, None]]


@pytest.mark.parametrize(
    ("spec", "cells", "type_", "read"),
    [
        (("x", "N", 8, 0), ["1", "n/a"], "text", ["1", "n/a"]),
        (("x", "N", 8, 0), ["1", "2.5"], "decimal", [1.0, 2.5]),
        (("x", "N", 20, 0), ["1", "91330100799655058"], "integer", [1, 91330100799655058]),
        (("x", "N", 20, 0), ["1", "99999999999999999999"], "text", ["1", "99999999999999999999"]),
        (("x", "N", 20, 0), ["91330100799655058", "2.5"], "text", ["91330100799655058", "2.5"]),
        (("x", "N", 8, 2), ["1", "nan"], "decimal", [1.0, None]),
        (("x", "D", 8, 0), ["20251116", "20250231"], "text", ["20251116", "20250231"]),
        (("x", "D", 10, 0), ["2025/11/16"], "text", ["2025/11/16"]),
        (("x", "L", 1, 0), ["T", "是".encode("gbk")[:1]], "text", ["T", None]),
    ],
)
def test_one_odd_cell_settles_the_type_of_the_whole_column(
    tmp_path: Path, spec: Spec, cells: list[str], type_: str, read: list[Any]
) -> None:
    rows = [[cell] for cell in cells]
    dbf = Dbf(table(tmp_path / "a.dbf", [spec], rows))
    assert dbf.columns[0].type == type_
    assert values(dbf, 1) == [read]


def test_numbers_that_did_not_fit_are_empty_and_counted(tmp_path: Path) -> None:
    fields: list[Spec] = [("n", "N", 5, 0), ("d", "N", 24, 15)]
    rows = [["*****", "-1.7976931348623157e+308"], ["7", "1.5"]]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, rows))
    assert values(dbf) == [[None, 7], [None, 1.5]]
    assert [f.where["count"] for f in dbf.findings] == [1, 1]
    assert codes(dbf) == ["number_overflow", "number_overflow"]


def test_deleted_records_keep_their_number_and_lose_their_content(tmp_path: Path) -> None:
    fields: list[Spec] = [("n", "N", 4, 0), ("t", "C", 4, 0)]
    rows = [["1", "a"], ["junk", "b"], ["3", "c"]]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, rows, deleted=[1]))
    assert dbf.rows == 3
    assert dbf.columns[0].type == "integer"
    first, second = list(dbf.batches(2))
    assert (first.first, first.kept.tolist(), second.first, second.kept.tolist()) == (
        1,
        [True, False],
        3,
        [True],
    )
    assert first.columns[1].to_pylist() == ["a", None]


def test_nul_in_the_middle_of_a_text_is_removed_and_counted(tmp_path: Path) -> None:
    dbf = Dbf(table(tmp_path / "a.dbf", NAME, [["甲\0乙"], ["丙\0\0\0"]]))
    assert values(dbf) == [["甲乙", "丙"]]
    assert [(f.code, f.where["count"]) for f in dbf.findings] == [("text_nul", 1)]


def test_bytes_that_are_no_text_are_replaced_and_counted(tmp_path: Path) -> None:
    rows = [["避灾安置点"]] * 5 + [[b"\xff\xff ab"]]
    dbf = Dbf(table(tmp_path / "a.dbf", NAME, rows), "GBK")
    assert values(dbf)[0][5].endswith("ab")
    assert "enc_bad_bytes" in codes(dbf)


def test_texts_holding_every_control_character_are_read(tmp_path: Path) -> None:
    rows = [["避灾" + "".join(map(chr, range(1, 9)))]]
    assert values(Dbf(table(tmp_path / "a.dbf", NAME, rows))) == [[rows[0][0]]]


def test_the_one_name_beyond_ascii_in_a_long_table_is_found(tmp_path: Path) -> None:
    rows: list[list[str]] = [["plain"]] * 5000
    rows[2503] = ["避灾安置点"]
    assert Dbf(table(tmp_path / "a.dbf", [("name", "C", 20, 0)], rows)).encoding.name == "gb18030"


def test_text_wider_than_a_byte_can_say_is_read(tmp_path: Path) -> None:
    path = table(tmp_path / "a.dbf", [("t", "C", 300 - 256, 1)], [["x" * 44]])
    content = bytearray(path.read_bytes())
    content[10:12] = (301).to_bytes(2, "little")
    path.write_bytes(bytes(content[:65]) + b" " + b"y" * 300)
    assert values(Dbf(path)) == [["y" * 300]]


def test_wide_records_are_read_in_small_batches(tmp_path: Path) -> None:
    fields: list[Spec] = [(f"t{n}", "C", 254, 0) for n in range(200)]
    dbf = Dbf(table(tmp_path / "a.dbf", fields, [["x"] * 200] * 400))
    assert dbf.batch_rows * 50_801 <= 8 << 20
    assert [len(batch.kept) for batch in dbf.batches()] == [165, 165, 70]


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    dbf = Dbf(table(tmp_path / "a.dbf", NAME, []))
    assert (dbf.rows, values(dbf)) == (0, [[]])


def test_records_beyond_the_count_are_reported(tmp_path: Path) -> None:
    path = table(tmp_path / "a.dbf", NAME, [["a"], ["b"]])
    content = bytearray(path.read_bytes())
    content[4] = 1
    path.write_bytes(content)
    assert codes(Dbf(path)) == ["rows_behind"]


@pytest.mark.parametrize(
    ("at", "content", "code"),
    [
        (0, b"", "empty_file"),
        (0, b"GIF89a", "unreadable"),
        (0, bytes((0x04,)), "unreadable"),
        (4, b"\xff\xff\xff\x7f", "header_lies"),
        (4, b"\x03", "header_lies"),
        (8, b"\xff\xff", "header_lies"),
        (8, b"\x00\x00", "header_lies"),
        (10, b"\x05\x00", "header_lies"),
        (10, b"\xff\xff", "header_lies"),
        (43, b"C\0\0\0\0\xff", "header_lies"),
    ],
)
def test_a_header_that_lies_is_refused_by_name(tmp_path: Path, at: int, content: bytes, code: str) -> None:
    path = table(tmp_path / "a.dbf", NAME, [["a"], ["b"]])
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + content + whole[at + len(content) :] if content else b"")
    with pytest.raises(BadFile) as refused:
        Dbf(path)
    assert refused.value.code == code
    assert path.name in refused.value.zh


def test_a_table_cut_off_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "a.dbf", NAME, [["a"]] * 10)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadFile, match="room for 8"):
        Dbf(path)


def test_gdal_reads_the_same_from_a_declared_table(tmp_path: Path) -> None:
    fields: list[Spec] = [
        ("名称", "C", 20, 0),
        ("人数", "N", 9, 0),
        ("面积", "N", 12, 3),
        ("日期", "D", 8, 0),
    ]
    rows = [["避灾安置点", "12", "1.250", "20251116"], ["文化礼堂", "", "", ""]]
    path = table(tmp_path / "a.dbf", fields, rows, language=0x4D)
    frame = pyogrio.read_dataframe(path)
    dbf = Dbf(path)
    assert list(frame.columns) == [column.name for column in dbf.columns]
    names, people, areas, dates = values(dbf)
    assert list(frame["名称"]) == names
    assert [None if n != n else n for n in frame["人数"]] == people
    assert [None if n != n else n for n in frame["面积"]] == areas
    assert [None if d != d or d is None else d.date() for d in frame["日期"]] == dates


CELL = st.text(st.sampled_from([*sorted(LEVEL_1)[:300], *"ab1 -"]), max_size=8).map(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(CELL, min_size=1, max_size=30), st.sampled_from(["gb18030", "utf-8"]), st.integers(1, 7))
def test_any_text_comes_back_in_batches_of_any_size(
    tmp_path: Path, texts: list[str], codec: str, size: int
) -> None:
    dbf = Dbf(table(tmp_path / "a.dbf", [("t", "C", 24, 0)], [[t] for t in texts], codec=codec), codec)
    assert values(dbf, size) == [[text or None for text in texts]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.binary(max_size=200), st.integers(0, 110))
def test_any_damage_is_read_or_refused_by_name(tmp_path: Path, noise: bytes, at: int) -> None:
    fields: list[Spec] = [("名称", "C", 9, 0), ("n", "N", 5, 0), ("d", "D", 8, 0), ("l", "L", 1, 0)]
    path = table(tmp_path / "a.dbf", fields, [["避灾", "1", "20250101", "T"]] * 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    try:
        values(Dbf(path))
    except BadFile as refused:
        code = refused.code
    else:
        code = "read"
    assert code in ("read", "unreadable", "header_lies", "empty_file")
