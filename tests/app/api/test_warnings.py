"""Warnings: drafted by one person, approved by another, read as text and as CAP 1.2."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
PLACE = {"lon": 121.55, "lat": 29.87}


@pytest.fixture
def incident(desk: TestClient) -> Any:
    body = {**PLACE, "person": "张三", "title": "储罐泄漏", "hazard": "chemical"}
    return desk.post("/api/incidents", json=body).json()


def drafted(desk: TestClient, incident: Any, person: str = "张三") -> Any:
    answer = desk.post(
        f"/api/incidents/{incident['id']}/warnings", json={"person": person, "colour": "orange"}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def approve(desk: TestClient, warning: Any, person: str, rev: int | None = None) -> Any:
    body = {"person": person, "rev": warning["rev"] if rev is None else rev}
    return desk.post(f"/api/warnings/{warning['id']}/approve", json=body)


def cap(desk: TestClient, warning: Any) -> ET.Element:
    answer = desk.get(f"/api/warnings/{warning['id']}/cap.xml")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    return ET.fromstring(answer.text)  # noqa: S314 - our own


def test_a_draft_names_places_people_and_shelters_and_is_an_exercise(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    around = desk.post("/api/around", json={**PLACE, "hazard": "chemical"}).json()
    assert draft["status"] == "Exercise"
    assert f"{around['footprint']['people']:,} 人" in draft["texts"]["description"]
    assert around["shelters"]["items"][0]["name"] in draft["texts"]["instruction"]
    assert draft["area"]["places"]
    assert re.search(r"，\S+发生危险化学品泄漏（储罐泄漏）。", draft["texts"]["description"])
    assert re.fullmatch(r"\d{14}_\d{14}_\d", draft["identifier"])


def test_the_message_is_cap_in_two_languages_with_a_closed_outline(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    alert = cap(desk, draft)
    assert [one.tag.removeprefix(CAP) for one in alert][:6] == [
        "identifier", "sender", "sent", "status", "msgType", "scope",
    ]  # fmt: skip
    assert alert.findtext(f"{CAP}status") == "Exercise"
    assert [one.findtext(f"{CAP}language") for one in alert.iter(f"{CAP}info")] == ["zh-CN", "en"]
    ring = str(alert.findtext(f".//{CAP}polygon")).split()
    assert ring[0] == ring[-1]
    assert 4 <= len(ring) <= 100
    lat, lon = map(float, ring[0].split(","))
    assert abs(lat - PLACE["lat"]) < 0.02
    assert abs(lon - PLACE["lon"]) < 0.02


def test_a_second_person_makes_it_actual_and_the_log_says_who(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    approved = approve(desk, draft, "李四")
    assert (approved.status_code, approved.json()["status"]) == (200, "Actual")
    assert cap(desk, draft).findtext(f"{CAP}status") == "Actual"
    log = desk.get(f"/api/incidents/{incident['id']}").json()["log"]
    assert [(one["action"], one["person"]) for one in log[1:]] == [
        ("warning_drafted", "张三"),
        ("warning_approved", "李四"),
    ]
    again = approve(desk, approved.json(), "王五")
    assert (again.status_code, again.json()["code"]) == (409, "warning_approved")


@pytest.mark.parametrize("person", ["张三", " 张 三 "])
def test_who_wrote_it_cannot_approve_it(desk: TestClient, incident: Any, person: str) -> None:
    refused = approve(desk, drafted(desk, incident), person)
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")


def test_who_changed_the_words_last_cannot_approve_them(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    body = {"person": "李四", "rev": draft["rev"], "headline": "新标题"}
    changed = desk.patch(f"/api/warnings/{draft['id']}", json=body).json()
    assert changed["texts"]["headline"] == "新标题"
    assert approve(desk, changed, "李四").json()["code"] == "same_person"
    assert approve(desk, changed, "张三").status_code == 200


def test_words_that_were_not_read_are_not_approved(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    desk.patch(f"/api/warnings/{draft['id']}", json={"person": "王五", "rev": 1, "headline": "改"})
    stale = approve(desk, draft, "李四")
    assert (stale.status_code, stale.json()["code"]) == (412, "warning_changed")


def test_a_draft_of_an_incident_that_changed_is_not_approved(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    move = {"person": "王五", "rev": incident["rev"], "footprint": {"kind": "ring", "radius_m": 3000}}
    desk.patch(f"/api/incidents/{incident['id']}", json=move)
    assert approve(desk, draft, "李四").json()["code"] == "incident_changed"


def test_a_closed_incident_has_no_new_warnings(desk: TestClient, incident: Any) -> None:
    desk.patch(
        f"/api/incidents/{incident['id']}",
        json={"person": "王五", "rev": incident["rev"], "status": "closed"},
    )
    refused = desk.post(f"/api/incidents/{incident['id']}/warnings", json={"person": "张三", "colour": "red"})
    assert (refused.status_code, refused.json()["code"]) == (409, "incident_closed")


def test_a_later_warning_updates_the_approved_one(desk: TestClient, incident: Any) -> None:
    first = approve(desk, drafted(desk, incident), "李四").json()
    second = cap(desk, drafted(desk, incident))
    assert second.findtext(f"{CAP}msgType") == "Update"
    assert str(second.findtext(f"{CAP}references")).split(",")[1] == first["identifier"]


def test_empty_words_are_refused(desk: TestClient, incident: Any) -> None:
    draft = drafted(desk, incident)
    refused = desk.patch(f"/api/warnings/{draft['id']}", json={"person": "李四", "rev": 1, "headline": " "})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_text")
