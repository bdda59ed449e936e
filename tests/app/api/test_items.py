"""Items, counts and values: boxes, keys and what is wrong with them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.api.boxes import Box, parse_box
from layers.errors import BadInput


def test_items_in_a_box_are_all_in_it_and_their_number_is_exact(client: TestClient) -> None:
    answer = client.get("/api/layers/shelter/items?bbox=120,30,120.5,30.5&limit=10000").json()
    assert answer["numberMatched"] == answer["numberReturned"] == len(answer["features"]) > 10
    for feature in answer["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert 120 <= lon <= 120.5
        assert 30 <= lat <= 30.5


def test_paging_gives_every_item_once(client: TestClient) -> None:
    keys: list[str] = []
    for offset in range(0, 340, 100):
        page = client.get(f"/api/layers/landing_point/items?limit=100&offset={offset}").json()
        keys += [feature["id"] for feature in page["features"]]
    assert len(keys) == len(set(keys)) == 340


@pytest.mark.parametrize(
    "box",
    ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", "121,30,120,31", "120,31,121,30", "1,2,3,4,5", "';--"],
)
def test_a_bad_box_is_refused_by_name(box: str, client: TestClient) -> None:
    answer = client.get("/api/layers/shelter/items", params={"bbox": box})
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_bbox"
    assert answer.json()["field"] == "bbox"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=100000", "limit=x", "offset=-1", "offset=99999999999999999999"]
)
def test_a_bad_page_is_refused_by_name(query: str, client: TestClient) -> None:
    answer = client.get(f"/api/layers/shelter/items?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("key", ["nothing", "' OR 1=1 --", "%00", "x" * 150])
def test_an_unknown_item_is_a_404_without_a_trace(key: str, client: TestClient) -> None:
    answer = client.get(f"/api/layers/shelter/items/{key}")
    assert answer.status_code in (404, 422)
    body: dict[str, Any] = answer.json()
    assert "Traceback" not in answer.text
    assert "SELECT" not in answer.text
    assert body["code"] in ("no_item", "bad_request", "bad_text")


def test_a_value_outside_the_world_is_refused(client: TestClient) -> None:
    assert client.get("/api/layers/population/value?lon=nan&lat=30").status_code == 422
    assert client.get("/api/layers/population/value?lon=200&lat=30").status_code == 422
    assert client.get("/api/layers/shelter/value?lon=120&lat=30").json()["code"] == "wrong_kind"


@given(
    st.floats(-180, 179),
    st.floats(-90, 89),
    st.floats(0.001, 1, exclude_min=True),
    st.floats(0.001, 1, exclude_min=True),
)
def test_a_good_box_is_read_as_it_was_written(west: float, south: float, width: float, height: float) -> None:
    text = f"{west!r},{south!r},{west + width!r},{south + height!r}"
    assert parse_box(text) == Box(west, south, min(west + width, 180.0), min(south + height, 90.0))


@given(st.text(max_size=40))
def test_any_text_is_a_box_or_a_named_error(text: str) -> None:
    with contextlib.suppress(BadInput):
        box = parse_box(text)
        assert box is not None
        assert box.west <= box.east
