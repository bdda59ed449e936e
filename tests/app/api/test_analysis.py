"""The analyses over HTTP: answers, jobs, files, and errors by name."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import pyogrio
import pytest
from starlette.testclient import TestClient

SOON_S = 60.0


def ended(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + SOON_S
    while job["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.1)
        job = client.get(f"/api/analysis/siting/{job['id']}").json()
    return job


def test_the_same_question_has_the_same_id_and_the_same_bytes(client: TestClient) -> None:
    asked = {"radius_km": 90, "wind": {"speed_mps": 8, "from_deg": 330}}
    one, other = (client.post("/api/analysis/coverage", json=asked) for _ in range(2))
    assert one.status_code == 200
    assert one.content == other.content
    different = client.post("/api/analysis/coverage", json={**asked, "radius_km": 91})
    assert different.json()["scenario_id"] != one.json()["scenario_id"]


def test_all_demands_and_extras_are_answered(client: TestClient) -> None:
    asked = {
        "demand": ["people", "area", "hazards", "shelters", "incidents"],
        "demand_points": [{"lon": 120.1, "lat": 30.2}, {"lon": 121.5, "lat": 29.9, "weight": 3}],
        "bands_min": [20, 30, 45],
        "wind_rose": [
            {"speed_mps": 5, "from_deg": 0, "share": 2},
            {"speed_mps": 9, "from_deg": 120, "share": 1},
        ],
        "hospital_within_min": 90,
        "on_scene_min": 15,
        "aircraft": "AW139",
        "busy_fraction": 0.3,
    }
    answer = client.post("/api/analysis/coverage", json=asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [one["id"] for one in body["demands"]] == asked["demand"]
    for one in body["demands"]:
        assert sum(one["times_shares"]) == pytest.approx(1)
        assert one["expected_share"] <= one["covered_share"] + 1e-9
        assert sum(base["shapley"] for base in one["bases"]) == pytest.approx(one["covered"])
    assert [band["within_min"] for band in body["bands"]] == [20, 30, 45]
    assert sum(wind["share"] for wind in body["rose"]["winds"]) == pytest.approx(1)
    assert body["hospital"]["covered_share"] <= 1
    bound = body["error_bound"]
    assert bound["cells_differ"] <= bound["cells_relative"]


def test_a_siting_run_ends_with_a_proven_plan(client: TestClient) -> None:
    started = client.post("/api/analysis/siting", json={"p": 1, "grid_m": 30000})
    assert started.status_code == 202
    job = ended(client, started.json())
    assert job["state"] == "done", job
    result = job["result"]
    assert (result["status"], result["partial"]) == ("optimal", False)
    best = result["sites"][0]
    bases = [
        one["id"]
        for one in client.get("/api/analysis/coverage/bases").json()["bases"]
        if one["status"] != "off"
    ]
    more = {"bases": [*bases, {"lon": best["lon"], "lat": best["lat"]}]}
    after = client.post("/api/analysis/coverage", json=more).json()["covered_people_share"]
    assert after == pytest.approx(result["covered_share_after"], abs=0.005)


def test_a_run_can_be_cancelled_and_an_unknown_one_is_named(client: TestClient) -> None:
    started = client.post(
        "/api/analysis/siting", json={"p": 9, "grid_m": 9000, "objective": "area", "fixed": []}
    ).json()
    client.delete(f"/api/analysis/siting/{started['id']}")
    assert ended(client, started)["state"] in ("cancelled", "done")
    assert client.get("/api/analysis/siting/none").json()["code"] == "job_unknown"


def test_a_run_that_fails_says_why_in_both_languages(client: TestClient) -> None:
    asked = {"model": "lscp", "candidates": [{"lon": 120, "lat": 29}], "fixed": []}
    job = ended(client, client.post("/api/analysis/siting", json=asked).json())
    assert job["state"] == "failed"
    assert job["error"]["code"] == "infeasible"
    assert job["error"]["detail"] != job["error"]["detail_en"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "no_candidates"),
        ({"grid_m": 1}, "grid_out_of_range"),
        ({"grid_m": 1e300}, "grid_out_of_range"),
        ({"grid_m": 3000}, "too_many_candidates"),
        ({"grid_m": 15000, "busy_fraction": 7}, "busy_fraction_out_of_range"),
        ({"grid_m": 15000, "response_min": 1e9}, "response_out_of_range"),
        ({"grid_m": 15000, "aircraft": "飞碟"}, "unknown_aircraft"),
        ({"grid_m": 15000, "fixed": ["无"]}, "unknown_base"),
        ({"candidates": [{"lon": 120, "lat": 29}], "p": 2}, "too_few_candidates"),
    ],
)
def test_a_question_that_cannot_be_asked_begins_no_run(
    client: TestClient, asked: dict[str, Any], code: str
) -> None:
    answer = client.post("/api/analysis/siting", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_two_scenarios_are_compared_county_by_county(client: TestClient) -> None:
    answer = client.post(
        "/api/analysis/compare", json={"a": {"radius_km": 60}, "b": {"radius_km": 100}}
    ).json()
    assert answer["lost_km2"] == 0
    assert answer["gained_people"] > 0
    assert sum(county["gained"] for county in answer["counties"]) == pytest.approx(
        answer["gained_people"], rel=1e-6
    )
    assert answer["covered_people_share_b"] > answer["covered_people_share_a"]


def test_a_place_is_told_who_is_there_first(client: TestClient) -> None:
    asked = {"places": [{"lon": 120.2, "lat": 29.9, "name": "现场"}], "radius_km": 100}
    answer = client.post("/api/analysis/arrival", json=asked)
    assert answer.status_code == 200, answer.text
    place = answer.json()["places"][0]
    assert (place["name"], place["first"]) == ("现场", "air")
    assert place["first_min"] == place["air"][0]["minutes"]
    none = client.post("/api/analysis/arrival", json={"places": []})
    assert (none.status_code, none.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("form", ["geojson", "gpkg", "csv", "html"])
def test_an_answer_comes_as_a_file_and_twice_as_the_same_bytes(client: TestClient, form: str) -> None:
    one, other = (
        client.post(f"/api/analysis/coverage/export/{form}", json={"radius_km": 80}) for _ in range(2)
    )
    assert one.status_code == 200, one.text
    assert "attachment" in one.headers["content-disposition"]
    assert one.content == other.content
    if form == "gpkg":
        layers = {name for name, _ in pyogrio.list_layers(io.BytesIO(one.content))}
        assert {"reach", "reached", "gap", "base", "worst_point"} <= layers
        assert not zipfile.is_zipfile(io.BytesIO(one.content))


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"bases": [{"lon": 120, "lat": 29, "datum": "GCJ-02"}]}, 422, "shifted_datum"),
        ({"bases": [{"lon": 120, "lat": 29, "datum": "unknown"}]}, 422, "unknown_datum"),
        ({"cruise_kmh": 50, "wind": {"speed_mps": 20, "from_deg": 0}}, 422, "wind_exceeds_airspeed"),
        ({"endurance_min": 20, "on_scene_min": 30}, 422, "endurance_exceeded"),
        ({"aircraft": "UFO"}, 422, "unknown_aircraft"),
        ({"no_fly": [{"type": "Point", "coordinates": [120, 29]}]}, 422, "bad_no_fly"),
        ({"night": True, "visibility_m": 1000}, 422, "below_minima"),
        ({"demand": ["incidents"]}, 503, "demand_missing"),
        ({"busy_fraction": 1}, 422, "busy_fraction_out_of_range"),
        ({"wind": {"speed_mps": -1, "from_deg": 0}}, 422, "wind_out_of_range"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    client: TestClient, asked: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/api/analysis/coverage", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    assert answer.json()["detail_en"]


def test_the_aircraft_come_with_their_sources(client: TestClient) -> None:
    rows = client.get("/api/analysis/aircraft").json()["aircraft"]
    assert {"AC313", "AW139"} <= {row["id"] for row in rows}
    assert all(row["source"] and row["status"] for row in rows)
