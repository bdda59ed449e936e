"""Text as values, in SQL: what offices write is read exactly, and what is no value is never bent into one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import EMPTY, Server
from tests.etl.loads.conftest import Desk, shelters

Parse = Callable[[str, list[str]], list[Any]]


@pytest.fixture(scope="module")
def parse(empty_template: Server) -> Iterator[Parse]:
    """Call one of the functions on many texts at once."""
    name = empty_template.clone(EMPTY)
    with psycopg.connect(empty_template.database(name), autocommit=True) as connection:

        def call(function: str, texts: list[str]) -> list[Any]:
            query = (
                f"SELECT stage.{function}(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n"
            )
            return [row[0] for row in connection.execute(query, [texts])]  # type: ignore[arg-type]

        yield call
    empty_template.drop(name)


WRITTEN_DAYS = {
    "2025-11-16": date(2025, 11, 16),
    "2025/11/16": date(2025, 11, 16),
    "2025/1/6": date(2025, 1, 6),
    "2025.1.6": date(2025, 1, 6),
    "2025/11/16 0:00": date(2025, 11, 16),
    "20251116": date(2025, 11, 16),
    "2025年11月16日": date(2025, 11, 16),
    "2025年1月6": date(2025, 1, 6),
    "2025-11-16T08:30:00": date(2025, 11, 16),
    "2025-11-16 08:30:00.123+08:00": date(2025, 11, 16),
    "2024-02-29": date(2024, 2, 29),
}
NO_DAYS = [
    "2025-11-169", "2025-11-16垃圾", "2025-13-01", "2025-00-10", "2025-02-30", "2023-02-29", "0000-01-01", "20251301",
    "16.11.2025", "251116", "", "2025", "2025-11", "２０２５-11-16",
]  # fmt: skip


def test_days_are_read_as_offices_write_them(parse: Parse) -> None:
    assert parse("as_day", list(WRITTEN_DAYS)) == list(WRITTEN_DAYS.values())


def test_what_is_no_day_is_not_bent_into_one(parse: Parse) -> None:
    assert parse("as_day", NO_DAYS) == [None] * len(NO_DAYS)


@settings(max_examples=40, deadline=None)
@given(
    days=st.lists(st.dates(), min_size=1, max_size=50),
    form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]),
)
def test_every_day_of_the_calendar_is_read_exactly(days: list[date], form: str, parse: Parse) -> None:
    texts = [f"{day:{form}}".rjust(10 if "-" in form or "/" in form else 8, "0") for day in days]
    assert parse("as_day", texts) == days


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=60)
)
def test_three_numbers_are_a_day_exactly_where_the_calendar_has_it(
    parse: Parse, numbers: list[tuple[int, int, int]]
) -> None:
    assert parse("as_day", [f"{y:04}-{m}-{d}" for y, m, d in numbers]) == [_day(*n) for n in numbers]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.datetimes(), min_size=1, max_size=40))
def test_the_day_of_an_instant_is_read_whatever_its_time(parse: Parse, times: list[datetime]) -> None:
    assert parse("as_day", [time.isoformat() for time in times]) == [time.date() for time in times]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=60))
def test_whole_numbers_are_read_exactly(parse: Parse, numbers: list[int]) -> None:
    assert parse("as_whole", [str(number) for number in numbers]) == numbers
    assert parse("as_whole", [f"{number}.00" for number in numbers]) == numbers


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_decimals_are_read_exactly(parse: Parse, numbers: list[float]) -> None:
    # the smallest numbers, below 1e-307, have no value: nothing on a map is measured in them
    expected = [number if number == 0 or abs(number) >= 1e-307 else None for number in numbers]
    assert parse("as_decimal", [repr(number) for number in numbers]) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=60
    )
)
def test_no_text_at_all_makes_a_parser_fail(parse: Parse, texts: list[str]) -> None:
    for function in ("as_whole", "as_decimal", "as_yes_no", "as_day"):
        assert len(parse(function, texts)) == len(texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("0123456789+-.eE", max_size=30), min_size=1, max_size=60))
def test_what_looks_like_a_number_is_read_as_python_reads_it_or_not_at_all(
    parse: Parse, texts: list[str]
) -> None:
    for text, value in zip(texts, parse("as_decimal", texts), strict=True):
        number = _number(text)
        if value is not None:
            assert value == number
        elif number is not None:
            assert not 1e-307 <= abs(number) < math.inf
    for text, value in zip(texts, parse("as_whole", texts), strict=True):
        assert value is None or value == int(text.split(".")[0])


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@pytest.mark.parametrize(
    "text", ["1_000", "nan", "inf", "1e999", "", "0x10", "1,5", "1.5", "9223372036854775808", " 1"]
)
def test_what_is_no_whole_number_has_no_value(text: str, parse: Parse) -> None:
    assert parse("as_whole", [text]) == [None]


@pytest.mark.parametrize("text", ["1_000", "nan", "Infinity", "1e999", "", ".", "-", "e5", "1,5", "１"])
def test_what_is_no_decimal_has_no_value(text: str, parse: Parse) -> None:
    assert parse("as_decimal", [text]) == [None]


def test_yes_and_no_are_read_in_both_languages(parse: Parse) -> None:
    assert parse("as_yes_no", ["是", "有", "Y", "yes", "TRUE", "1", "1.0"]) == [True] * 7
    assert parse("as_yes_no", ["否", "无", "N", "no", "False", "0", "0.0"]) == [False] * 7
    assert parse("as_yes_no", ["", "也许", "2", "-1", "是的"]) == [None] * 5


def test_numbers_in_full_width_digits_and_with_commas_between_thousands_are_numbers(desk: Desk) -> None:
    rows = shelters(4)
    for row, capacity in zip(rows, ("１２０", "1,200", "１，２００", "12,00"), strict=True):
        row["capacity"] = capacity
    load = desk.check(rows, asked={"bad_rows": "skip"})
    assert [fault[1:3] for fault in desk.faults(load)] == [("capacity", "type_bad")]
    desk.loader.commit(load.id)
    assert [row["capacity"] for row in desk.served()] == [120, 1200, 1200]
