"""Style documents: what is in them, in which order, in which words."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from layers.style import SLOTS


def test_the_style_of_the_map_holds_the_layers_it_opens_with_in_the_order_of_the_page(
    client: TestClient,
) -> None:
    style = client.get("/styles/riskmap.json").json()
    listed = client.get("/api/layers").json()["layers"]
    shown = [one["id"] for one in listed if one["visible"] and one["status"] == "loaded"]
    assert list(style["sources"]) == shown
    background, *drawn = style["layers"]
    assert background["type"] == "background"
    slots = [SLOTS.index(one["metadata"]["riskmap:slot"]) for one in drawn]
    assert slots == sorted(slots)
    for slot in range(len(SLOTS)):
        sources = [shown.index(one["source"]) for one, at in zip(drawn, slots, strict=True) if at == slot]
        assert sources == sorted(sources)


def test_all_addresses_of_a_style_are_absolute_and_answer(client: TestClient) -> None:
    style = client.get("/styles/shelter.json").json()
    source = style["sources"]["shelter"]
    assert source["url"] == "http://testserver/tiles/shelter/tilejson.json"
    assert client.get(source["url"]).json()["tiles"][0].startswith("http://testserver/tiles/shelter/")
    for suffix in (".json", ".png", "@2x.json", "@2x.png"):
        assert client.get(style["sprite"] + suffix).status_code == 200


def test_every_image_that_a_style_names_is_in_the_sheets(client: TestClient) -> None:
    for theme in ("day", "night"):
        sheet = client.get(f"/sprites/{theme}.json").json()
        for layer in client.get("/api/layers").json()["layers"]:
            for one in layer["style"][theme]:
                named = [one.get("layout", {}).get("icon-image"), one.get("paint", {}).get("fill-pattern")]
                # in a "match" the outputs are the strings that stand at even places
                images = [
                    name
                    for word in named
                    if word
                    for name in ([word] if isinstance(word, str) else [*word[3::2], word[-1]])
                ]
                assert set(images) <= set(sheet), (layer["id"], images)


def test_theme_and_language_are_what_was_asked(client: TestClient) -> None:
    day, night = (client.get(f"/styles/admin_area.json?theme={theme}").json() for theme in ("day", "night"))
    assert day["sprite"].endswith("/sprites/day")
    assert night["sprite"].endswith("/sprites/night")
    assert day["layers"][0]["paint"] != night["layers"][0]["paint"]
    texts = {
        language: [
            one["layout"]["text-field"]
            for one in client.get(f"/styles/admin_area.json?lang={language}").json()["layers"]
            if one["type"] == "symbol"
        ]
        for language in ("zh", "en")
    }
    assert ["get", "name_en"] not in texts["zh"]
    assert all(["get", "name_en"] in text for text in texts["en"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/styles/nothing.json", (404, "unknown_layer")),
        ("/styles/shelter.json?theme=pink", (422, "bad_request")),
        ("/styles/shelter.json?lang=fr", (422, "bad_request")),
        ("/sprites/pink.json", (404, "not_found")),
        ("/sprites/..%2f__init__.py", (404, "not_found")),
    ],
)
def test_a_style_that_is_not_there_gets_a_code(
    path: str, expected: tuple[int, str], client: TestClient
) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == expected
