"""Taking loads back, and seeing what they changed."""

from __future__ import annotations

import pytest
from shapely import box

from etl.loads.compared import diff_of
from etl.loads.record import Load
from etl.loads.undo import roll_back
from layers.errors import BadInput, Conflict, NotFound
from tests.etl.loads.conftest import Desk, shelters


def renamed(count: int, name: str, *keys: str) -> list[dict[str, object]]:
    return [{**row, "name": name} if row["code"] in keys else row for row in shelters(count)]


def diff(desk: Desk, load: Load) -> dict[str, object]:
    with desk.loader.engine.begin() as connection:
        return diff_of(connection, desk.loader.registry, load)


def test_a_diff_names_what_is_new_changed_and_gone_with_the_fields(desk: Desk) -> None:
    first = desk.load(shelters(10))
    rows = [*renamed(10, "新名", "S3")[1:], shelters(11)[10]]
    rows[0]["x"] = 120.5
    second = desk.load(rows, mode="replace")
    found = diff(desk, second)
    assert found["base"] == first.version
    assert found["counts"] == {"new": 1, "changed": 2, "same": 7, "gone": 1}
    assert [row["key"] for row in found["new"]] == ["S10"]  # type: ignore[attr-defined]
    assert [row["key"] for row in found["gone"]] == ["S0"]  # type: ignore[attr-defined]
    moved, changed = found["changed"]  # type: ignore[misc]
    assert (moved["key"], moved["fields"][0]["field"]) == ("S1", "geometry")
    assert moved["fields"][0]["after"].endswith(" m")
    assert changed["fields"] == [{"field": "name", "before": "避灾点3", "after": "新名"}]


def test_the_diff_of_a_first_load_is_all_new_and_of_one_without_change_is_empty(desk: Desk) -> None:
    first, again = desk.load(shelters(3)), desk.load(shelters(3))
    assert diff(desk, first)["counts"] == {"new": 3, "changed": 0, "same": 0, "gone": 0}
    assert diff(desk, again)["counts"] == {"new": 0, "changed": 0, "same": 3, "gone": 0}


