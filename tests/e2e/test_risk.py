"""Grades in the browser: why a colour, the list and its counts, the plan's figures on the map, a past day, by hand."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Running
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
