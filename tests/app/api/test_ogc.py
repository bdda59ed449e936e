"""OGC API Features: what the standard asks, and what hostile questions get."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from app.settings import Settings

ITEMS = "/ogc/collections/shelter/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def get(client: TestClient, path: str, **asked: object) -> Any:
    answer = client.get(path, params={k.replace("_", "-"): v for k, v in asked.items()} or None)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(client: TestClient, path: str, **asked: object) -> tuple[int, str]:
    answer = client.get(path, params={k.replace("_", "-"): v for k, v in asked.items()})  # type: ignore[arg-type]
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def listed(body: Any) -> list[Any]:
    """Return what a document lists: collections, tile sets."""
    return [*body.get("collections", []), *body.get("tilesets", []), *body.get("tileMatrixSets", [])]


def feature_collections(client: TestClient) -> dict[str, Any]:
    found = get(client, "/ogc/collections")["collections"]
    return {c["id"]: c for c in found if c["itemType"] == "feature"}


def test_every_link_of_the_interface_leads_somewhere(client: TestClient) -> None:
    seen: set[str] = set()
    waiting = ["/ogc"]
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 200:
            continue
        seen.add(path)
        body = get(client, path)
        links = [*body.get("links", []), *(x for c in listed(body) for x in c["links"])]
        assert all(one["href"].startswith("http") and one["rel"] and one["type"] for one in links)
        waiting += [
            one["href"].removeprefix("http://testserver")
            for one in links
            if one["rel"] in ("conformance", "data", "self", "items", "collection")
            or one["rel"].split("/")[-1]
            in ("tilesets-vector", "tilesets-map", "tiling-schemes", "tiling-scheme")
        ]
    assert {"/ogc/conformance", "/ogc/collections", "/ogc/collections/risk_zone"} <= seen
    assert {"/ogc/collections/risk_zone/tiles", "/ogc/collections/population/map/tiles"} <= seen


def test_the_collections_are_the_layers_with_their_counts(client: TestClient) -> None:
    served = {
        x["id"]: x for x in get(client, "/api/layers")["layers"] if x["kind"] == "vector" and x["count"]
    }
    offered = feature_collections(client)
    assert set(offered) == set(served)
    for name, layer in served.items():
        page = get(client, f"/ogc/collections/{name}/items", limit=1)
        assert page["numberMatched"] == layer["count"]
        assert offered[name]["extent"]["spatial"]["bbox"] == [layer["bounds"]]


def test_pages_put_together_are_the_whole_and_none_comes_twice(client: TestClient) -> None:
    asked = {"bbox": "120,30,120.4,30.4", "limit": 50}
    page = get(client, ITEMS, **asked)
    found, pages = [f["id"] for f in page["features"]], 1
    while following := [x["href"] for x in page["links"] if x["rel"] == "next"]:
        page = get(client, following[0].removeprefix("http://testserver"))
        found += [f["id"] for f in page["features"]]
        pages += 1
    assert pages > 2
    assert len(found) == len(set(found)) == page["numberMatched"]


def test_systems_come_in_the_order_of_axes_of_their_authority(client: TestClient) -> None:
    [one] = get(client, ITEMS, limit=1)["features"]
    lon, lat = one["geometry"]["coordinates"]
    for code, expected in ((4326, (lat, lon)), (4490, (lat, lon))):
        answer = client.get(ITEMS, params={"limit": 1, "crs": f"{EPSG}{code}"})
        assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
        assert answer.json()["features"][0]["geometry"]["coordinates"] == pytest.approx(expected, abs=1e-8)
    northing, easting = get(client, f"{ITEMS}/{one['id']}", crs=f"{EPSG}4549")["geometry"]["coordinates"]
    assert 2_900_000 < northing < 3_500_000
    assert 100_000 < easting < 900_000
    box = f"{northing - 1},{easting - 1},{northing + 1},{easting + 1}"
    near = get(client, ITEMS, bbox=box, bbox_crs=f"{EPSG}4549")
    assert one["id"] in [f["id"] for f in near["features"]]
    turned = get(
        client, ITEMS, bbox=f"{lat - 1e-6},{lon - 1e-6},{lat + 1e-6},{lon + 1e-6}", bbox_crs=f"{EPSG}4326"
    )
    assert one["id"] in [f["id"] for f in turned["features"]]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("capacity > 200", "capacity > 200"),
        (
            "level = 'county' AND capacity BETWEEN 100 AND 500",
            "level = 'county' AND capacity BETWEEN 100 AND 500",
        ),
        ("name LIKE '%小学%' OR phone IS NULL", "name LIKE '%%小学%%' OR phone IS NULL"),
        ("level IN ('village','township')", "level IN ('village','township')"),
        ("NOT (level = 'village')", "NOT level = 'village'"),
        (
            "S_INTERSECTS(geom, BBOX(120,30,121,31))",
            "ST_Intersects(geom, ST_MakeEnvelope(120,30,121,31,4326))",
        ),
        ("name = 'x''; DROP TABLE layer.version; --'", "false"),
    ],
)
def test_a_filter_finds_what_the_table_has(
    text: str, condition: str, client: TestClient, demo_settings: Settings
) -> None:
    version = get(client, "/api/layers/shelter/counts")["version"]
    with psycopg.connect(str(demo_settings.database_url)) as connection:
        query = f'SELECT count(*) FROM layer."shelter__{version}" WHERE {condition}'
        [(count,)] = connection.execute(query.replace("%%", "%").encode()).fetchall()
    assert get(client, ITEMS, filter=text, limit=1)["numberMatched"] == count


def test_a_field_is_asked_by_its_name(client: TestClient) -> None:
    by_name = get(client, ITEMS, level="county", limit=1)["numberMatched"]
    assert by_name == get(client, ITEMS, filter="level = 'county'", limit=1)["numberMatched"] > 0
    fields = get(client, "/ogc/collections/shelter/queryables")["properties"]
    assert fields["capacity"]["type"] == "integer"
    assert "county" in fields["level"]["enum"]


def test_a_time_leaves_out_what_was_at_another_one(client: TestClient) -> None:
    everything = get(client, "/ogc/collections/hazard_source/items", limit=1)["numberMatched"]
    path = "/ogc/collections/hazard_source/items"
    early = get(client, path, limit=1, datetime="../1990-01-01")["numberMatched"]
    late = get(client, path, limit=1, datetime="1990-01-02T00:00:00Z/..")["numberMatched"]
    undated = get(client, path, limit=1, filter="assessed_on IS NULL")["numberMatched"]
    assert early + late - undated == everything


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"bbox": "1,2,3"}, "bad_bbox"),
        ({"bbox": "122,31,120,30"}, "bad_bbox"),
        ({"bbox": "nan,1,2,3"}, "bad_bbox"),
        ({"bbox": "1e300,1,1e301,3"}, "bad_bbox"),
        ({"limit": "0"}, "bad_number"),
        ({"limit": "1e9"}, "bad_number"),
        ({"limit": "١٠"}, "bad_number"),
        ({"offset": "-1"}, "bad_number"),
        ({"offset": "99999999999999999999"}, "bad_number"),
        ({"crs": "EPSG:4326"}, "crs_unsupported"),
        ({"bbox_crs": f"{EPSG}999999", "bbox": "1,2,3,4"}, "crs_unsupported"),
        ({"datetime": "soon"}, "bad_datetime"),
        ({"datetime": "2026-01-02/2026-01-01"}, "bad_datetime"),
        ({"filter": "capacity >"}, "filter_bad"),
        ({"filter": "x" * 5000}, "filter_too_large"),
        ({"filter_lang": "sql", "filter": "1"}, "filter_lang"),
        ({"nothing": "1"}, "parameter_unknown"),
        ({"capacity": "many"}, "filter_bad"),
        ({"f": "html"}, "format_unsupported"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_400_with_a_code(
    asked: dict[str, str], code: str, client: TestClient
) -> None:
    assert code_of(client, ITEMS, **asked) == (400, code)


def test_a_limit_beyond_the_largest_page_gets_the_largest_page(client: TestClient) -> None:
    page = get(client, "/ogc/collections/hazard_source/items", limit=10**9, bbox="119,28,119.2,28.2")
    assert page["numberReturned"] == min(page["numberMatched"], 10_000)


def test_what_is_not_there_is_a_404(client: TestClient) -> None:
    assert code_of(client, "/ogc/collections/nothing") == (404, "unknown_layer")
    assert code_of(client, f"{ITEMS}/nothing") == (404, "no_item")
    assert client.get(f"{ITEMS}?limit=1&limit=2").json()["code"] == "parameter_repeated"
