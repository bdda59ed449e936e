"""What axe-core finds wrong for people who do not see, or do not use a mouse: nothing serious, in any view."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from app.settings import CHECKOUT
from tests.e2e.driver import MapPage
from tests.serving import Running

AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = {
    "the open page": "",
    "a place": "pin=29.87,121.55&m=12/29.87/121.55&haz=fire",
    "a place by night in English": "pin=29.87,121.55&m=12/29.87/121.55&theme=night&lang=en",
    "a zone": "item=risk_zone/330211",
    "a base": "item=rescue_base/B3",
    "incidents": "panel=incidents&pin=29.87,121.55",
    "grades and figures": "panel=risk",
    "the past, with a storm": "t=2026-08-25T20:00%2B08:00",
    "the load wizard": "load=new",
}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_serious(browser: Browser, running: Running, width: int, height: int) -> None:
    script = AXE.read_text(encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", bypass_csp=True
    )
    found: list[Any] = []
    for name, fragment in VIEWS.items():
        tab = MapPage(context, running.url).open(fragment)
        tab.page.wait_for_timeout(500)
        tab.page.evaluate(script)
        answer = tab.page.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            (name, one["impact"], one["id"], one["nodes"][0]["html"][:120]) for one in answer["violations"]
        ]
        tab.close()
    context.close()
    assert [one for one in found if one[1] in ("serious", "critical")] == []
