"""The tile routes: caching, emptiness, bad addresses."""

from __future__ import annotations

import gzip

import pytest
from starlette.testclient import TestClient

TILE = "/tiles/hazard_source/10/854/420.mvt"


def version_of(client: TestClient, layer: str) -> str:
    layers = client.get("/api/layers").json()["layers"]
    return str(next(one["version"] for one in layers if one["id"] == layer))


def test_a_tile_with_its_version_may_be_kept_for_ever(client: TestClient) -> None:
    answer = client.get(f"{TILE}?v={version_of(client, 'hazard_source')}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_tile_without_version_is_asked_for_again(client: TestClient) -> None:
    assert client.get(TILE).headers["cache-control"] == "no-cache"


def test_the_same_tile_is_not_sent_twice(client: TestClient) -> None:
    first = client.get(TILE)
    second = client.get(TILE, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 304
    assert second.content == b""
    assert second.headers["etag"] == first.headers["etag"]


def test_a_tile_is_packed_only_for_clients_that_take_it(client: TestClient) -> None:
    packed = client.get(TILE, headers={"Accept-Encoding": "gzip"})
    plain = client.get(TILE, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the test client unpacks
    assert len(gzip.compress(plain.content)) < len(plain.content)


@pytest.mark.parametrize("path", ["/tiles/hazard_source/10/0/0.mvt", "/tiles/hazard_source/5/0/0.mvt"])
def test_an_empty_tile_is_204(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 204
    assert answer.content == b""


@pytest.mark.parametrize("address", ["23/0/0", "-1/0/0", "3/8/0", "3/0/8", "3/-1/0", "40/0/0"])
def test_an_address_that_is_no_tile_is_a_404_by_name(address: str, client: TestClient) -> None:
    answer = client.get(f"/tiles/hazard_source/{address}.mvt")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_tile"
    assert "z 应为" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["a/0/0", "3/1.5/0", "99999999999999999999/0/0"])
def test_an_address_that_is_no_number_is_refused_by_name(address: str, client: TestClient) -> None:
    answer = client.get(f"/tiles/hazard_source/{address}.mvt")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/tiles/nowhere/3/1/1.mvt", "/tiles/nowhere.pmtiles", "/tiles/nowhere/tilejson.json"]
)
def test_an_unknown_layer_is_a_404_that_lists_the_known_ones(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_layer"
    assert "hazard_source" in answer.json()["detail_en"]


def test_a_version_that_is_gone_says_so(client: TestClient) -> None:
    answer = client.get(f"{TILE}?v=000000000000")
    assert answer.status_code == 404
    assert answer.json()["code"] == "version_gone"


def test_a_raster_is_not_served_as_vector_and_the_other_way_round(client: TestClient) -> None:
    assert client.get("/tiles/population/8/213/105.mvt").json()["code"] == "wrong_kind"
    assert client.get("/tiles/shelter/8/213/105.png").json()["code"] == "wrong_kind"


def test_tiles_beyond_the_layers_zooms_are_empty(client: TestClient) -> None:
    assert client.get("/tiles/risk_grid/3/6/3.mvt").status_code == 204
