"""Profiles: what an officer may say, and the ways to load a kind of file that are kept."""

from __future__ import annotations

from typing import Any

import pytest

from etl.loads import profiles
from etl.loads.profile import Profile, read_profile
from layers.errors import BadInput, NotFound
from tests.etl.loads.conftest import Desk

COLUMNS = ["编号", "名称", "级别", "人数"]


def save(
    desk: Desk, name: str, columns: list[str] = COLUMNS, layer: str = "shelter", **body: Any
) -> profiles.SavedProfile:
    with desk.loader.engine.begin() as connection:
        return profiles.save(connection, name, layer, columns, Profile(**body), "甲")


def fitting(desk: Desk, layer: str | None, columns: list[str]) -> list[str]:
    with desk.loader.engine.begin() as connection:
        return [p.name for p in profiles.fitting(connection, layer, columns)]


def test_every_save_is_a_new_version_and_the_newest_is_given(desk: Desk) -> None:
    assert [save(desk, "县局台账", owner=owner).version for owner in ("甲", "乙", "丙")] == [1, 2, 3]
    with desk.loader.engine.begin() as connection:
        found = profiles.get(connection, "县局台账")
    assert (found.version, found.body, found.columns, found.saved_by) == (3, {"owner": "丙"}, COLUMNS, "甲")


def test_what_belongs_to_one_file_is_not_kept(desk: Desk) -> None:
    body = {
        "rename": {"人数": "capacity"},
        "table": "t",
        "source_date": "2026-01-01",
        "shift": {"accepted": "是"},
    }
    assert save(desk, "a", **body).body == {"rename": {"人数": "capacity"}}


def test_profiles_for_the_same_columns_come_first(desk: Desk) -> None:
    save(desk, "一半", columns=["编号", "名称", "甲", "乙"])
    save(desk, "全同")
    save(desk, "无关", columns=["x"])
    save(desk, "别的图层", layer="landing_point")
    assert fitting(desk, "shelter", COLUMNS) == ["全同", "一半", "无关"]
    assert fitting(desk, None, COLUMNS)[:2] == ["全同", "别的图层"]


def test_a_saved_profile_loads_the_next_file_of_its_kind(desk: Desk) -> None:
    said = {"rename": {"人": "capacity"}, "values": {"level": {"1": "county", "3": "village"}}}
    rows = [{"编号": "S1", "名称": "甲", "级别": "3", "人": 5, "x": 120.1, "y": 30.2}]
    saved = save(desk, "县局", columns=["编号", "名称", "级别", "人"], **said)
    desk.load(rows, **read_profile(saved.body).model_dump())
    [row] = desk.served()
    assert (row["code"], row["level"], row["capacity"]) == ("S1", "village", 5)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_name_that_cannot_be_kept_is_refused(name: str, desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        save(desk, name)
    assert caught.value.code == "bad_profile"


def test_a_profile_that_is_not_there_is_not_found(desk: Desk) -> None:
    with desk.loader.engine.begin() as connection, pytest.raises(NotFound) as caught:
        profiles.get(connection, "没有")
    assert caught.value.code == "unknown_profile"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"nokey": 1}, "nokey"),
        ({"mode": "merge"}, "mode"),
        ({"max_gone": 2}, "max_gone"),
        ({"max_gone": float("nan")}, "max_gone"),
        ({"max_area_change": -1}, "max_area_change"),
        ({"shift": {"dx": "far"}}, "shift.dx"),
        ({"shift": {"dx": float("nan")}}, "shift.dx"),
        ({"source_date": "16.11.2025"}, "source_date"),
        ({"crs": "x" * 20_001}, "crs"),
    ],
)
def test_a_profile_with_a_wrong_key_or_value_names_it(values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_profile(values)
    assert (caught.value.code, caught.value.where["field"]) == ("bad_profile", field)
    assert field in caught.value.zh


def test_the_mark_of_a_profile_changes_with_every_word() -> None:
    marks = {
        Profile(**body).mark()
        for body in ({}, {"owner": "甲"}, {"mode": "append"}, {"rename": {"a": "name"}})
    }  # type: ignore[arg-type]
    assert len(marks) == 4
    assert (
        Profile(rename={"a": "name", "b": "code"}).mark() == Profile(rename={"a": "name", "b": "code"}).mark()
    )
