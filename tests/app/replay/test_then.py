"""What was known at a moment: incidents, live values and layers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

PLACE = {"lon": 121.55, "lat": 29.87}
BASE = "/api/live/rescue_base/B3"


def just_before(moment: str) -> str:
    return (datetime.fromisoformat(moment) - timedelta(microseconds=1)).isoformat()


@pytest.fixture(scope="module")
def story(desk: TestClient) -> dict[str, Any]:
    """An incident that was put on record, renamed, closed and opened again."""
    made = desk.post("/api/incidents", json={**PLACE, "person": "张三", "title": "泄漏"}).json()
    path = f"/api/incidents/{made['id']}"
    for rev, change in enumerate(
        ({"title": "储罐爆炸", "hazard": "fire"}, {"status": "closed"}, {"status": "open"}), 1
    ):
        answer = desk.patch(path, json={"person": "李四", "rev": rev, **change})
        assert answer.status_code == 200, answer.text
    told: dict[str, Any] = desk.post(f"{path}/log", json={"person": "王五", "text": "到场"}).json()
    return told


def known(desk: TestClient, story: dict[str, Any], at: str) -> dict[str, Any] | None:
    listed = desk.get("/api/incidents", params={"at": at}).json()["incidents"]
    return next((one for one in listed if one["id"] == story["id"]), None)


def test_an_incident_is_as_it_was_known_before_and_after_each_line_of_its_log(
    desk: TestClient, story: dict[str, Any]
) -> None:
    opened, changed, closed, reopened, noted = (line["at"] for line in story["log"])
    assert known(desk, story, just_before(opened)) is None
    expected = [
        (just_before(changed), "泄漏", None, "open", 1),
        (changed, "储罐爆炸", "fire", "open", 2),
        (just_before(reopened), "储罐爆炸", "fire", "closed", 3),
        (closed, "储罐爆炸", "fire", "closed", 3),
        (noted, "储罐爆炸", "fire", "open", 4),
    ]
    for at, *what in expected:
        one = known(desk, story, at)
        assert one is not None
        assert [one[name] for name in ("title", "hazard", "status", "rev")] == what


def test_the_log_of_an_incident_ends_at_the_moment(desk: TestClient, story: dict[str, Any]) -> None:
    times = [line["at"] for line in story["log"]]
    path = f"/api/incidents/{story['id']}"
    assert desk.get(path, params={"at": times[2]}).json()["log"] == story["log"][:3]
    early = desk.get(path, params={"at": just_before(times[0])})
    assert (early.status_code, early.json()["code"]) == (404, "no_incident")


def test_only_those_of_a_status_at_the_moment_are_listed(desk: TestClient, story: dict[str, Any]) -> None:
    at = story["log"][2]["at"]
    for status, is_listed in (("open", False), ("closed", True)):
        found = desk.get("/api/incidents", params={"at": at, "status": status}).json()["incidents"]
        assert any(one["id"] == story["id"] for one in found) is is_listed


def test_a_live_value_is_what_it_was_at_the_moment_undone_or_not(desk: TestClient) -> None:
    line = desk.post(BASE, json={"person": "张三", "values": {"status": "off"}}).json()["changes"][0]
    undone = desk.post(f"/api/live/undo/{line['id']}", json={"person": "张三"}).json()["changes"][0][
        "undone_at"
    ]

    def status(at: str) -> str:
        answer = desk.get("/api/layers/rescue_base/items/B3", params={"at": at}).json()
        return str(answer["properties"]["status"])

    assert [status(at) for at in (just_before(line["at"]), line["at"], just_before(undone), undone)] == [
        "ready", "off", "off", "ready",
    ]  # fmt: skip


def test_layers_are_as_they_were_served_at_the_instant(desk: TestClient) -> None:
    first = desk.get("/api/replay").json()["layers_from"]
    status = [
        {
            one["status"]
            for one in desk.get("/api/layers", params={"at": at}).json()["layers"]
            if not one["derived"]
        }
        for at in (just_before(first), datetime.now().astimezone().isoformat())
    ]
    assert status == [{"empty"}, {"loaded"}]
    # a + that nobody escaped
    assert desk.get(f"/api/layers?at={datetime.now().astimezone().isoformat()}").status_code == 200


def test_everything_about_a_place_follows(desk: TestClient) -> None:
    at = datetime.now().astimezone().isoformat()
    answer = desk.get("/api/around", params={**PLACE, "at": at})
    assert answer.status_code == 200
    assert desk.get("/api/kpis", params={"at": at}).status_code == 200


def test_changes_of_incidents_and_live_values_are_among_the_moments(
    desk: TestClient, story: dict[str, Any]
) -> None:
    found = desk.get("/api/replay").json()["moments"]
    mine = [one["at"] for one in found if (one["kind"], one["what"]) == ("incident", str(story["id"]))]
    assert mine == [line["at"] for line in story["log"]]
