"""Grades in the browser: why a colour, the list and its counts, the plan's figures on the map, a past day, by hand."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from app.deps import beijing_today
from tests.e2e.conftest import OpenTab, Running
from tests.e2e.driver import MapPage
from tests.e2e.test_map import api


def test_a_zone_says_why_with_members_that_open(tab: MapPage, running: Running) -> None:
    said = api(running, "/api/layers/risk_zone/items/330211/why")
    tab.open("item=risk_zone/330211")
    expect(tab.part("why-sentence")).to_contain_text(said["members"]["items"][0]["name"])
    for row in said["counts"]:
        expect(tab.part("why-counts")).to_contain_text(f"{row['label']['zh']} {row['count']:,}")
    expect(tab.part("why-unconfirmed")).to_contain_text("未经主管部门确认")
    tab.part("why-member").first.click()
    expect(tab.part("why-sentence")).to_contain_text("级重大危险源")
    expect(tab.part("why-alpha")).to_contain_text("人口栅格")
    tab.log_is_clean()


def test_the_panel_lists_the_zones_with_the_counts_of_the_server(tab: MapPage, running: Running) -> None:
    listed = api(running, "/api/layers/risk_zone/list")
    tab.open("panel=risk")
    expect(tab.part("zone-row")).to_have_count(listed["total"])
    for row in listed["classes"]:
        expect(tab.part("zone-sums")).to_contain_text(re.compile(rf" {row['count']}\b"))
    first = listed["rows"][0]
    expect(tab.part("zone-row").first).to_contain_text(first["name"])
    tab.part("zone-row").first.click()
    expect(tab.part("item-panel")).to_contain_text(first["code"])
    tab.log_is_clean()


def test_a_row_of_the_list_goes_to_its_zone_with_the_layer_on(tab: MapPage, running: Running) -> None:
    first = api(running, "/api/layers/risk_grid/list")["rows"][0]
    tab.open("m=10/27.6/120.4&panel=risk")
    tab.part("risk-panel").locator("select").first.select_option("risk_grid")
    expect(tab.part("zone-row").first).to_contain_text(first["name"])
    tab.part("zone-row").first.click()
    expect(tab.part("item-panel")).to_contain_text(first["code"])
    tab.settle()
    assert first["code"] in {one["id"] for one in tab.drawn("risk_grid")}
    assert tab.drawn("risk_zone") == []
    tab.log_is_clean()


def test_a_figure_of_the_plan_shows_its_objects_alone(tab: MapPage, running: Running) -> None:
    figure = next(one for one in api(running, "/api/kpis")["kpis"] if one["id"] == "high_risk_parks")
    tab.open("panel=risk&layers=land")
    row = tab.page.locator('[data-kpi="high_risk_parks"]')
    expect(row.get_by_test_id("kpi-value")).to_have_text(str(figure["count"]))
    row.get_by_test_id("kpi-show").click()
    tab.settle()
    assert "part=chemical_park:high_risk" in tab.page.url
    keys = {one["id"] for one in tab.drawn("chemical_park") if "id" in one}
    assert len(keys) == figure["count"]
    tab.log_is_clean()


def test_a_day_before_the_first_load_shows_no_data_and_says_which_day(tab: MapPage) -> None:
    tab.open("panel=risk&at=2020-01-01")
    expect(tab.part("risk-panel")).to_contain_text("地图为 2020-01-01 的状态")
    assert tab.drawn("risk_zone") == []
    tab.part("at-now").click()
    expect(tab.part("zone-row").first).to_be_visible()
    assert "at=" not in tab.page.url


def test_a_zone_is_set_by_hand_shows_it_and_is_given_back(open_tab: OpenTab, loading: Running) -> None:
    before = api(loading, "/api/layers/risk_zone/items/330211/why")
    tab = open_tab(loading.url).open("item=risk_zone/330211")
    tab.part("override").locator("summary").click()
    form = tab.part("override-form")
    form.locator("select").select_option("4")
    form.locator("[name=reason]").fill("现场核查：储罐已清空")
    form.locator("[name=person]").fill("王五")
    form.locator("[name=until]").fill("2020-01-01")
    form.locator("button[type=submit]").click()
    expect(tab.part("override-said")).to_contain_text("应在今天与一年之内")
    form.locator("[name=until]").fill((beijing_today() + timedelta(days=30)).isoformat())
    form.locator("button[type=submit]").click()
    expect(tab.part("why-override")).to_contain_text("现场核查：储罐已清空", timeout=60_000)
    expect(tab.part("why-sentence")).to_contain_text("人工核定（王五")
    said = api(loading, "/api/layers/risk_zone/items/330211/why")
    assert (said["grade"], said["override"]["worst"]) == (4, before["grade"])
    expect(tab.part("withdraw-person")).to_have_value("王五")
    tab.part("withdraw-person").fill("赵六")
    tab.part("withdraw").click()
    expect(tab.part("why-override")).to_have_count(0, timeout=60_000)
    assert api(loading, "/api/layers/risk_zone/items/330211/why")["grade"] == before["grade"]
    assert api(loading, "/api/zones/overrides")["overrides"][0]["withdrawn_by"] == "赵六"
    tab.open(f"panel=risk&since={beijing_today().isoformat()}")
    expect(tab.part("changes-said")).to_contain_text("0 处变色")
    tab.log_is_clean("422")


def test_one_kind_of_zone_is_filled_at_a_time_so_that_no_two_colours_mix(tab: MapPage) -> None:
    tab.open("m=10/29.95/121.6")
    tab.toggle_layer("risk_grid")
    assert tab.drawn("risk_grid")
    assert tab.drawn("risk_zone") == []
    expect(tab.layer("risk_zone").locator("input")).not_to_be_checked()
    tab.log_is_clean()
