"""The planner's journeys: drag a base, slide the wind, one more base, A against B, files."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running


def share_of_land(tab: MapPage) -> str:
    """The figure in the panel, once it is there."""
    expect(tab.part("cov-land").first).to_contain_text("%", timeout=20_000)
    return tab.part("cov-land").first.inner_text()


def test_a_dragged_base_takes_disc_figures_and_address_along(tab: MapPage) -> None:
    tab.open("panel=coverage")
    before = share_of_land(tab)
    handle = tab.part("base-handle").first
    expect(handle).to_be_visible()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 40, y + 30, steps=5)
    tab.page.mouse.move(x + 90, y + 60, steps=5)
    tab.page.mouse.up()
    expect(tab.part("cov-land").first).not_to_have_text(before, timeout=20_000)
    assert "moved=" in tab.page.url
    tab.part("plan-reset").click()
    expect(tab.part("cov-land").first).to_have_text(before, timeout=20_000)
    tab.log_is_clean()


DRAWN = """(key) => {
    const {map} = window.riskmap;
    const layers = map.getStyle().layers.filter(l => l.id.includes('rescue_base') && l.type === 'symbol');
    return map.queryRenderedFeatures({layers: layers.map(l => l.id)})
        .filter(f => f.properties.id === key)
        .map(f => { const p = map.project(f.geometry.coordinates); return [p.x, p.y]; });
}"""


def test_the_sign_and_the_name_go_along_with_a_dragged_base_before_any_answer(tab: MapPage) -> None:
    tab.open("panel=coverage")
    share_of_land(tab)
    tab.settle()
    handle = tab.part("base-handle").first
    box = handle.bounding_box()
    assert box
    key = handle.get_attribute("data-base")
    held: list[Route] = []
    tab.page.route("**/api/analysis/coverage", lambda route: held.append(route))  # no answer yet
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 60, y + 40, steps=5)
    tab.page.mouse.move(x + 120, y + 80, steps=5)
    tab.page.mouse.up()
    tab.page.wait_for_function(f"(key) => ({DRAWN})(key).length > 0", arg=key)
    tab.page.wait_for_timeout(500)
    origin = tab.part("map").bounding_box()
    assert held
    assert origin
    drawn = tab.page.evaluate(DRAWN, key)
    assert drawn
    for at_x, at_y in drawn:
        assert abs(origin["x"] + at_x - x - 120) < 6
        assert abs(origin["y"] + at_y - y - 80) < 6
    tab.page.unroute("**/api/analysis/coverage")  # lets through what was held
    tab.part("plan-reset").click()
    share_of_land(tab)
    tab.settle()
    back = handle.bounding_box()
    assert back
    assert abs(back["x"] - box["x"]) < 3
    tab.log_is_clean()


def test_the_wind_slider_moves_the_figures_and_the_address(tab: MapPage) -> None:
    tab.open("panel=coverage&radius=none")
    before = share_of_land(tab)
    tab.part("plan-wind").fill("20")
    expect(tab.part("cov-land").first).not_to_have_text(before, timeout=20_000)
    assert re.search(r"wind=20(\.0)?/0", tab.page.url)
    tab.log_is_clean()


def test_one_more_base_is_found_added_and_compared_with_a(tab: MapPage) -> None:
    tab.open("panel=coverage")
    people = tab.number("cov-people")
    tab.part("plan-keep").click()
    expect(tab.part("plan-comparison")).to_be_visible(timeout=20_000)
    tab.part("plan-more").click()
    expect_text(tab.part("plan-best"), "最优")
    mark, box = tab.part("best-mark"), tab.part("plan-best")
    expect(mark).to_have_text("1")
    expect(tab.mark("markBest")).to_be_visible()
    mark.hover()
    expect(box).to_have_class(re.compile("lit"))
    box.hover()
    expect(mark).to_have_class(re.compile("lit"))
    mark.click()
    expect(tab.part("plan-best-show")).to_be_focused()
    assert "pin=" not in tab.page.url  # the map did not take the click for a place
    tab.part("plan-add").click()
    expect(mark).to_have_count(0)
    expect(tab.part("plan-comparison")).to_contain_text("+", timeout=20_000)
    tab.page.wait_for_timeout(1500)
    assert tab.number("cov-people") > people
    assert "added=" in tab.page.url
    tab.log_is_clean()


def test_a_best_place_and_a_comparison_do_not_outlive_the_layout_they_are_of(tab: MapPage) -> None:
    tab.open("panel=coverage")
    share_of_land(tab)
    expect(tab.part("plan-forget")).to_be_hidden()
    tab.part("plan-keep").click()
    found = tab.part("plan-comparison")
    expect(found).to_be_visible(timeout=20_000)
    expect(found).to_contain_text("方案甲")
    expect(found).to_contain_text("现在")
    tab.part("plan-more").click()
    expect_text(tab.part("plan-best"), "最优")
    box = tab.part("base-row").first.locator("input")
    box.set_checked(not box.is_checked())
    expect(tab.part("plan-best")).to_have_count(0)
    expect(tab.part("best-mark")).to_have_count(0)
    expect(found).to_contain_text("新增 − 失去（人）", timeout=20_000)
    expect(found).to_have_attribute("aria-busy", "false", timeout=20_000)
    tab.part("plan-forget").click()
    expect(found).to_have_count(0)
    expect(tab.part("plan-forget")).to_be_hidden()
    tab.log_is_clean()


def test_one_more_base_counts_the_bases_that_the_screen_counts(open_tab: OpenTab, loading: Running) -> None:
    tab = open_tab(loading.url)
    answer = tab.page.request.post(
        f"{loading.url}/api/live/rescue_base/B2", data={"person": "甲", "values": {"status": "standby"}}
    )
    assert answer.ok, answer.text()
    tab.open("panel=coverage&now=1")
    share_of_land(tab)
    listed = tab.page.request.get(f"{tab.base_url}/api/analysis/coverage/bases").json()["bases"]
    ready = sorted(one["id"] for one in listed if one["status"] == "ready")
    assert 0 < len(ready) < len(listed)
    with tab.page.expect_request("**/api/analysis/siting") as asked:
        tab.part("plan-more").click()
    assert sorted(asked.value.post_data_json["fixed"]) == ready
    expect_text(tab.part("plan-best"), "最优")
    tab.log_is_clean()


def test_a_number_out_of_range_is_named_and_not_taken(tab: MapPage) -> None:
    tab.open("panel=coverage")
    before = share_of_land(tab)
    field = tab.part("cov-resp")
    field.fill("99999")
    note = tab.part("coverage-panel").get_by_test_id("range-note").filter(has_text="1–600")
    expect(note).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "resp=" not in tab.page.url
    field.blur()
    expect(note).to_be_hidden()
    expect(field).to_have_value("45")
    assert tab.part("cov-land").first.inner_text() == before
    tab.log_is_clean()


def test_bands_and_a_file_are_given(tab: MapPage, tmp_path: Path) -> None:
    tab.open("panel=coverage&bands=1")
    expect(tab.part("band-row")).to_have_count(4, timeout=20_000)
    saved = tab.download("plan-file-csv", tmp_path)
    assert saved.read_bytes().startswith(b"\xef\xbb\xbf")
    tab.log_is_clean()


def test_the_planner_fits_a_phone(open_tab: OpenTab, running: Running) -> None:
    phone = open_tab(running.url, 390, 844).open("panel=coverage")
    expect(phone.part("planner")).to_be_attached()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.log_is_clean()


def test_a_no_fly_area_is_drawn_on_the_map_and_costs_cover(tab: MapPage) -> None:
    tab.open("panel=coverage&m=8/28.9/119.6")
    before = share_of_land(tab)
    tab.part("plan-conditions").locator("summary").click()
    tab.part("nofly-draw").click()
    box = tab.part("map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-40, -40), (40, -40), (40, 40), (-40, 40)):
        tab.page.mouse.click(x + dx, y + dy)
    tab.part("nofly-done").click()
    expect(tab.part("nofly-row")).to_have_count(1)
    expect(tab.part("cov-land").first).not_to_have_text(before, timeout=20_000)
    assert "nofly=" in tab.page.url
    tab.part("nofly-row").get_by_role("button").click()
    expect(tab.part("cov-land").first).to_have_text(before, timeout=20_000)
    tab.log_is_clean()


def test_aircraft_and_weather_are_set_in_the_panel(tab: MapPage) -> None:
    tab.open("panel=coverage&radius=none")
    before = share_of_land(tab)
    tab.part("plan-conditions").locator("summary").click()
    tab.part("plan-aircraft").select_option("AW139")
    expect(tab.part("cov-land").first).not_to_have_text(before, timeout=20_000)
    tab.part("plan-visibility").fill("100")
    expect_text(tab.part("coverage-panel").get_by_test_id("error"), "below_minima")
    assert "craft=AW139" in tab.page.url
    tab.log_is_clean("422")


def test_the_marked_place_says_who_is_there_first(tab: MapPage) -> None:
    tab.open("panel=coverage&pin=29.9,120.2")
    expect(tab.part("arrival-row").first).to_contain_text("先到", timeout=20_000)
    assert tab.part("arrival-row").count() == 3
    tab.log_is_clean()


def test_a_wind_rose_and_the_way_to_hospital_are_asked_for_in_the_panel(tab: MapPage) -> None:
    tab.open("panel=coverage&wind=10/0")
    share_of_land(tab)
    tab.part("plan-conditions").locator("summary").click()
    tab.part("rose-add").click()
    tab.part("rose-add").click()
    expect(tab.part("rose-row")).to_have_count(2)
    tab.part("rose-speed").first.fill("12")
    tab.part("plan-hospital").fill("90")
    figures = tab.part("coverage-panel").locator(".result")
    expect(figures).to_contain_text("按风玫瑰期望", timeout=20_000)
    expect(figures).to_contain_text("12 m/s 来自 0°（50.0 %）", timeout=20_000)
    expect(figures).to_contain_text("送医 ≤ 90 分", timeout=20_000)
    assert re.search(r"rose=12(\.0)?/0/25(\.0)?;5(\.0)?/90/25(\.0)?&", tab.page.url + "&")
    assert "wind=" not in tab.page.url  # one or the other
    tab.part("plan-more").click()
    expect_text(tab.part("plan-best"), "最优")
    tab.part("rose-row").first.get_by_role("button").click()
    tab.part("rose-row").first.get_by_role("button").click()
    expect(figures).not_to_contain_text("按风玫瑰期望", timeout=20_000)
    tab.log_is_clean()