def test_a_load_that_is_not_committed_has_no_diff(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        diff(desk, desk.check(shelters(3)))
    assert caught.value.code == "no_version"


def test_taking_a_load_back_serves_the_rows_before_it_as_a_new_version(desk: Desk) -> None:
    desk.load(shelters(10))
    before = desk.content()
    second = desk.load([*renamed(10, "新名", "S3"), shelters(11)[10]])
    load, _ = roll_back(desk.loader, second.id, person="乙")
    assert (load.kind, load.state, load.parent, load.person) == ("rollback", "loaded", second.id, "乙")
    assert (load.counts["changed"], load.counts["gone"]) == (1, 1)
    assert desk.content() == before
    assert desk.sql("SELECT count(*) FROM layer.version") == [(3,)]  # nothing was erased
    assert load.version != second.version


def test_a_load_taken_back_can_be_taken_back_itself(desk: Desk) -> None:
    desk.load(shelters(10))
    second = desk.load(renamed(10, "新名", "S3"))
    after = desk.content()
    undone, _ = roll_back(desk.loader, second.id)
    roll_back(desk.loader, undone.id)
    assert desk.content() == after


def test_taking_back_the_first_load_empties_the_layer(desk: Desk) -> None:
    first = desk.load(shelters(3))
    load, _ = roll_back(desk.loader, first.id)
    assert load.state == "loaded"
    assert desk.served() == []
    again = desk.load(shelters(3))
    assert again.state == "loaded"
    assert len(desk.served()) == 3


def test_a_load_under_later_ones_is_taken_back_only_with_them(desk: Desk) -> None:
    desk.load(shelters(10))
    second = desk.load(renamed(10, "二", "S3"))
    desk.load(renamed(10, "三", "S4"))
    with pytest.raises(Conflict) as caught:
        roll_back(desk.loader, second.id)
    assert caught.value.code == "later_loads"
    assert [row["name"] for row in desk.served()][4] == "三"
    roll_back(desk.loader, second.id, with_later=True)
    assert [row["name"] for row in desk.served()] == [row["name"] for row in shelters(10)]


def test_what_changed_nothing_cannot_be_taken_back(desk: Desk) -> None:
    desk.load(shelters(3))
    for load in (desk.load(shelters(3)), desk.check(shelters(4))):
        with pytest.raises(BadInput) as caught:
            roll_back(desk.loader, load.id)
        assert caught.value.code == "nothing_to_undo"


def test_a_version_that_was_let_go_cannot_be_restored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.prune.KEEP", 1)
    desk.load(shelters(10))
    second = desk.load(renamed(10, "二", "S3"))
    with pytest.raises(NotFound) as caught:
        roll_back(desk.loader, second.id)
    assert caught.value.code == "version_gone"
    assert len(desk.served()) == 10
    assert desk.sql("SELECT state FROM layer.load WHERE kind = 'rollback'") == [("refused",)]


def test_a_restored_version_keeps_what_was_said_of_its_source(desk: Desk) -> None:
    desk.load(shelters(3), owner="甲局")
    second = desk.load(shelters(4), owner="乙局")
    load, _ = roll_back(desk.loader, second.id)
    assert desk.sql("SELECT owner FROM layer.version WHERE version = :v", v=load.version) == [("甲局",)]


def test_taking_back_while_the_layer_is_being_written_is_told_and_leaves_nothing_open(desk: Desk) -> None:
    first = desk.load(shelters(3))
    with desk.holding("riskmap.load.shelter"):
        with pytest.raises(Conflict) as caught:
            roll_back(desk.loader, first.id)
    assert caught.value.code == "load_running"
    assert desk.sql("SELECT state FROM layer.load WHERE kind = 'rollback'") == [("refused",)]
    roll_back(desk.loader, first.id)
    assert desk.served() == []


def test_what_follows_from_a_layer_goes_and_comes_back_with_it(desk: Desk) -> None:
    county = {"code": "330102", "name": "甲区", "level": "county", "shape": box(120, 30, 121, 31)}
    desk.load([county], "admin_area")
    firm = {"code": "H1", "name": "企业", "kind": "firm", "firm_score": "55", "x": 120.5, "y": 30.5}
    first = desk.load([firm], "hazard_source", crs="EPSG:4326")
    assert [zone["grade"] for zone in desk.served("risk_zone")] == [1]
    second = desk.load([{**firm, "firm_score": "95"}], "hazard_source")
    assert [zone["grade"] for zone in desk.served("risk_zone")] == [4]
    roll_back(desk.loader, second.id)
    assert [zone["grade"] for zone in desk.served("risk_zone")] == [1]
    roll_back(desk.loader, first.id, with_later=True)
    current = {layer for (layer,) in desk.sql("SELECT layer FROM layer.current")}
    assert current == {"admin_area"}
    assert desk.load([firm], "hazard_source").state == "loaded"
    assert [zone["grade"] for zone in desk.served("risk_zone")] == [1]


def test_zones_no_longer_count_a_park_or_a_boundary_that_was_taken_back(desk: Desk) -> None:
    county = {"code": "330102", "name": "甲区", "level": "county", "shape": box(120, 30, 121, 31)}
    desk.load([county], "admin_area")
    plant = {
        "code": "H1",
        "name": "罐区",
        "kind": "major_hazard",
        "inventory": "7782-50-5:12",
        "residents_500m": "60",
    }
    desk.load([{**plant, "x": 120.5, "y": 30.5}], "hazard_source", crs="EPSG:4326")
    around = box(120.49, 30.49, 120.51, 30.51)
    parks = desk.load([{"code": "P1", "name": "园区", "score": "65", "shape": around}], "chemical_park")
    fences = desk.load([{"code": "H1", "name": "厂界", "shape": around}], "plant_boundary")
    [member] = desk.served("graded_object")
    assert (member["park_code"], member["boundary"]) == ("P1", "plant")
    assert [zone["code"] for zone in desk.served("risk_park")] == ["P1"]
    roll_back(desk.loader, parks.id)
    roll_back(desk.loader, fences.id)
    [member] = desk.served("graded_object")
    assert (member["park_code"], member["boundary"]) == (None, "point")
    assert [zone["grade"] for zone in desk.served("risk_zone")] == [member["grade"]] == [3]
    assert "risk_park" not in {layer for (layer,) in desk.sql("SELECT layer FROM layer.current")}


def test_computed_columns_do_not_make_the_same_rows_look_changed(desk: Desk) -> None:
    rows = [
        {
            "code": f"H{n}",
            "name": "企业",
            "kind": "firm",
            "firm_score": score,
            "x": 120.5 + n / 100,
            "y": 30.5,
        }
        for n, score in enumerate(["55", None, "95", "80.5"])
    ]
    first = desk.load(rows, "hazard_source")
    again = desk.load(rows, "hazard_source")
    assert (again.state, again.version) == ("unchanged", first.version)
