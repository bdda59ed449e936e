"""How the load wizard looks: with the keyboard alone, under names without end, on a phone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.e2e.driver import SETTLED_MS, MapPage, expect_text
from tests.e2e.loading import LAYER, choose_layer, discard, shelters
from tests.serving import Running


def test_the_wizard_is_used_without_a_mouse_and_keeps_the_focus(page: MapPage, tmp_path: Path) -> None:
    page.open().key("i")
    expect(page.part("load-panel")).to_be_visible()
    for _ in range(30):
        page.key("Tab")
        inside = page.page.evaluate(
            "() => document.querySelector('.load-panel').contains(document.activeElement)"
        )
        assert inside
    page.part("lang-switch").click()
    expect_text(page.part("load-panel"), "Load data")
    page.key("Escape")
    expect(page.part("load-panel")).to_be_hidden()
    page.log_is_clean()


def test_long_names_and_turned_round_texts_stay_within_the_panel(page: MapPage, tmp_path: Path) -> None:
    """Unseen characters are left out of what is shown, and no name makes the panel wider than it is."""
    long, turn = "X" * 300, "\u202e\u200b"
    head = f"code,name,level,capacity,lon,lat,{long},{'列' * 300}{turn}"
    rows = [
        f"L{at},{'长' * 300}{turn}{at},{long if at else '村级'},50,121.8,29.9,{long},{'值' * 300}"
        for at in range(3)
    ]
    file = tmp_path / f"{'名' * 30}{turn}{'y' * 90}.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    page.open("load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", file)
    expect(page.part("count-bad")).to_have_text("2", timeout=SETTLED_MS)
    for step in ("file", "crs", "fields", "check"):
        page.step(step)
        page.settle()
        panel = page.part("load-panel")
        body, width = panel.locator(".load-body"), panel.bounding_box()["width"]  # type: ignore[index]
        assert body.evaluate("e => e.scrollWidth") <= width, step
        assert turn[0] not in panel.inner_text(), step
    assert "\\u{" not in page.part("load-panel").inner_text()
    discard(page)
    page.open("load=new")
    expect(page.part("load-row").first).to_contain_text("名名名")
    assert page.part("load-panel").locator(".load-body").evaluate("e => e.scrollWidth") <= width
    page.log_is_clean()


def test_on_a_phone_the_panel_is_the_page_and_makes_room_for_the_map(
    open_tab: OpenTab, loading: Running, tmp_path: Path
) -> None:
    page = open_tab(loading.url, width=390, height=844).open()
    page.part("sheet-handle").click()
    page.part("load-link").click()
    page.choose("load-files", shelters(tmp_path / "手机.zip", prefix="SJ", inside="导出/数据"))
    choose_layer(page)
    expect_text(page.part("load-question"), "基准")
    small = page.page.evaluate(
        """() => [...document.querySelectorAll('.load-panel :is(button, select, a.load-button, summary)')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
            .map(e => e.className + ' ' + e.textContent)"""
    )
    assert small == []
    wide = page.page.evaluate("() => document.querySelector('.load-body').scrollWidth")
    assert wide <= 390
    page.page.get_by_role("button", name="看地图").click()
    page.settle()
    page.page.wait_for_timeout(800)
    assert all(121.7 < lon < 121.9 for lon, _ in page.sketched("chosen"))
    box = page.page.locator("#map").bounding_box()
    assert box is not None
    assert box["height"] > 250
    discard(page)
    page.log_is_clean()
