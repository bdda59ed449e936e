"""Everything about a place over HTTP, on the demo's full data."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from layers.geo import GEOD

LON, LAT = 121.55, 29.87
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[121.5, 29.8], [121.6, 29.8], [121.6, 29.9], [121.5, 29.9], [121.5, 29.8]]],
}


def ask(client: TestClient, **params: Any) -> Any:
    answer = client.get("/api/around", params={"lon": LON, "lat": LAT} | params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def around(client: TestClient) -> Any:
    return ask(client, hazard="fire", called_at="2026-03-01T06:00:00+08:00")


def test_it_says_where_the_place_is_from_the_province_down(around: Any) -> None:
    assert [one["level"] for one in around["areas"]] == ["province", "city", "county", "town"]
    assert [one["name"] for one in around["areas"]][:3] == ["浙江省", "宁波市", "海曙区"]
    assert "40649758" in around["readings"][1]["zh"]


def test_it_says_the_colour_of_every_zone_the_place_lies_in_as_the_zones_themselves_do(
    around: Any, client: TestClient
) -> None:
    assert {one["layer"] for one in around["zones"]} >= {"risk_zone", "risk_town", "risk_grid"}
    for zone in around["zones"]:
        why = client.get(f"/api/layers/{zone['layer']}/items/{zone['key']}/why").json()
        assert (zone["grade"], zone["because"]["zh"]) == (why["grade"], why["reason"]["zh"])


def tiles_around(zoom: int, metres: float) -> set[tuple[int, int]]:
    corners = [GEOD.fwd(LON, LAT, azimuth, metres * 1.5)[:2] for azimuth in (45, 135, 225, 315)]

    def tile(lon: float, lat: float) -> tuple[int, int]:
        n = 1 << zoom
        return int((lon + 180) / 360 * n), int(
            (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
        )

    xs, ys = zip(*(tile(*one) for one in corners), strict=True)
    return {(x, y) for x in range(min(xs), max(xs) + 1) for y in range(min(ys), max(ys) + 1)}


def test_counts_in_the_list_are_dots_on_the_map(around: Any, client: TestClient) -> None:
    zoom = 14
    dots: dict[str, tuple[float, int | None]] = {}
    for x, y in tiles_around(zoom, 3000):
        content = client.get(f"/tiles/hazard_source/{zoom}/{x}/{y}.mvt").content
        tile = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}) if content else {}
        for feature in tile.get("hazard_source", {}).get("features", []):
            px, py = feature["geometry"]["coordinates"]
            world = 4096 << zoom
            lon = (x * 4096 + px) / world * 360 - 180
            lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y * 4096 + py) / world))))
            away = GEOD.inv(LON, LAT, lon, lat)[2]
            dots[feature["properties"]["id"]] = (away, feature["properties"].get("grade"))
    for ring in around["rings"][:3]:
        inside = [grade for away, grade in dots.values() if away <= ring["within_m"]]
        assert ring["hazards"] == len(inside)
        assert {one["grade"]: one["count"] for one in ring["grades"]} == Counter(inside)


def test_the_gravest_of_each_ring_come_first_and_those_past_their_clock_are_marked(around: Any) -> None:
    items = around["hazards"]["items"]
    ring = [next(r for r in (500, 1000, 3000, 5000) if one["distance_m"] <= r) for one in items]
    order = [(r, one["grade"] or 9, one["distance_m"]) for r, one in zip(ring, items, strict=True)]
    assert order == sorted(order)
    assert around["hazards"]["total"] == around["rings"][-1]["hazards"]


def test_bases_come_in_the_order_of_their_arrival_as_sums_that_add_up(around: Any) -> None:
    bases = around["rescue"]["bases"]
    assert [one["total_min"] for one in bases] == sorted(one["total_min"] for one in bases)
    first = bases[0]
    assert first["name"] == "舟山普陀山机场"
    assert first["preparation_min"] + first["flight_min"] == pytest.approx(first["total_min"], abs=0.11)
    assert first["on_scene"].startswith("2026-02-28T22:38") or first["on_scene"].startswith(
        "2026-03-01T06:38"
    )
    assert first["within"]
    assert first["shortfall"] is None
    assert all(one["shortfall"] for one in bases if not one["within"])


def test_teams_fit_the_hazard_and_those_that_do_not_say_why(around: Any) -> None:
    found = around["rescue"]["teams"]
    fitting = [one for one in found if one["shortfall"] is None]
    assert [one["distance_m"] for one in fitting] == sorted(one["distance_m"] for one in fitting)
    assert "灭火" in fitting[0]["why"]["zh"]
    assert fitting[0]["name"] in around["summary"]["zh"]


def test_flight_times_are_those_of_the_coverage_analysis(around: Any, client: TestClient) -> None:
    body = {"demand_points": None, "response_min": 45, "radius_km": 100}
    bases = client.post("/api/analysis/coverage", json={k: v for k, v in body.items() if v}).json()["bases"]
    speed = {one["id"]: one["cruise_kmh"] for one in bases}
    for one in around["rescue"]["bases"]:
        assert one["flight_min"] == pytest.approx(one["distance_m"] / 1000 / speed[one["key"]] * 60, abs=0.06)


def test_shelters_lie_outside_and_their_places_are_summed(around: Any) -> None:
    shelters = around["shelters"]
    assert shelters["need"] == around["footprint"]["people"] == around["rings"][1]["people"]
    assert not any(one["in_footprint"] for one in shelters["items"])
    sums = [one["sum_free"] for one in shelters["items"]]
    assert sums == sorted(sums)
    assert sums[0] == shelters["items"][0]["free"]
    assert all(one["shortfall"]["zh"] for one in shelters["unfit"])


def test_the_summary_has_the_numbers_of_the_answer(around: Any) -> None:
    words = around["summary"]["zh"]
    assert f"{around['footprint']['people']:,}" in words
    assert around["rescue"]["bases"][0]["name"] in words
    assert "演示数据" in words


def test_a_wedge_and_a_drawn_area_are_footprints_too(client: TestClient) -> None:
    wedge = ask(client, isolation_m=200, downwind_m=2000, wind_from_deg=90)["footprint"]
    assert (wedge["kind"], wedge["area_km2"]) == ("wedge", pytest.approx(2.4 + 0.02 * 3.14159, rel=1e-3))
    body = {"lon": LON, "lat": LAT, "footprint": {"kind": "drawn", "geometry": SQUARE}}
    drawn = client.post("/api/around", json=body).json()
    assert drawn["footprint"]["area_km2"] == pytest.approx(107, rel=0.02)
    assert drawn["footprint"]["people"] > wedge["people"]


def test_the_worst_zone_that_the_footprint_touches_is_named(client: TestClient) -> None:
    edge = {"lon": 121.55, "lat": 29.95}
    small, large = (
        ask(client, **edge, radius_m=10)["worst_zone"],
        ask(client, **edge, radius_m=5000)["worst_zone"],
    )
    assert large["grade"] <= small["grade"]
    assert (large["grade"], large["name"]) == (1, "镇海区")
    assert "镇海区 重大" in ask(client, **edge, radius_m=5000)["summary"]["zh"]


def test_a_large_footprint_counts_all_that_lies_in_it(client: TestClient) -> None:
    found = ask(client, radius_m=20_000)
    assert found["hazards"]["in_footprint"] > found["hazards"]["total"] == found["rings"][-1]["hazards"]


def test_a_drawing_that_crosses_itself_again_and_again_is_refused_at_once(client: TestClient) -> None:
    rng = np.random.default_rng(1)
    corners = [[121.5 + 0.1 * float(x), 29.8 + 0.1 * float(y)] for x, y in rng.random((190, 2))]
    geometry = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    body = {"lon": LON, "lat": LAT, "footprint": {"kind": "drawn", "geometry": geometry}}
    answer = client.post("/api/around", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_footprint")


def test_a_place_at_sea_is_answered_with_the_nearest_county(client: TestClient) -> None:
    found = ask(client, lon=122.9, lat=29.0)
    assert (found["inside"], found["areas"]) == (False, [])
    assert found["nearest"]["distance_m"] > 20_000
    assert "不在本省陆域内" in found["summary"]["zh"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"lon": 200}, "position_out_of_range"),
        ({"lon": "nan"}, "not_finite"),
        ({"lat": 39.9, "lon": 116.4}, "outside_region"),
        ({"lat": "x"}, "bad_request"),
        ({"hazard": "war"}, "bad_request"),
        ({"radius_m": 5}, "bad_request"),
        ({"called_at": "9999-12-31T23:59:00+00:00"}, "bad_time"),
        ({"called_at": "0001-01-01T00:00:00+00:00"}, "bad_time"),
        ({"called_at": "2026-03-01T06:00:00"}, "bad_time"),
        ({"isolation_m": 100}, "bad_footprint"),
        ({"radius_m": 100, "isolation_m": 100, "downwind_m": 200, "wind_from_deg": 10}, "bad_footprint"),
    ],
)
def test_a_bad_question_is_named(client: TestClient, params: dict[str, Any], code: str) -> None:
    answer = client.get("/api/around", params={"lon": LON, "lat": LAT} | params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_bad_drawing_is_named(client: TestClient) -> None:
    body = {
        "lon": LON,
        "lat": LAT,
        "footprint": {"kind": "drawn", "geometry": {"type": "Point", "coordinates": [1, 2]}},
    }
    answer = client.post("/api/around", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_footprint")


def test_without_data_it_says_what_is_missing(empty_settings: Settings) -> None:
    with TestClient(create_app(empty_settings)) as client:
        found = ask(client)
    assert {"行政区划", "避灾安置场所"} <= {one["zh"] for one in found["missing"]}
    assert (found["footprint"]["people"], found["shelters"]["need"], found["rescue"]["bases"]) == (
        None,
        None,
        [],
    )
    assert "没有人口数据" in found["summary"]["zh"]


def test_all_hazards_are_listed_where_more_are_asked_for(client: TestClient) -> None:
    place = {"lon": 121.55, "lat": 29.87}
    few = client.get("/api/around", params=place).json()["hazards"]
    assert len(few["items"]) == 30 < few["found"]
    all_of_them = client.get("/api/around", params={**place, "most": 2000}).json()["hazards"]
    assert len(all_of_them["items"]) == all_of_them["found"] == few["found"]
    assert sum(one["distance_m"] <= 5000 for one in all_of_them["items"]) == few["total"]
    assert all_of_them["items"][:30] == few["items"]
    assert client.get("/api/around", params={**place, "most": 2001}).json()["code"] == "bad_request"


def test_zones_and_bases_have_their_english_names_where_the_data_has_them(around: Any) -> None:
    names = {one["name"]: one["name_en"] for one in around["areas"]}
    zone = next(one for one in around["zones"] if one["layer"] == "risk_zone")
    assert zone["name_en"] == names[zone["name"]] is not None
    assert all(one["name_en"] for one in around["rescue"]["bases"])
