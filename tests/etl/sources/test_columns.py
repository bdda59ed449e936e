from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from etl.sources.columns import Cleaner, as_text, column_type, stream_schema
from etl.sources.model import Column


@pytest.mark.parametrize(
    ("arrow", "expected"),
    [
        (pa.int8(), "integer"), (pa.uint16(), "integer"), (pa.float32(), "decimal"), (pa.decimal128(9, 2), "decimal"),
        (pa.bool_(), "boolean"), (pa.date32(), "date"), (pa.timestamp("ms", "UTC"), "datetime"),
        (pa.time32("s"), "text"),
        (pa.large_string(), "text"), (pa.list_(pa.string()), "text"), (pa.binary(), "text"),
    ],
)  # fmt: skip
def test_every_arrow_type_has_a_column_type(arrow: pa.DataType, expected: str) -> None:
    kind = column_type(arrow)
    assert kind == expected
    cleaned = Cleaner().clean(pa.nulls(3, arrow), Column("a", kind))
    assert cleaned.type == stream_schema([Column("a", kind)]).field("c1").type
    assert cleaned.null_count == 3


def test_values_survive_the_change_of_type() -> None:
    cleaner = Cleaner()
    assert cleaner.clean(pa.array([["a", "b"], None]), Column("a")).to_pylist() == ["a;b", None]
    assert cleaner.clean(pa.array(["x"]).dictionary_encode(), Column("a")).to_pylist() == ["x"]
    moment = pa.array([dt.datetime(2025, 1, 1, 8, tzinfo=dt.UTC)], pa.timestamp("ms", "Asia/Shanghai"))
    assert cleaner.clean(moment, Column("a", "datetime")).to_pylist() == [dt.datetime(2025, 1, 1, 8)]
    assert cleaner.findings() == []


def test_nul_is_removed_and_counted_per_column() -> None:
    cleaner = Cleaner()
    for _ in range(2):
        assert cleaner.clean(pa.array(["a\0b", None, "\0", "c"]), Column("名称")).to_pylist() == [
            "ab",
            None,
            "",
            "c",
        ]
    (finding,) = cleaner.findings()
    assert (finding.code, finding.where) == ("text_nul", {"field": "名称", "count": 4})


def test_text_that_is_not_utf8_is_decoded_by_the_rule_and_told() -> None:
    raw = ["西湖区避灾安置点".encode("gb18030"), "é".encode(), None, b"plain"]
    cleaner = Cleaner()
    cleaned = cleaner.clean(pa.array(raw, pa.binary()).view(pa.string()), Column("名称"))
    assert cleaned.to_pylist() == ["西湖区避灾安置点", "é", None, "plain"]
    assert [finding.code for finding in cleaner.findings()] == ["enc_not_utf8"]


def test_binary_columns_are_left_empty_and_told() -> None:
    cleaner = Cleaner()
    assert cleaner.clean(pa.array([b"x"], pa.binary()), Column("照片")).to_pylist() == [None]
    assert [finding.where for finding in cleaner.findings()] == [{"field": "照片"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (1.0, "1"),
        (0.5, "0.5"),
        (True, "True"),
        (dt.date(2025, 1, 2), "2025-01-02"),
        ("x" * 300, "x" * 200),
    ],
)
def test_values_are_shown_short(value: object, text: str | None) -> None:
    assert as_text(value) == text
