"""The map as it was on a day, and what changed colour between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.main import create_app
from app.regrading import Regrader
from app.settings import Settings
from tests.app.state.conftest import regrader, world

__all__ = ["regrader", "world"]
LAST_WEEK = date.today() - timedelta(days=7)  # the days around it are far from any time zone's edge


@pytest.fixture
def http(regrader: Regrader, empty_settings: Settings) -> Iterator[TestClient]:
    """A server over the small map: loaded a week ago, graded again with stricter cut-offs today."""
    with regrader.engine.begin() as connection:
        connection.execute(text("UPDATE layer.version SET loaded_at = loaded_at - interval '7 days'"))
    regrader.set_constant("ls-general.cutoffs", ">=15:1; >=10:2; >=5:3; >=1:4", person="张三", reason="试行")
    with TestClient(create_app(empty_settings)) as running:
        yield running


def shown(http: TestClient, day: date | None) -> dict[str, Any]:
    at = f"?at={day}" if day else ""
    return {one["id"]: one for one in http.get(f"/api/layers{at}").json()["layers"]}


def test_a_past_day_shows_the_grades_of_that_day_in_every_answer(http: TestClient) -> None:
    day = LAST_WEEK + timedelta(days=2)
    before, now = shown(http, day), shown(http, None)
    assert before["risk_zone"]["version"] != now["risk_zone"]["version"]
    assert before["admin_area"]["version"] == now["admin_area"]["version"]
    for at, grade, word in ((f"?at={day}", 3, "一般"), ("", 4, "低")):
        assert http.get(f"/api/layers/risk_zone/items/330106{at}").json()["properties"]["grade"] == grade
        said = http.get(f"/api/layers/risk_zone/items/330106/why{at}").json()
        assert (said["grade"], said["word"]["zh"], said["members"]["items"][0]["grade"]) == (
            grade,
            word,
            grade,
        )
        rows = http.get(f"/api/layers/risk_zone/list{at}").json()["rows"]
        assert next(row["grade"] for row in rows if row["code"] == "330106") == grade


def test_before_the_first_load_there_is_nothing(http: TestClient) -> None:
    assert {one["status"] for one in shown(http, LAST_WEEK - timedelta(days=2)).values()} == {"empty"}
    answer = http.get(f"/api/layers/risk_zone/list?at={LAST_WEEK - timedelta(days=2)}")
    assert answer.json()["code"] == "layer_empty"
    assert http.get("/api/layers?at=yesterday").json()["code"] == "bad_request"


def test_the_changes_between_two_versions_name_each_object(http: TestClient) -> None:
    versions = http.get("/api/layers/hazard_source/versions").json()["versions"]
    assert len(versions) == 2
    found = http.get(f"/api/layers/hazard_source/changes?since={versions[1]['version']}").json()
    assert (found["before"], found["after"], found["total"]) == (
        versions[1]["version"],
        versions[0]["version"],
        2,
    )
    assert [(o["key"], o["before"], o["after"]) for o in found["objects"]] == [("A4", 2, 1), ("B1", 3, 4)]
    by_day = http.get(f"/api/layers/hazard_source/changes?since={LAST_WEEK + timedelta(days=2)}").json()
    assert by_day == found
    same = http.get(f"/api/layers/hazard_source/changes?since={versions[0]['version']}").json()
    assert (same["total"], same["objects"]) == (0, [])
    for since, code in (
        ("nothing", "version_gone"),
        ("2026-02-30", "bad_day"),
        (str(LAST_WEEK - timedelta(days=2)), "layer_empty"),
    ):
        answer = http.get(f"/api/layers/hazard_source/changes?since={since}").json()
        assert answer["code"] == code
        assert answer["detail_en"]


def test_a_zone_can_be_set_by_hand_over_http_and_stays_on_record(http: TestClient) -> None:
    until = (date.today() + timedelta(days=20)).isoformat()
    sent = {"grade": 2, "reason": "专家会商", "person": "王五", "until": until}
    answer = http.post("/api/zones/risk_zone/330106/override", json=sent)
    assert answer.status_code == 201, answer.text
    assert [(o["key"], o["after"]) for one in answer.json()["layers"] for o in one["objects"]] == [
        ("330106", 2)
    ]
    said = http.get("/api/layers/risk_zone/items/330106/why").json()
    assert said["override"] == {"reason": "专家会商", "person": "王五", "until": until, "worst": 4}
    kept = http.get("/api/zones/overrides").json()
    assert kept["overrides"][0]["holds"] is True
    assert kept["audit"][0]["action"] == "zone.override"
    assert (
        http.post(f"/api/zones/overrides/{kept['overrides'][0]['id']}/withdraw?person=王五").status_code
        == 200
    )
    assert http.get("/api/layers/risk_zone/items/330106/why").json()["override"] is None
