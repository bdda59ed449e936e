"""Journeys through the map in a real browser."""

from __future__ import annotations

import io
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import rasterio
from playwright.sync_api import Route, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running


def api(running: Running, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(running.url + path, timeout=10) as answer:  # noqa: S310 - our own server
        body: dict[str, Any] = json.load(answer)
    return body


def test_the_map_opens_with_every_layer_its_counts_and_the_notice_that_it_is_made_up(
    tab: MapPage, running: Running
) -> None:
    tab.open()
    for layer in api(running, "/api/layers")["layers"]:
        row = tab.layer(layer["id"])
        expect_text(row, layer["title"]["zh"])
        if layer["kind"] == "vector":
            expect_text(row, f"{layer['count']:,}")
    expect_text(tab.part("generated-notice"), "演示数据")
    assert tab.page.title()
    tab.log_is_clean()


def test_the_legend_counts_what_is_in_view_and_switches_classes_off(tab: MapPage, running: Running) -> None:
    tab.open("layers=land,admin_area,risk_zone")
    counts = {c["value"]: c["count"] for c in api(running, "/api/layers/risk_zone/counts")["classes"]}
    for value, count in counts.items():
        expect_text(tab.legend("~" if value is None else str(value)), str(count))
    assert {p.get("grade") for p in tab.drawn("risk_zone")} >= {1, 2, 3, 4}
    tab.legend("1").click()
    tab.settle()
    assert 1 not in {p.get("grade") for p in tab.drawn("risk_zone")}
    assert "off=" in tab.page.url
    tab.legend("1").click()
    tab.settle()
    assert 1 in {p.get("grade") for p in tab.drawn("risk_zone")}
    tab.log_is_clean()


def test_every_layer_can_be_switched_on_and_is_drawn(tab: MapPage, running: Running) -> None:
    tab.open("layers=-&m=11/30.26/120.2")
    for layer in api(running, "/api/layers")["layers"]:
        if layer["kind"] != "vector":
            continue
        assert tab.drawn(layer["id"]) == []
        tab.toggle_layer(layer["id"])
        in_view = api(running, f"/api/layers/{layer['id']}/items?limit=1&bbox=120.1,30.2,120.3,30.32")
        assert tab.drawn(layer["id"]) or not in_view["numberMatched"], layer["id"]
    tab.log_is_clean()


def test_a_click_on_a_county_says_its_colour_in_words_why_and_from_when(tab: MapPage) -> None:
    tab.open("layers=land,admin_area,risk_zone&cov=0")
    tab.fly(119.55, 29.5, 9).click_at(119.55, 29.5)
    panel = tab.part("item-panel")
    expect(panel).to_be_visible()
    expect_text(tab.part("item-grade"), re.compile("重大|较大|一般|低|无数据"))
    expect_text(tab.part("item-source"), re.compile(r"20\d\d"))
    assert "item=" in tab.page.url
    tab.key("Escape")
    expect(panel).to_be_hidden()
    tab.log_is_clean()


@pytest.mark.parametrize(("layer", "field"), [("rescue_team", "phone"), ("graded_object", "supervisor")])
def test_whom_to_call_stands_at_the_head_of_an_object_and_not_again_below(
    tab: MapPage, running: Running, layer: str, field: str
) -> None:
    info = next(one for one in api(running, "/api/layers")["layers"] if one["id"] == layer)
    title = next(one["title"]["zh"] for one in info["popup"] if one["field"] == field)
    item = api(running, f"/api/layers/{layer}/items?limit=1")["features"][0]
    tab.open(f"item={layer}/{item['id']}")
    call = f"{title} {item['properties'][field]}"
    expect_text(tab.part("item-panel").locator("header").get_by_test_id("item-call"), call)
    expect(tab.part("item-panel").locator("dt", has_text=re.compile(f"^{title}$"))).to_have_count(0)
    tab.log_is_clean()


def test_the_coverage_figures_are_the_servers_and_follow_the_sliders(tab: MapPage, running: Running) -> None:
    tab.open("panel=coverage")
    request = urllib.request.Request(  # noqa: S310 - our own server
        running.url + "/api/analysis/coverage",
        data=json.dumps({"response_min": 45, "radius_km": 100}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        truth = json.load(answer)
    expect_text(tab.part("cov-land").first, f"{truth['covered_share']:.1%}".replace("%", ""))
    expect_text(tab.part("cov-people").first, f"{truth['covered_people_share']:.1%}".replace("%", ""))
    expect_text(tab.part("cov-twice").first, f"{truth['twice_covered_people_share']:.1%}".replace("%", ""))
    expect(tab.part("gap-row")).to_have_count(len(truth["gaps"]))
    before = tab.number("cov-land")
    tab.part("cov-radius").fill("60")
    tab.key("Enter")
    expect(tab.part("cov-land").first).not_to_contain_text(f"{before:.1f}", timeout=20_000)
    assert tab.number("cov-land") < before
    assert "radius=60" in tab.page.url
    tab.log_is_clean()


def test_a_coverage_question_that_makes_no_sense_is_answered_in_chinese(tab: MapPage) -> None:
    tab.open("panel=coverage&prep=60&resp=45")
    expect_text(tab.part("error").first, "准备")
    tab.log_is_clean("422")


def test_language_and_theme_keep_the_view_and_the_layers(tab: MapPage) -> None:
    tab.open("m=9.5/29.9/121.5&layers=land,admin_area,shelter")
    view = tab.view()
    tab.part("lang-switch").click()
    expect_text(tab.layer("shelter"), "Shelters")
    tab.part("theme-switch").click()
    tab.settle()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "night")
    assert tab.view() == view
    assert tab.drawn("shelter")
    assert tab.page.locator("html").get_attribute("lang") == "en"
    tab.log_is_clean()


def test_the_url_reopens_exactly_this_map(tab: MapPage, open_tab: OpenTab, running: Running) -> None:
    tab.open("m=10/30.2/120.6&layers=land,risk_grid,rescue_base&off=risk_grid:4&theme=night&lang=en")
    tab.fly(120.65, 30.21, 10.5)
    tab.page.wait_for_timeout(500)
    other = open_tab(running.url).open(tab.page.url.split("#")[1])
    assert other.view() == tab.view()
    assert {p.get("grade") for p in other.drawn("risk_grid")} == {
        p.get("grade") for p in tab.drawn("risk_grid")
    }
    expect(other.page.locator("html")).to_have_attribute("data-theme", "night")
    tab.log_is_clean()
    other.log_is_clean()


def test_a_coordinate_is_typed_without_the_mouse_and_the_page_says_how_it_was_read(tab: MapPage) -> None:
    tab.open()
    tab.key("/")
    expect(tab.part("search-box")).to_be_focused()
    tab.type("29.87,121.55")
    expect_text(tab.part("search-answer"), "121.55")
    tab.key("Enter")
    tab.page.wait_for_timeout(1500)
    lon, lat, zoom = tab.settle().view()
    assert (round(lon, 1), round(lat, 1)) in ((121.5, 29.9), (121.6, 29.9))
    assert zoom >= 10
    tab.log_is_clean()


def test_words_that_are_no_coordinate_get_an_answer(tab: MapPage) -> None:
    tab.open()
    tab.key("/").type("<img src=x onerror=alert(1)>").key("Enter")
    expect(tab.part("search-answer")).to_be_visible()
    assert tab.page.locator("img[src=x]").count() == 0
    tab.log_is_clean()


def test_a_phone_shows_the_map_first_and_nothing_sticks_out(open_tab: OpenTab, running: Running) -> None:
    phone = open_tab(running.url, 390, 844).open()
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    canvas = phone.page.locator("canvas.maplibregl-canvas").bounding_box()
    assert canvas
    assert canvas["height"] > 400
    expect(phone.part("generated-notice")).to_be_visible()
    phone.log_is_clean()


def test_when_the_server_is_gone_the_page_says_so_keeps_its_data_and_comes_back(
    open_tab: OpenTab, running: Running
) -> None:
    tab = open_tab(running.url).open("panel=coverage")
    expect(tab.part("cov-land").first).to_have_text(re.compile(r"\d"))
    figures = tab.part("cov-land").first.inner_text()
    counts = tab.part("legend-count")
    expect(counts.first).to_have_text(re.compile(r"\d"))
    before = counts.all_inner_texts()
    tab.context.set_offline(True)
    tab.fly(120.2, 29.1, 9)
    expect(tab.part("offline-bar")).to_be_visible(timeout=20_000)
    assert tab.part("cov-land").first.inner_text() == figures
    expect_text(tab.part("legend-age").first, "前的视图")
    assert counts.all_inner_texts() == before
    tab.context.set_offline(False)
    expect(tab.part("offline-bar")).to_be_hidden(timeout=30_000)
    tab.log_is_clean("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "AJAXError", "NetworkError")


def test_the_map_works_by_night_as_by_day(open_tab: OpenTab, running: Running) -> None:
    tab = open_tab(running.url, scheme="dark").open()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "night")
    assert tab.drawn("risk_zone")
    tab.log_is_clean()


def test_a_layer_is_downloaded_from_its_row_under_its_title(tab: MapPage, tmp_path: Path) -> None:
    tab.open()
    saved = tab.export("shelter", "CSV", tmp_path)
    assert saved.name.startswith("避灾安置场所-")
    head = saved.read_text(encoding="utf-8-sig").split("\n")[0]
    assert head.startswith("编号,名称,")
    tab.log_is_clean()


def test_what_is_looked_back_at_is_not_downloaded_by_mistake(tab: MapPage) -> None:
    tab.open("at=2026-11-28")
    assert tab.part("layer-download").count() == 0


def test_a_map_one_of_whose_layers_tarries_is_shown_without_it(tab: MapPage) -> None:
    """The first frames are not drawn before their tiles are here, but nobody waits for long."""
    held: list[Route] = []
    tab.page.route("**/tiles/land/**", lambda route: held.append(route))
    tab.page.goto(f"{tab.base_url}/#layers=land,risk_zone")
    deadline = time.monotonic() + 10
    while len(colours(tab.part("map").screenshot())) < 300:
        assert time.monotonic() < deadline, "no zone is on the screen"
    assert held
    assert tab.page.locator('html[data-ready="1"]').count() == 0
    tab.page.unroute("**/tiles/land/**")  # lets through what was held
    tab.page.wait_for_selector('html[data-ready="1"]')
    tab.log_is_clean()


def test_a_layer_whose_tiles_are_refused_is_named_and_asked_for_again_until_it_is_there(tab: MapPage) -> None:
    tab.page.route("**/tiles/major_hazard/**", lambda route: route.fulfill(status=503))
    tab.open("layers=land,major_hazard")
    expect_text(tab.part("offline-bar"), "地图不完整：重大危险源")
    assert tab.drawn("major_hazard") == []
    tab.page.unroute("**/tiles/major_hazard/**")
    expect(tab.part("offline-bar")).to_be_hidden(timeout=15_000)
    assert tab.drawn("major_hazard")
    tab.log_is_clean("503")


def test_figures_do_not_wait_for_tiles_that_never_come(tab: MapPage) -> None:
    tab.page.route("**/tiles/**", lambda route: None)
    tab.page.goto(tab.base_url)
    expect_text(tab.part("coverage-panel"), "80.")
    tab.page.unroute("**/tiles/**")


def colours(png: bytes) -> set[bytes]:
    with rasterio.open(io.BytesIO(png)) as image:
        return {bytes(pixel) for pixel in image.read().reshape(image.count, -1).T[::7]}
