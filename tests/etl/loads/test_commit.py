"""Commits beside each other, after each other, and after a crash."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from etl.loads.faults import RowsRefused
from etl.loads.profile import Profile
from etl.loads.record import Load
from layers.errors import BadFile, Conflict, Outdated
from tests.etl.loads.conftest import Desk, shelters


def test_of_two_commits_to_a_layer_the_loser_is_told_and_can_try_again(desk: Desk) -> None:
    load = desk.check(shelters(3))
    with desk.holding("riskmap.load.shelter"):
        with pytest.raises(Conflict) as caught:
            desk.loader.commit(load.id)
    assert caught.value.code == "load_running"
    assert desk.served() == []
    fresh = desk.loader.get(load.id)
    assert (fresh.state, fresh.counts["problem"]["code"]) == ("checked", "load_running")
    desk.loader.commit(load.id)
    assert len(desk.served()) == 3
    assert "problem" not in desk.loader.get(load.id).counts


def test_another_layer_is_not_in_the_way(desk: Desk) -> None:
    load = desk.check(shelters(3))
    with desk.holding("riskmap.load.landing_point"):
        desk.loader.commit(load.id)
    assert len(desk.served()) == 3


def test_two_at_work_on_one_load_are_refused(desk: Desk) -> None:
    load = desk.check(shelters(3))
    with desk.holding(f"riskmap.work.{load.id}"):
        for work in (desk.loader.advance, desk.loader.commit, desk.loader.discard):
            with pytest.raises(Conflict) as caught:
                work(load.id)
            assert caught.value.code == "load_busy"
    desk.loader.discard(load.id)


def test_of_two_commits_at_once_both_are_served_or_one_is_told(desk: Desk) -> None:
    desk.load(shelters(4))
    loads = [desk.check(shelters(6)[n : n + 1]) for n in (4, 5)]
    failed: list[BaseException] = []

    def commit(load: Load) -> None:
        try:
            desk.loader.commit(load.id, guarded=False)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=commit, args=[load]) for load in loads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {getattr(error, "code", repr(error)) for error in failed} <= {"load_running"}
    assert len(desk.served()) == 6 - len(failed)


def test_a_layer_that_changed_since_the_preview_is_previewed_again(desk: Desk) -> None:
    desk.load(shelters(10))
    late = desk.check(shelters(12))
    desk.load(shelters(11))
    with pytest.raises(Outdated) as caught:
        desk.loader.commit(late.id)
    assert caught.value.code == "version_changed"
    assert len(desk.served()) == 11
    again = desk.loader.advance(late.id)
    assert (again.counts["new"], again.counts["same"]) == (1, 11)
    desk.loader.commit(late.id)
    assert len(desk.served()) == 12


def test_an_empty_layer_that_was_filled_since_the_preview_is_previewed_again(desk: Desk) -> None:
    first, second = desk.check(shelters(3)), desk.check(shelters(5))
    desk.loader.commit(first.id)
    with pytest.raises(Outdated):
        desk.loader.commit(second.id)
    desk.loader.advance(second.id)
    desk.loader.commit(second.id)
    assert len(desk.served()) == 5


def test_a_load_that_was_not_previewed_commits_whatever_is_served(desk: Desk) -> None:
    first, second = desk.check(shelters(3)), desk.check(shelters(5)[3:])
    desk.loader.commit(first.id)
    desk.loader.commit(second.id, guarded=False)
    assert len(desk.served()) == 5


def test_an_answer_to_an_outdated_question_is_refused(desk: Desk) -> None:
    load = desk.check(shelters(3))
    with pytest.raises(Outdated) as caught:
        desk.loader.amend(load.id, layer=None, patch={"mode": "append"}, revision=load.revision - 1)
    assert caught.value.code == "load_changed"


@pytest.mark.parametrize("work", ["commit", "discard", "advance"])
def test_a_load_that_has_ended_stays_ended(work: str, desk: Desk) -> None:
    load = desk.load(shelters(3))
    with pytest.raises(Conflict) as caught:
        getattr(desk.loader, work)(load.id)
    assert caught.value.code == "load_ended"


def test_a_discarded_load_leaves_its_record_and_no_table(desk: Desk) -> None:
    load = desk.check([*shelters(3), {**shelters(4)[3], "level": "x"}])
    desk.loader.discard(load.id)
    assert desk.loader.get(load.id).state == "discarded"
    assert [fault[0] for fault in desk.faults(load)] == [4]
    assert desk.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]


def test_no_working_table_is_left_after_a_commit(desk: Desk) -> None:
    desk.load(shelters(3))
    desk.load(shelters(5))
    assert desk.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]


# -- what a crash leaves ------------------------------------------------------------------------------------------


def csv(folder: Path, count: int = 5, name: str = "s.csv") -> Path:
    lines = "".join(f"S{n},点{n},village,{n},{120 + n / 100},30.2\n" for n in range(count))
    (folder / name).write_text("code,name,level,capacity,lon,lat\n" + lines, encoding="utf-8")
    return folder / name


def received(desk: Desk, path: Path, **profile: object) -> Load:
    load = desk.loader.receive(path, layer="shelter", profile=Profile(**profile))  # type: ignore[arg-type]
    return desk.loader.advance(load.id)


def emptied(desk: Desk, load: Load) -> None:
    """Do what a crash of the server does to unlogged tables."""
    for (name,) in desk.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'stage'"):
        if desk.sql("SELECT relpersistence::text FROM pg_class WHERE relname = :n", n=name) == [("u",)]:
            desk.sql_do(f'TRUNCATE stage."{name}"')


@pytest.mark.parametrize("again", [False, True])
def test_a_load_whose_working_tables_were_emptied_is_read_again_and_never_commits_nothing(
    again: bool, desk: Desk, tmp_path: Path
) -> None:
    if again:
        desk.load(shelters(8), mode="replace")
    load = received(desk, csv(tmp_path), mode="replace")
    emptied(desk, load)
    desk.loader.commit(load.id)
    assert [row["name"] for row in desk.served()] == [f"点{n}" for n in range(5)]


def test_a_load_that_lost_only_its_checked_rows_is_checked_again(desk: Desk, tmp_path: Path) -> None:
    desk.load(shelters(8))
    load = received(desk, csv(tmp_path), mode="replace")
    desk.sql_do(f"TRUNCATE stage.ready_{load.id}")
    desk.loader.commit(load.id)
    assert len(desk.served()) == 5


def test_a_load_whose_file_is_gone_too_is_refused_and_what_is_served_stays(
    desk: Desk, tmp_path: Path
) -> None:
    desk.load(shelters(8))
    load = received(desk, csv(tmp_path), mode="replace")
    emptied(desk, load)
    (tmp_path / "s.csv").unlink()
    with pytest.raises(BadFile) as caught:
        desk.loader.commit(load.id)
    assert caught.value.code == "file_missing"
    assert len(desk.served()) == 8


def test_a_load_whose_committer_was_killed_can_be_committed_or_discarded(desk: Desk, tmp_path: Path) -> None:
    for name, end in (("a.csv", "commit"), ("b.csv", "discard")):
        load = received(desk, csv(tmp_path, 5, name), owner=end)
        desk.sql_do("UPDATE layer.load SET state = 'committing' WHERE id = :id", id=load.id)
        getattr(desk.loader, end)(load.id)
    assert len(desk.served()) == 5


def test_an_answer_reads_the_file_again_only_where_it_changes_how_it_is_read(
    desk: Desk, tmp_path: Path
) -> None:
    load = received(desk, csv(tmp_path))
    mark = desk.sql(f"SELECT 'stage.raw_{load.id}'::regclass::oid")
    desk.loader.amend(load.id, layer=None, patch={"mode": "append", "rename": {"name": "name"}})
    assert desk.loader.advance(load.id).state == "checked"
    assert desk.sql(f"SELECT 'stage.raw_{load.id}'::regclass::oid") == mark
    desk.loader.amend(load.id, layer=None, patch={"encoding": "utf-8"})
    assert desk.loader.get(load.id).state == "received"
    assert desk.loader.advance(load.id).state == "checked"
    assert desk.sql(f"SELECT 'stage.raw_{load.id}'::regclass::oid") != mark


def test_a_commit_that_may_only_add_refuses_keys_that_are_served(desk: Desk) -> None:
    first = shelters(3)
    desk.load(first[:2])
    load = desk.check([{**first[1], "name": "改名"}, first[2]])
    assert load.counts["bad"] == 0
    with pytest.raises(RowsRefused) as caught:
        desk.loader.commit(load.id, patch={"mode": "append"}, person="乙")
    assert [(f.row, f.code) for f in caught.value.faults] == [(1, "key_exists")]
    desk.loader.commit(load.id, patch={"mode": "append", "bad_rows": "skip"}, person="乙")
    assert desk.loader.get(load.id).person == "乙"
    assert sorted(row["name"] for row in desk.served()) == sorted(row["name"] for row in first)
