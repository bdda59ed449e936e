"""Modes and versions: what a load writes, what it leaves alone, and that every version can still be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.loads.profile import Profile
from etl.loads.questions import NeedsDecision
from tests.etl.loads.conftest import Desk, shelters


def counts(desk: Desk, load: Any) -> tuple[int, int, int, int]:
    found = desk.loader.get(load.id).counts
    return found["new"], found["changed"], found["same"], found["gone"]


def test_an_upsert_adds_changes_and_leaves_what_the_file_lacks(desk: Desk) -> None:
    desk.load(shelters(10))
    rows = shelters(12)[5:]
    rows[0]["capacity"] = 999
    load = desk.check(rows)
    assert (load.state, load.counts["bad"]) == ("checked", 0)
    assert counts(desk, load) == (2, 1, 4, 5)
    desk.loader.commit(load.id)
    served = desk.served()
    assert len(served) == 12
    assert next(row for row in served if row["code"] == "S5")["capacity"] == 999


def test_an_append_takes_new_keys_only_and_names_those_that_are_served(desk: Desk) -> None:
    desk.load(shelters(10))
    load = desk.check(shelters(12)[9:], mode="append", bad_rows="skip")
    assert desk.faults(load) == [(1, "code", "key_exists", "error")]
    desk.loader.commit(load.id)
    assert len(desk.served()) == 12
    assert counts(desk, load)[:2] == (2, 0)


def test_a_replace_takes_away_what_the_file_lacks(desk: Desk) -> None:
    desk.load(shelters(10))
    load = desk.load(shelters(12)[8:], mode="replace")
    assert counts(desk, load) == (2, 0, 2, 8)
    assert [row["code"] for row in desk.served()] == ["S10", "S11", "S8", "S9"]


def test_a_sync_takes_away_no_more_than_it_may(desk: Desk) -> None:
    desk.load(shelters(10))
    load = desk.check(shelters(10)[2:], mode="sync")
    with pytest.raises(NeedsDecision) as caught:
        desk.loader.commit(load.id)
    assert caught.value.code == "too_many_gone"
    assert "20.0%" in caught.value.zh
    assert len(desk.served()) == 10
    asked = desk.loader.get(load.id)
    assert (asked.state, asked.questions[0]["code"]) == ("checked", "too_many_gone")
    desk.loader.amend(load.id, layer=None, patch=asked.questions[0]["options"][0]["set"])
    desk.loader.advance(load.id)
    desk.loader.commit(load.id)
    assert len(desk.served()) == 8


def test_the_limit_of_a_sync_can_be_given_with_the_commit(desk: Desk) -> None:
    desk.load(shelters(10))
    load = desk.check(shelters(10)[2:], mode="sync")
    desk.loader.commit(load.id, patch={"max_gone": 0.2})
    assert len(desk.served()) == 8


@pytest.mark.parametrize("mode", ["upsert", "replace", "sync"])
def test_the_same_rows_again_write_no_row_and_make_no_version(mode: str, desk: Desk) -> None:
    first = desk.load(shelters(10))
    before = desk.heap_writes()
    again = desk.load(shelters(10), mode=mode)
    assert (again.state, again.version) == ("unchanged", first.version)
    assert desk.heap_writes() == before
    assert desk.sql("SELECT count(*) FROM layer.version") == [(1,)]
    assert counts(desk, again) == (0, 0, 10, 0)


def test_places_written_with_another_last_digit_are_the_same_rows(desk: Desk) -> None:
    rows = shelters(10)
    desk.load(rows)
    again = desk.load([{**row, "x": np.nextafter(row["x"], 180.0)} for row in rows])
    assert again.state == "unchanged"
    moved = desk.load([{**row, "x": row["x"] + 2e-9} for row in rows])
    assert counts(desk, moved) == (0, 10, 0, 0)


def test_one_changed_row_writes_one_row_and_the_version_before_still_shows_the_old_one(desk: Desk) -> None:
    first = desk.load(shelters(10))
    before = desk.heap_writes()
    rows = shelters(10)
    rows[3]["name"] = "改名"
    second = desk.load(rows)
    # the old row gets its end (one row version) and the new one is added (another): eight others stay as they were
    assert desk.heap_writes() == before + 2
    assert desk.sql("SELECT count(*) FROM layer.version") == [(2,)]
    old, new = desk.rows_of(first.version), desk.rows_of(second.version)
    assert [row["name"] for row in old] == [f"避灾点{n}" for n in range(10)]
    assert [row["name"] for row in new] == [row["name"] if row["code"] != "S3" else "改名" for row in old]
    assert len(desk.served()) == 10


def test_a_change_of_most_rows_starts_a_new_table_and_leaves_the_old_one_alone(desk: Desk) -> None:
    first = desk.load(shelters(10))
    rows = [{**row, "capacity": 7} for row in shelters(10)]
    second = desk.load(rows)
    assert desk.sql("SELECT count(DISTINCT heap) FROM layer.version") == [(2,)]
    assert {row["capacity"] for row in desk.rows_of(second.version)} == {7}
    assert [row["capacity"] for row in desk.rows_of(first.version)] == [50 + n for n in range(10)]


def test_rows_back_as_they_were_are_the_content_they_were(desk: Desk) -> None:
    desk.load(shelters(10))
    changed = [{**row, "capacity": 7} if row["code"] == "S1" else row for row in shelters(10)]
    desk.load(changed)
    desk.load(shelters(10))
    contents = desk.sql("SELECT content FROM layer.version ORDER BY seq")
    assert contents[0] == contents[2] != contents[1]
    assert desk.sql("SELECT count(*) FROM layer.version") == [(3,)]


def test_the_order_of_the_rows_does_not_matter(desk: Desk) -> None:
    first = desk.load(shelters(10))
    again = desk.load(list(reversed(shelters(10))))
    assert (again.state, again.version) == ("unchanged", first.version)


def test_the_same_file_under_the_same_profile_is_the_same_load(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("code,name,level,capacity,lon,lat\nS1,一,village,1,120.1,30.2\n", encoding="utf-8")
    loader = desk.loader
    first = loader.receive(path, layer="shelter", profile=Profile())
    assert loader.receive(path, layer="shelter", profile=Profile()).id == first.id
    other = loader.receive(path, layer="shelter", profile=Profile(owner="县局"))
    assert other.id != first.id
    loader.advance(first.id)
    loader.commit(first.id)
    assert loader.receive(path, layer="shelter", profile=Profile()).id == first.id
    assert loader.receive(path, layer="shelter", profile=Profile(), again=True).id != first.id
    path.write_text(path.read_text(encoding="utf-8").replace("一", "二"), encoding="utf-8")
    assert loader.receive(path, layer="shelter", profile=Profile()).id != first.id


def test_a_file_whose_version_is_no_longer_served_is_loaded_anew(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("code,name,level,capacity,lon,lat\nS1,一,village,1,120.1,30.2\n", encoding="utf-8")
    first = desk.loader.receive(path, layer="shelter", profile=Profile())
    desk.loader.advance(first.id)
    desk.loader.commit(first.id)
    desk.load([{**shelters(1)[0], "code": "S1", "name": "三"}])
    assert desk.loader.receive(path, layer="shelter", profile=Profile()).id != first.id


@pytest.mark.parametrize("part", ["#content", "#row"])
def test_files_without_a_key_get_stable_ones(part: str, desk: Desk) -> None:
    rows = [{k: v for k, v in row.items() if k != "code"} for row in shelters(6)]
    first = desk.load(rows, key_from=[part])
    keys = [row["code"] for row in desk.served()]
    assert len(set(keys)) == 6
    again = desk.load(rows, key_from=[part])
    assert (again.state, [row["code"] for row in desk.served()]) == ("unchanged", keys)
    assert first.version == again.version


def test_a_key_made_of_the_content_does_not_move_with_the_row(desk: Desk) -> None:
    rows = [{k: v for k, v in row.items() if k != "code"} for row in shelters(6)]
    desk.load(rows, key_from=["#content"])
    load = desk.check(
        [{**shelters(1)[0], "code": None, "name": "新"}, *rows[:4]], key_from=["#content"], mode="replace"
    )
    # the column of codes is new, so all content is: the same columns keep their keys
    again = desk.check(list(reversed(rows)), key_from=["#content"], mode="replace")
    assert counts(desk, again) == (0, 0, 6, 0)
    assert load.counts["bad"] == 0


def test_a_key_from_several_columns_takes_the_first_that_is_filled(desk: Desk) -> None:
    rows = [
        {**row, "code": "", "旧编号": f"J{n}" if n else None, "名": f"N{n}"}
        for n, row in enumerate(shelters(3))
    ]
    desk.load(rows, key_from=["旧编号", "名"])
    assert [row["code"] for row in desk.served()] == ["J1", "J2", "N0"]


def test_a_version_says_which_file_it_came_from_and_which_version_was_before_it(desk: Desk) -> None:
    first = desk.load(shelters(10), source="县局台账", owner="应急管理局", source_date="2026-11-01")
    second = desk.load(shelters(11), source="县局台账", owner="应急管理局", source_date="2026-11-02")
    found = desk.sql(
        "SELECT version, parent, source_name, owner, source_date::text, row_count FROM layer.version ORDER BY seq"
    )
    assert found == [
        (first.version, None, "县局台账", "应急管理局", "2026-11-01", 10),
        (second.version, first.version, "县局台账", "应急管理局", "2026-11-02", 11),
    ]


def test_the_same_rows_of_a_later_date_are_a_version_that_says_so_and_writes_no_row(desk: Desk) -> None:
    desk.load(shelters(10), source_date="2026-11-01")
    before = desk.heap_writes()
    again = desk.load(shelters(10), source_date="2026-12-01")
    assert again.state == "loaded"
    assert desk.heap_writes() == before
    assert len(desk.served()) == 10
