"""Live positions over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.api.conftest import Office


def fix(mover: str, seconds_ago: float = 1, **more: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return {"id": mover, "lon": 121.5, "lat": 29.9, "at": at.isoformat(), **more}


def send(office: Office, *rows: Any) -> Any:
    answer = office.http.post("/api/positions", json={"positions": list(rows)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def known(office: Office, mover: str, since: int = -1) -> Any:
    found = office.http.get("/api/positions", params={"since": since}).json()["positions"]
    return next((one for one in found if one["id"] == mover), None)


@pytest.fixture
def mover() -> str:
    return f"车{uuid4().hex[:8]}"


def test_the_newest_fix_is_given_with_its_age(office: Office, mover: str) -> None:
    said = send(office, fix(mover, 30, kind="aircraft", name="直升机一号", speed_mps=55.5, heading_deg=90))
    assert (said["taken"], said["refused"]) == (1, 0)
    found = known(office, mover)
    assert (found["name"], found["kind"], found["stale"]) == ("直升机一号", "aircraft", False)
    assert 29 <= found["age_s"] <= 60


def test_an_old_fix_says_that_it_is_old(office: Office, mover: str) -> None:
    send(office, fix(mover, 600))
    assert known(office, mover)["stale"]


def test_a_fix_from_the_future_is_refused_and_does_not_hold_the_mover(office: Office, mover: str) -> None:
    said = send(office, fix(mover, -3600 * 24 * 365))
    assert (said["taken"], said["faults"][0]["code"]) == (0, "future_fix")
    assert known(office, mover) is None
    assert send(office, fix(mover, 5))["taken"] == 1


def test_what_comes_late_does_not_go_back(office: Office, mover: str) -> None:
    send(office, fix(mover, 5, lon=121.6))
    said = send(office, fix(mover, 50, lon=121.1))
    assert (said["taken"], said["older"]) == (0, 1)
    assert known(office, mover)["lon"] == 121.6


def test_good_rows_of_a_batch_are_kept_and_bad_ones_named(office: Office, mover: str) -> None:
    rows = [
        fix(mover),
        fix("", 1),
        fix("a", 1, lat=95),
        fix("b", 1, kind="ufo"),
        {"id": "c"},
        fix("d", 1) | {"at": "2026-01-01T00:00:00"},
        fix("e", 1, surprise=1),
        fix("f\x00", 1),
        fix(f"{mover}-2"),
    ]
    said = send(office, *rows)
    assert (said["taken"], said["refused"]) == (2, 7)
    assert [one["row"] for one in said["faults"]] == [1, 2, 3, 4, 5, 6, 7]
    assert said["faults"][4]["code"] == "no_time_zone"
    assert {one["code"] for one in said["faults"]} == {"bad_fix", "no_time_zone"}


def test_a_page_asks_only_for_what_has_moved(office: Office, mover: str) -> None:
    send(office, fix(mover, 10), fix(f"{mover}-2", 10))
    turn = office.http.get("/api/positions").json()["turn"]
    assert known(office, mover, turn) is None
    send(office, fix(mover, 5))
    assert known(office, mover, turn)["id"] == mover
    assert known(office, f"{mover}-2", turn) is None
    assert known(office, f"{mover}-2", 10**9) is not None


@pytest.mark.parametrize("body", [{}, {"positions": 1}, {"positions": [1]}, {"positions": [{}] * 10_001}])
def test_a_batch_that_is_none_is_refused(office: Office, body: Any) -> None:
    answer = office.http.post("/api/positions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


def test_a_page_that_knew_the_server_before_it_began_anew_is_told_all(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings)) as client:
        client.post("/api/positions", json={"positions": [fix("消防车01", 20)]})
        turn = client.get("/api/positions").json()["turn"]
    with TestClient(create_app(empty_settings)) as client:
        found = client.get("/api/positions", params={"since": turn}).json()
    assert found["turn"] > turn
    assert [one["id"] for one in found["positions"]] == ["消防车01"]


def test_what_could_not_be_saved_is_saved_later(
    empty_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(create_app(empty_settings)) as client:
        store = client.app.state.positions  # type: ignore[attr-defined]
        client.post("/api/positions", json={"positions": [fix("消防车01", 20)]})
        with monkeypatch.context() as away:
            away.setattr(store, "_engine", create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
            with pytest.raises(SQLAlchemyError):
                store.save()
    with TestClient(create_app(empty_settings)) as client:
        assert len(client.get("/api/positions").json()["positions"]) == 1


def test_movers_beyond_the_limit_are_named_and_the_others_taken(
    office: Office, mover: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(office, fix(mover, 10))
    monkeypatch.setattr("app.positions.MOST_MOVERS", 0)
    said = send(office, fix(f"{mover}-2"), fix(mover, 5))
    assert (said["taken"], said["faults"][0]["code"]) == (1, "too_many_movers")


def test_positions_survive_a_restart(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings)) as client:
        client.post("/api/positions", json={"positions": [fix("消防车01", 20)]})
    with TestClient(create_app(empty_settings)) as client:
        found = client.get("/api/positions").json()["positions"]
    assert [one["id"] for one in found] == ["消防车01"]


def test_a_moment_of_the_past_is_answered_with_the_age_of_then(office: Office, mover: str) -> None:
    send(office, fix(mover, 400, lon=120.11))
    then = datetime.now(UTC).isoformat()
    send(office, fix(mover, 5, lon=121.6))
    answer = office.http.get("/api/positions", params={"at": then}).json()["positions"]
    (found,) = (one for one in answer if one["id"] == mover)
    assert (found["lon"], found["stale"]) == (120.11, True)
    assert 400 <= found["age_s"] < 460
    around = office.http.get("/api/around", params={"lon": 120.11, "lat": 29.9, "at": then}).json()
    (near,) = (one for one in around["rescue"]["movers"] if one["id"] == mover)
    assert near["distance_m"] == 0
    assert 400 <= near["age_s"] < 460


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"at": "2026-08-24T01:00"}, "no_time_zone"),
        ({"at": "gestern"}, "bad_request"),
        ({"at": "2026-08-24", "since": 5}, "since_with_at"),
    ],
)
def test_a_moment_that_is_none_is_refused(office: Office, params: dict[str, Any], code: str) -> None:
    answer = office.http.get("/api/positions", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"at": "0001-01-01T00:00:00+14:00"}, "bad_fix"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "bad_fix"),
        ({"at": "0001-01-01T00:00:00Z"}, "too_old"),
        ({"at": "2020-01-01T00:00:00Z"}, "too_old"),
        ({"id": "V9\ud800"}, "bad_fix"),
    ],
)
def test_one_impossible_row_does_not_cost_the_others(
    wrong: dict[str, Any], code: str, office: Office, mover: str
) -> None:
    batch = json.dumps({"positions": [fix(mover), fix("x") | wrong]})
    said = office.http.post(
        "/api/positions", content=batch, headers={"Content-Type": "application/json"}
    ).json()
    assert (said["taken"], said["refused"]) == (1, 1)
    assert [(one["row"], one["code"]) for one in said["faults"]] == [(1, code)]
    assert known(office, mover) is not None


@pytest.mark.parametrize(
    "path",
    [
        "/api/positions?at=0001-01-01",
        "/api/positions?at=0001-01-01T00:00:00%2B14:00",
        "/api/around?lon=120&lat=30&at=0001-01-02",
        "/api/around?lon=120&lat=30&at=9999-12-31T23:59:59Z",
        "/api/replay/storms?at=9999-12-31T23:59:59-14:00",
        "/api/layers?at=9999-12-31",
    ],
)
def test_a_moment_at_the_edge_of_the_calendar_is_refused(path: str, office: Office) -> None:
    answer = office.http.get(path)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_time"
