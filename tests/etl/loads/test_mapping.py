"""Which column fills which field: by name, title, alias, pinyin, and what a DBF leaves of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.loads.mapping import Mapping, map_columns, plain, suggest
from etl.loads.profile import Profile
from etl.sources.model import Column
from layers.errors import BadFile
from layers.registry import discover

SHELTER = discover().vector("shelter")


def mapped(*names: str, **profile: object) -> Mapping:
    return map_columns(SHELTER, [Column(name) for name in names], Profile(**profile), "a.csv")  # type: ignore[arg-type]


def utf8_cut(name: str) -> str:
    return name.encode("utf-8")[:10].decode("utf-8", "ignore")


def gbk_cut(name: str) -> str:
    return name.encode("gb18030")[:10].decode("gb18030", "ignore")


@pytest.mark.parametrize(
    ("column", "field", "how"),
    [
        ("capacity", "capacity", "name"),
        ("CAPACITY", "capacity", "name"),
        ("standardis", "standardised", "name"),  # ten letters are all a DBF keeps
        ("可安置人数", "capacity", "title"),
        ("可安置人数（人）".replace("（人）", ""), "capacity", "title"),
        ("容纳人数", "capacity", "title"),
        ("Effective area", "area_m2", "title"),
        ("有效 面积", "area_m2", "title"),
        ("krrs", "capacity", "title"),
        ("keanzhirenshu", "capacity", "title"),
        ("KAZRS", "capacity", "title"),
        ("行政区划代码", "county_code", "title"),
        ("XZQDM", "county_code", "title"),
        (utf8_cut("行政区划代码"), "county_code", "cut"),
        (gbk_cut("行政区划代码"), "county_code", "cut"),
        (utf8_cut("可安置人数"), "capacity", "cut"),
    ],
)
def test_a_column_finds_its_field(column: str, field: str, how: str) -> None:
    assert suggest(SHELTER, [Column(column)]) == {field: column}
    assert mapped(column).how == {field: how}


@pytest.mark.parametrize("column", ["x", "备注", "可", "c", "名", "人数"])
def test_a_column_that_says_too_little_finds_none(column: str) -> None:
    assert suggest(SHELTER, [Column(column)]) == {}
    assert mapped(column).unused == (column,)


def test_of_two_columns_for_one_field_the_better_name_is_taken_and_the_other_left() -> None:
    found = mapped("名称", "name", "容量", "可安置人数")
    assert {s.field.name: s.column for s in found.sources if s.column is not None} == {
        "name": 1,
        "capacity": 2,
    }
    assert found.unused == ("名称", "可安置人数")


def test_a_unit_in_brackets_does_not_hide_a_name_and_a_plain_name_comes_first() -> None:
    found = mapped("编号", "名称", "级别", "容量（人）")
    assert {s.field.name: s.column for s in found.sources if s.column is not None}["capacity"] == 3
    assert mapped("容量（人）", "容量").unused == ("容量（人）",)
    assert mapped("容量（男）", "容量（女）").unused == ("容量（男）", "容量（女）")


def test_what_the_officer_says_comes_before_what_names_suggest() -> None:
    found = mapped("code", "编号", rename={"编号": "code"})
    assert (found.how["code"], found.unused) == ("profile", ("code",))


def test_a_constant_takes_the_place_of_a_column() -> None:
    found = mapped("level", set={"level": "village"})
    assert next(s.constant for s in found.sources if s.field.name == "level") == "village"
    assert found.unused == ("level",)


def test_required_fields_without_a_source_are_missing() -> None:
    assert mapped("名称").missing == ("code", "level", "capacity")
    assert mapped("名称", key_from=["#row"]).missing == ("level", "capacity")


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ({"rename": {"名称": "nofield"}}, "field_unknown"),
        ({"set": {"nofield": 1}}, "field_unknown"),
        ({"values": {"nofield": {"a": "b"}}}, "field_unknown"),
        ({"rename": {"nowhere": "name"}}, "field_missing"),
        ({"where": {"nowhere": 1}}, "field_missing"),
        ({"key_from": ["nowhere"]}, "field_missing"),
    ],
)
def test_a_profile_that_names_what_is_not_there_says_what_is(profile: dict[str, object], code: str) -> None:
    with pytest.raises(BadFile) as caught:
        mapped("名称", **profile)
    assert caught.value.code == code
    assert "名称" in caught.value.zh or "capacity" in caught.value.zh


@given(st.lists(st.text(min_size=1, max_size=12), max_size=12, unique=True))
def test_no_column_fills_two_fields_and_none_is_lost(names: list[str]) -> None:
    found = mapped(*names)
    taken = [s.column for s in found.sources if s.column is not None]
    assert len(set(taken)) == len(taken)
    assert len(taken) + len(found.unused) == len(names)


@given(st.text(max_size=20))
def test_a_plain_name_stays_as_it_is(name: str) -> None:
    assert plain(plain(name)) == plain(name)
