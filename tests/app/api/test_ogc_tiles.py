"""OGC API Tiles: the metadata lead to the tiles, which are those of ``/tiles``; bad questions get a code."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from tests.app.api.test_ogc import feature_collections, get

HERE = (10, 420, 854)
"""Zoom, row, column of a tile with hazard sources: in this standard the row comes first."""


def template(tileset: dict[str, Any], kind: str) -> str:
    [one] = [x for x in tileset["links"] if x["rel"] == "item" and x["type"] == kind]
    assert one["templated"] is True
    return str(one["href"]).removeprefix("http://testserver")


def filled(path: str, zoom: int, row: int, column: int) -> str:
    return (
        path.replace("{tileMatrix}", str(zoom))
        .replace("{tileRow}", str(row))
        .replace("{tileCol}", str(column))
    )


def test_a_tile_is_found_from_the_collection_on_and_is_the_one_of_the_map(client: TestClient) -> None:
    collection = get(client, "/ogc/collections/hazard_source")
    [tilesets] = [x["href"] for x in collection["links"] if x["rel"].endswith("/tilesets-vector")]
    [listed] = get(client, tilesets.removeprefix("http://testserver"))["tilesets"]
    tileset = get(client, listed["links"][0]["href"].removeprefix("http://testserver"))
    zoom, row, column = HERE
    answer = client.get(filled(template(tileset, "application/vnd.mapbox-vector-tile"), *HERE))
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.content == client.get(f"/tiles/hazard_source/{zoom}/{column}/{row}.mvt").content != b""
    again = client.get(
        filled(template(tileset, "application/vnd.mapbox-vector-tile"), *HERE),
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304


def test_the_limits_hold_all_tiles_and_no_zoom_is_missing(client: TestClient) -> None:
    for name in feature_collections(client):
        tileset = get(client, f"/ogc/collections/{name}/tiles/WebMercatorQuad")
        [layer, *_] = tileset["layers"]
        zooms = [int(one["tileMatrix"]) for one in tileset["tileMatrixSetLimits"]]
        assert zooms == list(range(int(layer["minTileMatrix"]), int(layer["maxTileMatrix"]) + 1))
        first = tileset["tileMatrixSetLimits"][0]
        columns = range(first["minTileCol"], first["maxTileCol"] + 1)
        rows = range(first["minTileRow"], first["maxTileRow"] + 1)
        path = template(tileset, "application/vnd.mapbox-vector-tile")
        bodies = [
            client.get(filled(path, zooms[0], row, column)).content for row in rows for column in columns
        ]
        assert any(bodies), name
        if zooms[0]:
            outside = client.get(filled(path, zooms[0], rows[0] - 1, columns[0]))
            assert outside.status_code == 204, name


def test_the_fields_of_a_tile_are_those_the_tileset_declares(client: TestClient) -> None:
    tileset = get(client, "/ogc/collections/risk_zone/tiles/WebMercatorQuad")
    declared = {one["id"]: one["propertiesSchema"]["properties"] for one in tileset["layers"]}
    decoded = mapbox_vector_tile.decode(client.get("/tiles/risk_zone/8/213/105.mvt").content)
    assert set(decoded) <= set(declared)
    for name, part in decoded.items():
        assert {key for f in part["features"] for key in f["properties"]} <= set(declared[name])


def test_the_tile_of_the_whole_map_holds_the_layers_it_opens_with(client: TestClient) -> None:
    tileset = get(client, "/ogc/tiles/WebMercatorQuad")
    path = template(tileset, "application/vnd.mapbox-vector-tile")
    answer = client.get(filled(path, 8, 105, 213))
    decoded = mapbox_vector_tile.decode(answer.content)
    declared = {one["id"] for one in tileset["layers"]}
    assert {"risk_zone", "major_hazard", "land", "admin_area"} <= set(decoded) <= declared
    one = mapbox_vector_tile.decode(client.get("/tiles/risk_zone/8/213/105.mvt").content)
    assert decoded["risk_zone"] == one["risk_zone"]
    again = client.get(filled(path, 8, 105, 213), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_selection_of_collections_holds_these_and_no_other(client: TestClient) -> None:
    asked = "collections=shelter,risk_zone"
    tileset = get(client, f"/ogc/tiles/WebMercatorQuad?{asked}")
    assert {one["id"] for one in tileset["layers"]} == {"risk_zone", "shelter"}
    path = filled(template(tileset, "application/vnd.mapbox-vector-tile"), 8, 105, 213)
    assert asked in path
    assert set(mapbox_vector_tile.decode(client.get(path).content)) == {"risk_zone", "shelter"}


def test_a_raster_has_map_tiles_and_is_no_collection_of_features(client: TestClient) -> None:
    collection = get(client, "/ogc/collections/population")
    assert not [x for x in collection["links"] if x["rel"] == "items"]
    tileset = get(client, "/ogc/collections/population/map/tiles/WebMercatorQuad")
    assert tileset["dataType"] == "map"
    answer = client.get(filled(template(tileset, "image/png"), 8, 105, 213))
    assert answer.content == client.get("/tiles/population/8/213/105.png").content
    assert answer.content.startswith(b"\x89PNG")


def test_the_matrix_set_is_web_mercator_as_everybody_has_it(client: TestClient) -> None:
    matrices = get(client, "/ogc/tileMatrixSets/WebMercatorQuad")["tileMatrices"]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert matrices[10]["cellSize"] == pytest.approx(152.8740565703525, rel=1e-12)
    assert matrices[0]["pointOfOrigin"] == pytest.approx([-20037508.342789244, 20037508.342789244], rel=1e-12)
    assert [one["matrixWidth"] for one in matrices] == [1 << zoom for zoom in range(23)]


TILE = "/ogc/collections/shelter/tiles/WebMercatorQuad"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ogc/tileMatrixSets/WorldCRS84Quad", (404, "no_such_tile_matrix_set")),
        ("/ogc/tiles/x", (404, "no_such_tile_matrix_set")),
        ("/ogc/tiles/x/1/1/1", (404, "no_such_tile_matrix_set")),
        ("/ogc/collections/shelter/tiles/x", (404, "no_such_tile_matrix_set")),
        ("/ogc/collections/shelter/tiles/x/1/1/1", (404, "no_such_tile_matrix_set")),
        (f"{TILE}/23/0/0", (404, "no_such_tile")),
        (f"{TILE}/3/8/0", (404, "no_such_tile")),
        (f"{TILE}/3/0/-1", (404, "no_such_tile")),
        ("/ogc/tiles/WebMercatorQuad/3/0/8", (404, "no_such_tile")),
        (f"{TILE}/a/0/0", (422, "bad_request")),
        (f"{TILE}/3/1e9/0", (422, "bad_request")),
        (f"{TILE}/3/0/0?f=png", (400, "format_unsupported")),
        (f"{TILE}/3/0/0?v=1", (400, "parameter_unknown")),
        (f"{TILE}?filter=1", (400, "parameter_unknown")),
        (f"{TILE}/3/0/0?f=mvt&f=mvt", (400, "parameter_repeated")),
        ("/ogc/tiles?collections=shelter", (400, "parameter_unknown")),
        ("/ogc/tiles/WebMercatorQuad?collections=nothing", (404, "unknown_layer")),
        ("/ogc/tiles/WebMercatorQuad/3/0/0?collections=population", (404, "wrong_kind")),
        ("/ogc/collections/nothing/tiles", (404, "unknown_layer")),
        ("/ogc/collections/population/tiles", (404, "wrong_kind")),
        ("/ogc/collections/shelter/map/tiles", (404, "wrong_kind")),
        ("/ogc/collections/population/map/tiles/WebMercatorQuad/3/0/0?f=mvt", (400, "format_unsupported")),
        ("/ogc/collections/population/items", (404, "wrong_kind")),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_code(
    path: str, expected: tuple[int, str], client: TestClient
) -> None:
    path, _, query = path.partition("?")
    answer = client.get(f"{path}?{query}" if query else path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == expected
