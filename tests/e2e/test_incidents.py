"""Incidents and the state of bases and shelters in the browser, two pages open at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running

OpenTab = Callable[..., MapPage]
PIN = "pin=29.87,121.55&m=12/29.87/121.55"


def test_an_incident_is_put_on_record_seen_elsewhere_noted_closed_and_opened_again(
    loading: Running, open_tab: OpenTab
) -> None:
    other = open_tab(loading.url).open()
    tab = open_tab(loading.url).open(f"{PIN}&haz=chemical&foot=150/1500/90").answered()
    tab.key("n").type("储罐爆炸")
    tab.part("incident-person").last.fill("张三")
    tab.part("incident-save").click()
    expect_text(tab.part("incident-log"), re.compile("张三 登记.*约 .* 人在范围内", re.DOTALL))
    expect_text(other.part("incidents-open"), "事件 1")
    assert other.footprint()["incident"] == 1
    other.part("incidents-open").click()
    other.part("incident-row").click()
    expect_text(other.part("incident"), "储罐爆炸")
    expect(other.page).to_have_url(re.compile("pin=29.87,121.55.*haz=chemical.*foot=150/1500/90.*inc="))
    other.part("incident-note").fill("<b>消防到场</b>")
    other.part("incident-person").first.fill("李四")
    other.part("incident-add").click()
    expect_text(other.part("incident-log"), "<b>消防到场</b>")
    expect_text(tab.part("incident-log"), "消防到场")
    other.part("incident-turn").click()
    expect_text(other.part("incident-log"), "结束")
    expect(tab.part("incidents-open")).to_have_text("事件")
    expect_text(tab.part("incident-turn"), "重新打开")
    tab.part("incident-turn").click()
    expect_text(other.part("incidents-open"), "事件 1")
    tab.log_is_clean()
    other.log_is_clean()


def test_a_base_that_is_set_off_is_so_on_every_page_until_that_is_undone_with_a_key(
    loading: Running, open_tab: OpenTab
) -> None:
    other = open_tab(loading.url).open(PIN).answered()
    tab = open_tab(loading.url).open("item=rescue_base/B3&m=9/29.9/122.3")
    tab.part("live-status").select_option("off")
    tab.part("live-person").fill("张三")
    tab.part("live-save").click()
    expect_text(tab.part("live-form"), "待命 → 停用")
    expect(other.rows("bases").first).not_to_contain_text("舟山普陀山机场")
    tab.part("map").focus()
    tab.page.keyboard.press("Control+z")
    expect_text(tab.part("live-form"), "已由 张三 撤销")
    expect_text(other.rows("bases").first, "舟山普陀山机场")
    tab.log_is_clean()
    other.log_is_clean()


def test_a_warning_is_drafted_by_one_and_approved_by_another_and_taken_as_cap(
    loading: Running, open_tab: OpenTab, tmp_path: Path
) -> None:
    tab = open_tab(loading.url).open(f"{PIN}&haz=chemical").answered()
    tab.key("n").type("氯气泄漏")
    tab.part("incident-person").last.fill("张三")
    tab.part("incident-save").click()
    expect(tab.part("warning-draft")).to_be_visible()
    tab.part("map").focus()
    tab.key("w")
    expect(tab.part("warning-colour")).to_be_focused()
    tab.part("warning-person").fill("张三")
    tab.part("warning-draft").click()
    expect_text(tab.part("warning-state"), "演练（未批准），张三 起草")
    tab.part("warning-approve").click()
    expect_text(tab.part("warning-said"), "须由另一人批准")
    tab.part("warning-person").fill("李四")
    tab.part("warning-headline").fill("氯气泄漏，立即撤离")
    tab.part("warning-approve").click()
    expect_text(tab.part("warning-said"), "先保存")
    tab.part("warning-save").click()
    expect_text(tab.part("warning-state"), "李四 起草")
    tab.part("warning-person").fill("张三")
    tab.part("warning-approve").click()
    expect_text(tab.part("warning-state"), "已由 张三 批准")
    message = tab.download("warning-cap", tmp_path).read_text(encoding="utf-8")
    assert "<status>Actual</status>" in message
    assert "<headline>氯气泄漏，立即撤离</headline>" in message
    expect_text(tab.part("incident-log"), "张三 批准预警")
    tab.part("incident-turn").click()
    expect_text(tab.part("incident-turn"), "重新打开")
    tab.log_is_clean("403")


def test_closing_an_incident_is_undone_with_a_key(loading: Running, open_tab: OpenTab) -> None:
    tab = open_tab(loading.url).open(PIN).answered()
    tab.key("n").type("误报")
    tab.part("incident-person").last.fill("张三")
    tab.part("incident-save").click()
    tab.part("incident-turn").click()
    expect_text(tab.part("incident-turn"), "重新打开")
    tab.part("map").focus()
    tab.page.keyboard.press("Control+z")
    expect_text(tab.part("incident-turn"), "结束事件")
    expect_text(tab.part("incident-log"), "重新打开")
    tab.part("incident-turn").click()
    expect_text(tab.part("incident-turn"), "重新打开")
    tab.log_is_clean()
