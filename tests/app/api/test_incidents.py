"""Incidents and live values over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

PLACE = {"lon": 121.55, "lat": 29.87}
BASE = "/api/live/rescue_base/B3"


def opened(desk: TestClient, **more: Any) -> Any:
    answer = desk.post("/api/incidents", json={**PLACE, "person": "张三", "title": "储罐爆炸", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def patch(desk: TestClient, incident: Any, **changes: Any) -> Any:
    body = {"person": "李四", "rev": incident["rev"], **changes}
    return desk.patch(f"/api/incidents/{incident['id']}", json=body)


def test_an_incident_is_on_record_with_what_was_known_of_its_place(desk: TestClient) -> None:
    made = opened(desk, hazard="chemical", footprint={"kind": "ring", "radius_m": 2000})
    line = made["log"][0]
    assert (line["action"], line["person"], made["status"], made["rev"]) == ("opened", "张三", "open", 1)
    around = desk.get("/api/around", params={**PLACE, "hazard": "chemical", "radius_m": 2000}).json()
    assert line["detail"]["people"] == around["footprint"]["people"]
    assert line["detail"]["versions"]["shelter"] == next(
        one["version"] for one in around["sources"] if one["layer"] == "shelter"
    )
    assert made["footprint"] == {"kind": "ring", "radius_m": 2000.0}


def test_numbers_run_through_the_day(desk: TestClient) -> None:
    first, second = opened(desk)["number"], opened(desk)["number"]
    assert int(second[-3:]) == int(first[-3:]) + 1
    assert first[:8] == second[:8]


def test_it_is_changed_closed_and_opened_again_and_the_log_says_who(desk: TestClient) -> None:
    made = opened(desk)
    changed = patch(desk, made, hazard="fire", note="火势蔓延").json()
    closed = patch(desk, changed, status="closed").json()
    again = patch(desk, closed, status="open").json()
    noted = desk.post(f"/api/incidents/{made['id']}/log", json={"person": "王五", "text": "消防到场"}).json()
    assert [line["action"] for line in noted["log"]] == ["opened", "changed", "closed", "reopened", "note"]
    assert noted["log"][1]["detail"] == {"before": {"hazard": None}}
    assert (again["status"], again["rev"]) == ("open", 4)
    assert noted["log"][-1]["text"] == "消防到场"


def test_a_change_does_not_go_over_somebody_elses(desk: TestClient) -> None:
    made = opened(desk)
    assert patch(desk, made, title="甲").status_code == 200
    late = patch(desk, made, title="乙")
    assert (late.status_code, late.json()["code"]) == (412, "incident_changed")
    assert desk.get(f"/api/incidents/{made['id']}").json()["title"] == "甲"


@pytest.mark.parametrize("field", ["title", "footprint", "status", "happened_at"])
def test_what_an_incident_must_have_cannot_be_taken_out(desk: TestClient, field: str) -> None:
    made = opened(desk)
    answer = patch(desk, made, **{field: None})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
    assert desk.get(f"/api/incidents/{made['id']}").json() == made


def test_a_footprint_that_is_none_is_refused_in_a_change_too(desk: TestClient) -> None:
    made = opened(desk)
    answer = patch(
        desk, made, footprint={"kind": "drawn", "geometry": {"type": "Point", "coordinates": [1, 2]}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_footprint")


def test_a_change_of_nothing_changes_nothing(desk: TestClient) -> None:
    made = opened(desk)
    assert patch(desk, made, title="储罐爆炸").json()["rev"] == 1


def test_a_note_alone_goes_into_the_log(desk: TestClient) -> None:
    changed = patch(desk, opened(desk), note="风向转北").json()
    assert (changed["log"][-1]["action"], changed["log"][-1]["text"], changed["rev"]) == (
        "note",
        "风向转北",
        1,
    )


def test_open_ones_are_listed_first(desk: TestClient) -> None:
    made = opened(desk)
    patch(desk, made, status="closed")
    newest = opened(desk)
    found = desk.get("/api/incidents").json()["incidents"]
    assert found[0]["id"] == newest["id"]
    states = [one["status"] for one in found]
    assert states == sorted(states, reverse=True)
    only = desk.get("/api/incidents", params={"status": "closed"}).json()["incidents"]
    assert {one["status"] for one in only} == {"closed"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"person": "  "}, 422, "missing_person"),
        ({"lat": 95}, 422, "position_out_of_range"),
        ({"lon": 10, "lat": 50}, 422, "outside_region"),
        ({"happened_at": "2099-01-01T00:00:00+08:00"}, 422, "bad_time"),
        ({"happened_at": "2026-01-01T00:00:00"}, 422, "bad_time"),
        ({"happened_at": "1966-01-01T00:00:00+08:00"}, 422, "bad_time"),
        ({"hazard": "war"}, 422, "bad_request"),
        ({"footprint": {"kind": "ring", "radius_m": 1}}, 422, "bad_request"),
        ({"footprint": {"kind": "drawn", "geometry": {}}}, 422, "bad_footprint"),
        ({"title": "x" * 201}, 422, "bad_request"),
        ({"surprise": 1}, 422, "bad_request"),
    ],
)
def test_a_bad_incident_is_refused_and_nothing_is_kept(
    desk: TestClient, body: dict[str, Any], status: int, code: str
) -> None:
    before = len(desk.get("/api/incidents").json()["incidents"])
    answer = desk.post("/api/incidents", json={**PLACE, "person": "张三", **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(desk.get("/api/incidents").json()["incidents"]) == before


def test_what_is_not_there_is_named(desk: TestClient) -> None:
    assert desk.get("/api/incidents/999999").json()["code"] == "no_incident"
    assert desk.patch("/api/incidents/999999", json={"person": "a", "rev": 1}).json()["code"] == "no_incident"
    note = desk.post("/api/incidents/999999/log", json={"person": "a", "text": "b"})
    assert (note.status_code, note.json()["code"]) == (404, "no_incident")


def first_base(desk: TestClient) -> Any:
    return desk.get("/api/around", params=PLACE).json()["rescue"]["bases"][0]


def test_a_base_that_is_off_comes_last_everywhere_until_that_is_undone(desk: TestClient) -> None:
    assert first_base(desk)["key"] == "B3"
    said = desk.post(BASE, json={"person": "张三", "values": {"status": "off"}, "note": "检修"})
    assert said.status_code == 201, said.text
    change = said.json()["changes"][0]
    assert (change["before"], change["value"], change["person"]) == ("ready", "off", "张三")
    assert first_base(desk)["key"] != "B3"
    item = desk.get("/api/layers/rescue_base/items/B3").json()
    assert (item["properties"]["status"], item["live"]) == ("off", ["status"])
    covered = [one["id"] for one in desk.post("/api/analysis/coverage", json={}).json()["bases"]]
    assert "B3" not in covered
    undone = desk.post(f"/api/live/undo/{change['id']}", json={"person": "李四"}).json()["changes"][0]
    assert undone["undone_by"] == "李四"
    assert first_base(desk)["key"] == "B3"
    again = desk.post(f"/api/live/undo/{change['id']}", json={"person": "李四"})
    assert (again.status_code, again.json()["code"]) == (404, "no_live")


def test_what_a_shelter_holds_changes_what_is_free(desk: TestClient) -> None:
    params = {**PLACE, "hazard": "fire"}
    shelter = desk.get("/api/around", params=params).json()["shelters"]["items"][0]
    key = shelter["key"]
    values = {"occupied": shelter["capacity"] - 5, "status": "open"}
    desk.post(f"/api/live/shelter/{key}", json={"person": "张三", "values": values})
    now = desk.get("/api/around", params=params).json()["shelters"]["items"][0]
    assert (now["key"], now["free"], now["status"]) == (key, 5, "open")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "bad_value"),
        ({"name": "x"}, "not_live"),
        ({"status": "asleep"}, "bad_value"),
        ({"status": None}, "bad_value"),
        ({"status": 3}, "bad_value"),
        ({"status": True}, "bad_request"),
    ],
)
def test_a_bad_value_is_refused(desk: TestClient, values: dict[str, Any], code: str) -> None:
    before = desk.get(BASE).json()["changes"]
    answer = desk.post(BASE, json={"person": "张三", "values": values})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert desk.get(BASE).json()["changes"] == before


def test_an_object_that_is_not_there_has_no_state(desk: TestClient) -> None:
    answer = desk.post("/api/live/rescue_base/NONE", json={"person": "a", "values": {"status": "off"}})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_item")


def test_open_pages_hear_of_both_within_two_seconds(desk: TestClient) -> None:
    news = desk.app.state.news  # type: ignore[attr-defined]

    async def hear() -> list[dict[str, Any]]:
        heard: list[dict[str, Any]] = []
        stream = news.events()
        await anext(stream)
        made = await asyncio.to_thread(opened, desk)
        body = {"person": "张三", "values": {"status": "standby"}}
        await asyncio.to_thread(lambda: desk.post(BASE, json=body))
        while len(heard) < 2:
            event = (await asyncio.wait_for(anext(stream), 2)).decode()
            if event.startswith("event: state"):
                heard.append(json.loads(event.split("data: ")[1]))
        assert heard[0] == {"incident": made["id"]}
        return heard

    assert desk.portal is not None
    assert desk.portal.call(hear)[1] == {"live": ["rescue_base", "B3"]}


def test_a_shelter_may_be_overfull_but_not_tenfold(desk: TestClient) -> None:
    params = {"lon": 121.1, "lat": 30.05, "radius_m": 100}
    shelter = desk.get("/api/around", params=params).json()["shelters"]["items"][0]
    places, key = shelter["capacity"], shelter["key"]
    values = {"occupied": places + 7, "status": "open"}
    taken = desk.post(f"/api/live/shelter/{key}", json={"person": "张三", "values": values})
    assert taken.status_code == 201
    answer = desk.get("/api/around", params=params).json()["shelters"]
    mine = next(one for one in answer["unfit"] if one["key"] == key)
    assert (mine["free"], mine["shortfall"]["en"], answer["over"]) == (0, "over by 7", 7)
    values = {"occupied": places * 10 + 1}
    slip = desk.post(f"/api/live/shelter/{key}", json={"person": "张三", "values": values})
    assert (slip.status_code, slip.json()["code"]) == (422, "typing_slip")
