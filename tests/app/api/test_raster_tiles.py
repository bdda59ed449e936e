"""Pictures of rasters over HTTP: formats, caching, emptiness, legend, bad addresses."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.api.raster_tiles import preferred
from app.raster_source import RasterSource
from layers.registry import discover

TILE = "/tiles/population/8/213/105"
PNG, WEBP = b"\x89PNG", b"RIFF"


def test_a_picture_is_png_or_webp_by_extension_and_by_wish(client: TestClient) -> None:
    assert client.get(f"{TILE}.png").content.startswith(PNG)
    assert client.get(f"{TILE}.webp").content.startswith(WEBP)
    wished = client.get(f"{TILE}.png", headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
    assert wished.content == client.get(f"{TILE}.webp").content
    assert (wished.headers["content-type"], wished.headers["vary"]) == ("image/webp", "Accept")
    assert client.get("/ogc/collections/population/map/tiles/WebMercatorQuad/8/105/213?f=webp").content == (
        wished.content
    )


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("", "png"), ("*/*", "png"), ("image/*", "png"), ("image/webp", "webp"), ("image/webp;q=0", "png"),
        ("image/png,image/webp;q=0.5", "png"), ("IMAGE/WEBP ; q=0.7, image/png;q=0.2", "webp"),
        ("image/webp;q=x", "png"), (";;;,,,", "png"),
    ],
)  # fmt: skip
def test_webp_goes_to_those_who_name_it(accepted: str, form: str) -> None:
    assert preferred(accepted) == form


def test_a_picture_is_sent_once_and_kept_for_ever_by_its_version(client: TestClient) -> None:
    version = next(
        x["version"] for x in client.get("/api/layers").json()["layers"] if x["id"] == "population"
    )
    first = client.get(f"{TILE}.png?v={version}")
    assert "immutable" in first.headers["cache-control"]
    again = client.get(f"{TILE}.png?v={version}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{TILE}.webp?v={version}", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert client.get(f"{TILE}.png").headers["cache-control"] == "no-cache"


def test_a_picture_without_anything_in_it_is_204(client: TestClient) -> None:
    for form in ("png", "webp"):
        answer = client.get(f"/tiles/population/8/0/0.{form}")
        assert (answer.status_code, answer.content) == (204, b"")


def test_memory_stays_within_its_bytes_and_gives_the_same_again(client: TestClient) -> None:
    catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    layer = discover().raster("population")
    version = catalogue.served(layer)
    path = catalogue.files.rasters / version.raster_file
    source = RasterSource(most_bytes=60_000)
    first = source.tile(layer, version, path, (8, 213, 105), "png")
    for x in range(210, 216):
        source.tile(layer, version, path, (8, x, 106), "png")
        assert source.kept_bytes <= 60_000
    assert source.tile(layer, version, path, (8, 213, 105), "png") == first
    assert source.tile(layer, version, path, (8, 213, 105), "png") is source.tile(
        layer, version, path, (8, 213, 105), "png"
    )


def test_the_legend_says_what_the_tones_mean_and_is_drawn(client: TestClient) -> None:
    legend = client.get("/api/layers/population/legend").json()
    assert legend["unit"]["zh"] == "人/格"
    assert [one["from"] for one in legend["classes"]] == sorted(one["from"] for one in legend["classes"])
    assert legend["classes"][-1]["to"] is None
    picture = client.get("/api/layers/population/legend.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert all(f'fill-opacity="{one["opacity"]}"' in picture.text for one in legend["classes"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/tiles/population/23/0/0.png", (404, "no_such_tile")),
        ("/tiles/population/3/8/0.webp", (404, "no_such_tile")),
        ("/tiles/population/3/0/-1.webp", (404, "no_such_tile")),
        ("/tiles/population/a/0/0.webp", (422, "bad_request")),
        (f"{TILE}.gif", (404, "not_found")),
        (f"{TILE}.png?v=000000000000", (404, "version_gone")),
        ("/tiles/shelter/8/213/105.webp", (404, "wrong_kind")),
        ("/api/layers/shelter/legend", (404, "wrong_kind")),
        ("/api/layers/nothing/legend.svg", (404, "unknown_layer")),
    ],
)
def test_an_address_that_is_no_picture_gets_a_code(
    path: str, expected: tuple[int, str], client: TestClient
) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == expected
