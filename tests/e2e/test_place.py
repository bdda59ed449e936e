"""The dispatcher's first thirty seconds in the browser, on the demo's full data: no step needs a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running

OpenTab = Callable[..., MapPage]
PIN = "pin=29.87,121.55&m=12/29.87/121.55"


def inside(tab: MapPage) -> str:
    return tab.part("people-inside").locator(".figure").inner_text()


@pytest.mark.parametrize(
    "typed",
    ["29.87,121.55", "29°52′12″N 121°33′E", "40649758 3306712", "51RUP5996105263", "东经121.55 北纬29.87"],
)
def test_a_coordinate_in_any_dress_leads_to_the_answer_about_the_place(tab: MapPage, typed: str) -> None:
    tab.open().search(typed)
    expect_text(tab.options().first, "29.87000, 121.55000")
    tab.key("Enter").answered()
    expect_text(tab.part("item-panel"), "海曙区")
    expect_text(tab.part("item-panel"), "40649758")
    expect_text(tab.rows("bases").first, "舟山普陀山机场")
    expect_text(tab.rows("bases").first, "15 + 24 = 39")
    assert re.search(r"pin=29\.870*\d?,121\.550*\d?", tab.page.url)
    tab.log_is_clean()


def test_a_web_map_reading_gets_a_second_pin(tab: MapPage) -> None:
    tab.open().search("121.554186,29.867412")
    expect_text(tab.options().nth(1), "GCJ-02")
    tab.key("Enter").answered()
    assert tab.footprint()["second"] == 1
    tab.click_at(121.6, 29.9).answered()
    assert "second" not in tab.footprint()
    tab.log_is_clean()


def test_names_pinyin_and_slips_are_found_as_they_are_typed_and_walked_with_arrows(tab: MapPage) -> None:
    tab.open().search("zhenhaiqu")
    expect_text(tab.options().first, "镇海区")
    tab.key("ArrowDown").key("ArrowDown")
    expect(tab.options().nth(1)).to_have_attribute("aria-selected", "true")
    tab.key("ArrowUp").key("Enter")
    expect_text(tab.part("item-panel"), "镇海区")
    assert "item=admin_area/330211" in tab.page.url
    tab.search("舟山普陀山鸡场")
    expect_text(tab.part("search-note"), "相近")
    expect_text(tab.options().first, "舟山普陀山机场")
    tab.log_is_clean()


def test_what_cannot_be_read_or_found_is_said_in_words(tab: MapPage) -> None:
    tab.open().search("29.87, 221.55")
    expect_text(tab.part("search-note"), "像坐标，但读不出")
    tab.key("Escape").search("没有这样的名字啊")
    expect_text(tab.part("search-note"), "没有找到")
    tab.key("Escape").search("48.85, 2.35")
    expect_text(tab.options().first, "不在本省")
    tab.key("Enter")
    expect_text(tab.part("around-answer"), "远在本省之外")
    tab.log_is_clean("422")


def test_the_footprint_is_changed_with_keys_and_numbers_and_the_answer_follows(tab: MapPage) -> None:
    tab.open(PIN).answered()
    ring = inside(tab)
    tab.key("2")
    expect(tab.part("foot-downwind")).to_be_visible()
    expect(tab.part("people-inside").locator(".figure")).not_to_have_text(ring)
    tab.answered()
    tab.part("foot-from").fill("90")
    tab.key("Tab")
    expect(tab.page).to_have_url(re.compile("foot=150/1500/90"))
    tab.part("map").click(position={"x": 5, "y": 5})
    tab.page.go_back()
    tab.answered()
    tab.part("hazard").select_option("fire")
    expect(tab.page).to_have_url(re.compile("haz=fire"))
    expect_text(tab.part("around-answer"), "适用火灾")
    tab.log_is_clean()


def test_an_area_is_drawn_by_hand_without_a_mouse(tab: MapPage) -> None:
    tab.open(PIN).answered()
    tab.key("3").key(" ")
    for lon, lat in ((121.58, 29.87), (121.58, 29.9)):
        tab.fly(lon, lat, 12).key(" ")
    assert tab.footprint()["corner"] == 3
    tab.key("Enter")
    expect(tab.page).to_have_url(re.compile("foot=p29.87,121.55;29.87,121.58;29.9,121.58"))
    tab.answered()
    assert tab.footprint()["footprint"] == 1
    tab.key("3").key(" ").key("Escape")
    expect(tab.page).to_have_url(re.compile("foot=p29.87"))
    tab.log_is_clean()


def test_rows_lead_to_their_objects_and_the_place_stays(tab: MapPage) -> None:
    tab.open(PIN).answered()
    row = tab.rows("hazards").first
    name = row.locator(".name").inner_text()
    row.click()
    expect_text(tab.part("item-panel").locator("h1"), name)
    assert "pin=29.87,121.55" in tab.page.url
    expect_text(tab.rows("bases").first, "舟山普陀山机场")
    assert tab.footprint()["listed"] >= 10
    tab.log_is_clean()


def test_the_legend_says_what_the_place_puts_on_the_map_and_how_many(tab: MapPage) -> None:
    tab.open("cov=0")
    expect(tab.part("marks-legend")).to_be_hidden()
    tab.search("29.87,121.55").key("Enter").answered()
    signs = {
        "hazards": "Hazard",
        "shelters": "Shelter",
        "teams": "Team",
        "landing": "Landing",
        "targets": "Target",
    }
    drawn = {word: tab.listed(sign) for sign, word in signs.items()}
    assert drawn["Hazard"] > 0
    assert drawn["Shelter"] > 0
    for word, count in drawn.items():
        row = tab.mark(f"mark{word}")
        if count:
            expect(row.locator(".figure")).to_have_text(str(count))
        else:
            expect(row).to_have_count(0)
    for word in ("Place", "Foot", "Way"):
        expect(tab.mark(f"mark{word}")).to_be_visible()
    expect(tab.mark("markSecond")).to_have_count(0)
    tab.key("Escape").key("Escape")
    expect(tab.mark("markPlace")).to_have_count(0)
    tab.log_is_clean()


def test_a_sign_in_the_legend_is_the_one_the_map_draws_at_its_zoom(tab: MapPage) -> None:
    tab.open("m=9/29.9/121.5&layers=land,shelter")
    row = tab.legend("village")
    expect(row.locator("canvas.swatch")).to_be_visible()
    expect(row.locator("canvas.sign")).to_be_hidden()
    tab.fly(121.5, 29.9, 12)
    expect(row.locator("canvas.sign")).to_be_visible()
    expect(row.locator("canvas.swatch")).to_be_hidden()
    tab.log_is_clean()


def test_the_lists_of_the_answer_are_reached_and_walked_with_arrows_alone(tab: MapPage) -> None:
    tab.open("cov=0").search("29.87,121.55").key("Enter").answered()
    tab.key("ArrowDown")
    expect(tab.rows("bases").first).to_be_focused()
    for _ in range(tab.rows("bases").locator("visible=true").count()):
        tab.key("ArrowDown")
    expect(tab.rows("teams").first).to_be_focused()
    tab.key("ArrowUp").key("Home")
    expect(tab.rows("bases").first).to_be_focused()
    tab.key("2")  # the other keys go on working there
    expect(tab.page).to_have_url(re.compile("foot="))
    tab.log_is_clean()


def test_the_link_reopens_the_place_with_its_footprint(
    tab: MapPage, open_tab: OpenTab, running: Running
) -> None:
    tab.open(f"{PIN}&haz=fire&foot=2500").answered()
    other = open_tab(running.url).open(tab.page.url.split("#")[1]).answered()
    assert inside(other) == inside(tab)
    assert other.part("shelter-sum").inner_text() == tab.part("shelter-sum").inner_text()
    other.log_is_clean()
    tab.log_is_clean()


def test_a_briefing_asked_for_before_the_answer_is_made_when_it_is_there_and_it_is_asked_once(
    tab: MapPage,
) -> None:
    tab.page.add_init_script("window.print = () => undefined;")
    held: list[Route] = []
    tab.page.route("**/api/around", lambda route: held.append(route))
    tab.page.goto(f"{tab.base_url}/#{PIN}")
    expect(tab.part("around-answer")).to_contain_text("正在读取")
    tab.key("p")
    assert tab.part("briefing-sheet").count() == 0
    tab.page.unroute("**/api/around")  # lets through what was held
    expect(tab.part("briefing-sheet")).to_have_count(1)
    assert len(held) == 1
    tab.log_is_clean()


def test_one_key_makes_a_briefing_of_one_sheet_with_the_numbers_on_screen(tab: MapPage) -> None:
    tab.page.add_init_script("window.print = () => undefined;")
    tab.open(f"{PIN}&haz=fire").answered()
    tab.key("p")
    expect(tab.part("briefing-sheet")).to_have_count(1)
    sheet = tab.part("briefing-sheet").text_content() or ""
    assert inside(tab) in sheet
    assert tab.part("shelter-sum").inner_text() in sheet
    assert tab.rows("bases").first.locator(".figure").first.inner_text() in sheet
    assert "演示数据" in sheet
    pdf = tab.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    tab.log_is_clean()


def test_a_phone_shows_the_answer_in_a_sheet(open_tab: OpenTab, running: Running) -> None:
    phone = open_tab(running.url, 390, 844).open(PIN).answered()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.rows("bases").first).to_be_visible()
    small = phone.page.evaluate(
        """() => [...document.querySelectorAll('.around button, .around select, .around input, .around summary')]
            .filter(e => e.offsetParent && e.offsetHeight < 44).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    phone.log_is_clean()
