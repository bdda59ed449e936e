"""Storms and changes of a moment, over the demo data."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from layers.geo import GEOD


def storms(client: TestClient, at: str) -> dict[str, list[dict[str, Any]]]:
    answer = client.get("/api/replay/storms", params={"at": at})
    assert answer.status_code == 200, answer.text
    found: dict[str, list[dict[str, Any]]] = {"disc": [], "arc": [], "way": [], "eye": []}
    for feature in answer.json()["features"]:
        found[feature["properties"]["kind"]].append(feature)
    return found


def test_between_two_points_the_eye_is_on_the_way_and_nothing_later_is_told(client: TestClient) -> None:
    before, then, after = (storms(client, f"2026-08-25T{hour}+08:00") for hour in ("20:00", "21:30", "23:00"))
    (lon0, lat0), (lon, lat), (lon1, lat1) = (
        one["eye"][0]["geometry"]["coordinates"] for one in (before, then, after)
    )
    whole, half = GEOD.inv(lon0, lat0, lon1, lat1)[2], GEOD.inv(lon0, lat0, lon, lat)[2]
    assert half == pytest.approx(whole / 2, abs=1)
    said = then["eye"][0]["properties"]
    assert (said["known_at"], said["wind_mps"]) == ("2026-08-25T12:00:00Z", 50)
    assert said["label_zh"] == "演示台风 强台风 50 m/s"
    way = then["way"][0]["geometry"]["coordinates"]
    assert len(way) == len(before["way"][0]["geometry"]["coordinates"])
    assert way[-1] == [lon, lat]


def test_the_reach_of_wind_is_geodesic_with_a_figure_on_each_quarter(client: TestClient) -> None:
    then = storms(client, "2026-08-25T12:00:00Z")
    lon, lat = then["eye"][0]["geometry"]["coordinates"]
    assert [disc["properties"]["grade"] for disc in then["disc"]] == [7, 10, 12]
    assert [arc["properties"]["grade"] for arc in then["arc"]] == [7, 7, 7, 7, 10, 10, 10, 10, 12]
    for arc in then["arc"]:
        line = arc["geometry"]["coordinates"]
        away = [GEOD.inv(lon, lat, *corner)[2] / 1000 for corner in line]
        assert away == pytest.approx([arc["properties"]["km"]] * len(line), abs=0.02)
    said = then["eye"][0]["properties"]
    assert said["reach_zh"].startswith("7 级风圈 东北 260 东南 234 西南 169 西北 195 km，10 级风圈 东北 110 ")
    assert said["reach_en"].endswith(", grade 12 55 km")


def test_weak_winds_have_no_circle_and_before_and_after_there_is_no_storm(client: TestClient) -> None:
    assert [d["properties"]["grade"] for d in storms(client, "2026-08-27T00:00Z")["disc"]] == [7]
    assert storms(client, "2026-08-23T23:59Z") == storms(client, "2026-08-27T00:01Z") == {
        "disc": [], "arc": [], "way": [], "eye": [],
    }  # fmt: skip


def test_a_span_names_every_moment_at_which_something_changed_in_order(client: TestClient) -> None:
    ends = {"from": "2026-08-24T00:00:00Z", "to": "2026-08-27T00:00:00Z"}
    said = client.get("/api/replay", params=ends).json()
    assert [one["kind"] for one in said["moments"]] == ["storm"] * 25
    assert said["storms"][0] == {
        "storm": "2699", "name": "演示台风", "begins": "2026-08-24T00:00:00Z", "ends": "2026-08-27T00:00:00Z",
    }  # fmt: skip
    now = client.get("/api/replay").json()
    times = [one["at"] for one in now["moments"]]
    assert times == sorted(times)
    loaded = {one["what"] for one in now["moments"] if one["kind"] == "layer"}
    assert {"shelter", "risk_zone"} <= loaded
    assert now["layers_from"] == min(one["at"] for one in now["moments"] if one["kind"] == "layer")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/replay?from=2026-08-24T00:00:00", "no_time_zone"),
        ("/api/replay?from=2026-08-24T00:00:00Z&to=2026-08-23T00:00:00Z", "bad_span"),
        ("/api/replay?from=1926-08-24T00:00:00Z", "bad_span"),
        ("/api/replay?from=gestern", "bad_request"),
        ("/api/replay/storms", "bad_request"),
        ("/api/replay/storms?at=2026-08-24T00:00:00", "no_time_zone"),
        ("/api/layers?at=2026-08-24T25:00:00Z", "bad_request"),
        ("/api/layers?at=2026-08-24T01:00", "no_time_zone"),
    ],
)
def test_a_moment_that_is_none_is_refused_in_two_languages(path: str, code: str, client: TestClient) -> None:
    answer = client.get(path)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["detail"] != problem["detail_en"]


def test_a_moment_that_is_none_is_named_with_its_parameter(client: TestClient) -> None:
    problem = client.get("/api/layers?at=2026-08-24T25:00:00Z").json()
    assert problem["detail"] == "参数 at 有误：应为日期和时刻，如 2026-08-01T08:30:00+08:00"
    assert problem["errors"][0]["field"] == "at"
