"""Going back in time in the browser: incidents, a storm, the address, keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy.dialects.postgresql import insert

from app.commands.database import etl_engine
from app.state.tables import POSITION, POSITION_PAST
from layers.region import BEIJING
from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running

OpenTab = Callable[..., MapPage]
PIN = "pin=29.87,121.55&m=10/29.87/121.55"


def test_an_incident_is_gone_before_it_was_put_on_record_and_nothing_can_be_changed_then(
    loading: Running, open_tab: OpenTab
) -> None:
    tab = open_tab(loading.url).open(f"{PIN}&panel=incidents")
    sent = {"lon": 121.55, "lat": 29.87, "title": "储罐泄漏", "person": "张三"}
    number = tab.page.request.post(f"{loading.url}/api/incidents", data=sent).json()["id"]
    row = tab.page.locator(f'[data-testid="incident-row"][data-id="{number}"]')
    expect(row).to_be_visible()
    expect(tab.part("incident-title")).to_be_visible()
    tab.part("time-slider").focus()
    tab.page.keyboard.press("Home")
    expect_text(tab.part("time-strip"), re.compile(r"^地图为 \d\d-\d\d \d\d:\d\d 的状态 · 图层为现有版本"))
    expect(row).to_have_count(0)
    expect(tab.part("incident-title")).to_be_hidden()
    assert "incident" not in tab.footprint()
    expect(tab.page).to_have_url(re.compile(r"[#&]t=\d{4}-\d\d-\d\dT\d\d:\d\d\+08:00"))
    tab.page.keyboard.press("End")
    expect(tab.part("time-strip")).to_be_hidden()
    expect_text(tab.part("time-when"), "现在")
    expect(row).to_be_visible()
    expect(tab.page).not_to_have_url(re.compile("[#&]t="))
    tab.log_is_clean()


def test_a_storm_is_replayed_with_its_circles_of_wind_and_the_link_reopens_the_moment(
    running: Running, open_tab: OpenTab
) -> None:
    tab = open_tab(running.url).open("m=6/27/123")
    tab.part("time-span").select_option("2699")
    expect_text(tab.part("time-strip"), "地图为 08-24 08:00 的状态")
    tab.page.keyboard.press(".")
    expect_text(tab.part("time-when"), "08-24 11:00")
    expect_text(tab.part("time-strip"), "地图为 08-24 11:00 的状态")
    tab.part("time-play").click()
    expect(tab.part("time-play")).to_have_attribute("aria-label", "暂停")
    expect_text(tab.part("time-when"), re.compile(r"08-24 (1[2-9]|2\d):00|08-2[5-9]"))  # it plays on
    tab.part("time-play").click()
    tab.open("m=6/27/123&t=2026-08-25T21:30%2B08:00").settle()  # as a chat that escapes links hands it on
    tab.open("m=6/27/123&t=2026-08-25T21:30+08:00&lang=en").reload()
    expect_text(tab.part("time-strip"), "The map as it was known at 08-25 21:30")
    expect(tab.part("time-span")).to_have_value("2699")
    tab.settle()
    drawn = tab.storm()
    assert (drawn["disc"], drawn["arc"], drawn["way"], drawn["eye"]) == (3, 9, 1, 1)
    expect_text(
        tab.part("time-storms"),
        re.compile("50 m/s · grade 7 NE 260 SE 234 SW 169 NW 195 km, grade 10 NE 110"),
    )
    said = tab.page.request.get(f"{running.url}/api/replay/storms?at=2026-08-25T13:30:00Z").json()
    eye = next(one for one in said["features"] if one["properties"]["kind"] == "eye")
    assert drawn["at"] == eye["geometry"]["coordinates"]
    tab.part("time-now").click()
    expect(tab.part("time-strip")).to_be_hidden()
    expect(tab.part("time-slider")).to_be_focused()
    tab.log_is_clean()


def was_at(running: Running, mover: str, name: str, lon: float, heard: datetime) -> None:
    """Put on record where a vehicle was, as a server that ran then would have."""
    fix = {"id": mover, "lon": lon, "lat": 29.87, "at": heard, "heard": heard}
    with etl_engine(str(running.settings.database_url)) as engine, engine.begin() as connection:
        newest = insert(POSITION).values(fix | {"kind": "vehicle", "name": name})
        connection.execute(newest.on_conflict_do_nothing())
        connection.execute(insert(POSITION_PAST).values(fix))


def test_a_vehicle_is_drawn_where_it_was_known_to_be_with_the_age_its_fix_had_then(
    loading: Running, open_tab: OpenTab
) -> None:
    now = datetime.now(UTC)
    then = (now - timedelta(hours=1)).replace(second=0, microsecond=0)
    was_at(loading, "V7", "车7", 121.2, then - timedelta(minutes=3))
    tab = open_tab(loading.url).open("m=10/29.87/121.4")
    fix = {"id": "V7", "name": "车7", "lon": 121.6, "lat": 29.87, "at": now.isoformat()}
    sent = tab.page.request.post(f"{loading.url}/api/positions", data={"positions": [fix]})
    assert sent.json()["taken"] == 1
    tab.open(f"m=10/29.87/121.4&t={then.astimezone(BEIJING):%Y-%m-%dT%H:%M}%2B08:00")
    tab.mover_is("车7（3 分钟前）", 121.2)
    tab.part("time-slider").focus()
    tab.page.keyboard.press("Home")
    expect_text(tab.part("time-strip"), re.compile(r"移动目标此前无留存（\d\d-\d\d \d\d:\d\d）"))
    expect(tab.part("movers")).to_be_hidden()
    tab.part("time-now").click()
    tab.mover_is("车7", 121.6)
    tab.log_is_clean()
