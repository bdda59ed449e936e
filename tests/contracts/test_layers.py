"""What must hold for every layer of the catalogue, whatever it is."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy.dialects.postgresql import asyncpg
from starlette.testclient import TestClient

from app.settings import Settings
from etl.archives import cover, make_tiles
from layers.kinds.raster import RasterLayer
from layers.kinds.tile_sql import LISTED
from layers.kinds.tiles import compiled, tile_statement
from layers.kinds.vector import VectorLayer
from layers.registry import discover

REGISTRY = discover()
ALL = list(REGISTRY)
VECTOR = [i for i, layer in REGISTRY.items() if isinstance(layer, VectorLayer)]
LEGEND = [i for i in VECTOR if REGISTRY[i].legend]
SLOTS = {"base", "fill", "line", "point", "label"}


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/layers")
    assert answer.status_code == 200
    return {layer["id"]: layer for layer in answer.json()["layers"]}


def decoded(client: TestClient, url: str) -> dict[str, Any]:
    answer = client.get(url)
    if answer.status_code == 204:
        return {}
    assert answer.status_code == 200, answer.text
    tile: dict[str, Any] = mapbox_vector_tile.decode(answer.content)
    return tile


@pytest.mark.parametrize("layer_id", ALL)
def test_every_layer_is_loaded_with_a_title_in_both_languages_and_a_source(
    layer_id: str, described: dict[str, Any]
) -> None:
    layer = described[layer_id]
    assert layer["status"] == "loaded"
    assert layer["count"] > 0
    assert layer["title"]["zh"]
    assert layer["title"]["en"]
    assert layer["description"]["zh"]
    assert layer["source_name"]
    assert layer["generated"] is True


@pytest.mark.parametrize("layer_id", ALL)
@pytest.mark.parametrize("theme", ["day", "night"])
def test_every_style_layer_names_its_source_and_a_known_slot(
    layer_id: str, theme: str, described: dict[str, Any]
) -> None:
    style = described[layer_id]["style"][theme]
    assert style
    assert len({part["id"] for part in style}) == len(style)
    for part in style:
        assert part["source"] == layer_id
        assert part["id"].startswith(f"{layer_id}/")
        assert part["metadata"]["riskmap:slot"] in SLOTS


@pytest.mark.parametrize("layer_id", LEGEND)
def test_the_counts_of_the_legend_add_up_to_the_layer(
    layer_id: str, described: dict[str, Any], client: TestClient
) -> None:
    layer = described[layer_id]
    assert sum(row["count"] for row in layer["legend"]["classes"]) == layer["count"]
    counted = client.get(f"/api/layers/{layer_id}/counts").json()
    assert counted["total"] == layer["count"]
    assert [row["count"] for row in counted["classes"]] == [
        row["count"] for row in layer["legend"]["classes"]
    ]
    boxed = client.get(f"/api/layers/{layer_id}/counts?bbox=110,20,130,40").json()
    assert boxed["classes"] == counted["classes"]


@pytest.mark.parametrize("layer_id", VECTOR)
def test_the_archive_and_the_database_give_the_same_tile(
    layer_id: str, client: TestClient, demo_settings: Settings
) -> None:
    catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    layer = REGISTRY.vector(layer_id)
    version = catalogue.served(layer)
    archive = catalogue.archive(version)
    assert archive is not None
    for zoom in {archive.minzoom, (archive.minzoom + archive.maxzoom) // 2, archive.maxzoom}:
        z, x, y = next(tile for tile in cover(version.bounds, zoom) if tile in archive)
        answer = client.get(f"/tiles/{layer_id}/{z}/{x}/{y}.mvt", headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer.content == archive.plain_tile(z, x, y)
        assert layer_id in mapbox_vector_tile.decode(answer.content)
        table = layer.table(version.table_name)
        statement = partial(tile_statement, layer, table, at=LISTED)
        with catalogue.engine.connect() as connection:
            [(_, _, body)] = make_tiles(connection, lambda at, c, s=statement: s(at, coarser=c), z, [(x, y)])
        assert body == answer.content


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    n, sine = 1 << zoom, math.sin(math.radians(lat))
    return int((lon + 180) / 360 * n), int((0.5 - math.atanh(sine) / math.tau) * n)


@pytest.mark.parametrize("layer_id", [i for i in LEGEND if REGISTRY[i].geometry == "point"])
@pytest.mark.parametrize("zoom", [5, 7, 8])
def test_the_clusters_of_all_tiles_add_up_to_the_table_class_by_class(
    layer_id: str, zoom: int, described: dict[str, Any], client: TestClient
) -> None:
    layer = described[layer_id]
    field = layer["legend"]["field"]
    west, south, east, north = layer["bounds"]
    seen: dict[Any, int] = {}
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    for x in range(first[0], last[0] + 1):
        for y in range(first[1], last[1] + 1):
            tile = decoded(client, f"/tiles/{layer_id}/{zoom}/{x}/{y}.mvt?v={layer['version']}")
            for feature in tile.get(layer_id, {}).get("features", []):
                value = feature["properties"].get(field)
                seen[value] = seen.get(value, 0) + feature["properties"].get("n", 1)
    expected = {row["value"]: row["count"] for row in layer["legend"]["classes"] if row["count"]}
    assert seen == expected


@pytest.mark.parametrize("layer_id", VECTOR)
def test_an_item_of_every_layer_opens_with_source_and_date(layer_id: str, client: TestClient) -> None:
    listed = client.get(f"/api/layers/{layer_id}/items?limit=1").json()
    assert listed["numberReturned"] == 1
    assert listed["numberMatched"] >= 1
    key = listed["features"][0]["id"]
    item = client.get(f"/api/layers/{layer_id}/items/{key}").json()
    assert item["key"] == key
    assert item["source"]["generated"] is True
    assert set(item["properties"]) == {f.name for f in REGISTRY.vector(layer_id).fields}
    west, south, east, north = item["bbox"]
    assert west <= item["centre"][0] <= east
    assert south <= item["centre"][1] <= north


@pytest.mark.parametrize("layer_id", ALL)
def test_tilejson_describes_every_layer(layer_id: str, client: TestClient) -> None:
    answer = client.get(f"/tiles/{layer_id}/tilejson.json").json()
    assert answer["tilejson"] == "3.0.0"
    assert answer["tiles"][0].startswith("http://testserver/tiles/")
    assert ("vector_layers" in answer) == isinstance(REGISTRY[layer_id], VectorLayer)


@pytest.mark.parametrize("layer_id", [i for i in ALL if isinstance(REGISTRY[i], RasterLayer)])
def test_a_raster_gives_a_tile_and_a_value(layer_id: str, client: TestClient) -> None:
    answer = client.get(f"/tiles/{layer_id}/8/213/105.png")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")
    value = client.get(f"/api/layers/{layer_id}/value?lon=120.16&lat=30.25").json()
    assert value["value"] > 0
    assert client.get(f"/api/layers/{layer_id}/value?lon=125&lat=26").json()["value"] is None


@pytest.mark.parametrize("layer_id", VECTOR)
def test_the_archive_answers_byte_ranges(layer_id: str, client: TestClient) -> None:
    answer = client.get(f"/tiles/{layer_id}.pmtiles", headers={"Range": "bytes=0-6"})
    assert answer.status_code == 206
    assert answer.content == b"PMTiles"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("layer_id", VECTOR)
def test_zooms_that_share_a_statement_would_have_the_same_of_their_own(layer_id: str) -> None:
    layer = REGISTRY.vector(layer_id)
    for zoom in range(12, 17):
        shared, places = compiled(layer, "v", zoom)
        own = tile_statement(layer, layer.table("v"), zoom).compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call]
        assert shared == str(own)
        assert dict(places) == own.params
