"""The pictures of the README, taken from a running map: ``python -m tests.e2e.screenshots http://127.0.0.1:8000``."""

from __future__ import annotations

import shutil
import sys

from playwright.sync_api import sync_playwright

from app.settings import CHECKOUT
from tests.e2e.conftest import CHROMIUM_FLAGS
from tests.e2e.driver import MapPage

OUT = CHECKOUT / "web" / "screenshots"
WHOLE, NEAR = "m=9/29.95/121.2", "m=12/29.97/121.62&layers=land,admin_area,risk_grid,graded_object&cov=0"
CLOSED = "m=7/29.2/120.4&panel=coverage&radius=none&nofly=29.5,119.7;29.5,120.05;29.9,120.05;29.9,119.7&pin=29.7,119.35"
PLACE = "pin=29.95,121.55&m=11/29.95/121.55&haz=chemical&foot=300/4000/300&cov=0"
PICTURES = {
    "day": (1440, 900, "light", ""),
    "night": (1440, 900, "dark", ""),
    "risk": (1440, 900, "light", "panel=risk"),
    "why": (1440, 900, "light", "item=risk_zone/330211"),
    "grid": (1440, 900, "light", NEAR),
    "deuteranopia": (1440, 900, "light", WHOLE),
    "protanopia": (1440, 900, "light", WHOLE),
    "phone": (390, 844, "light", ""),
    "risk-phone": (390, 844, "dark", "panel=risk"),
    "planner": (1440, 900, "light", "panel=coverage&radius=none&wind=8/330&bands=1"),
    "planner-night": (1440, 900, "dark", f"{CLOSED}&craft=AW139&scene=20"),
    "planner-phone": (390, 844, "light", f"{CLOSED}&craft=AW139"),
    "place": (1440, 900, "light", PLACE),
    "place-night": (1440, 900, "dark", PLACE),
    "place-phone": (390, 844, "light", PLACE),
    "time": (1440, 900, "light", "t=2026-08-25T21:30+08:00&m=6.6/28.1/122"),
    "time-night": (1440, 900, "dark", "t=2026-08-25T21:30+08:00&m=6.6/28.1/122"),
    "time-phone": (390, 844, "light", "t=2026-08-25T21:30+08:00&m=6/28.1/122"),
}


def main(url: str) -> None:
    """Take every picture."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, "--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for name, (width, height, scheme, fragment) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            page = MapPage(context, url.rstrip("/")).open(fragment)
            if name in ("deuteranopia", "protanopia"):  # Chromium draws the page as such an eye sees it
                seen = context.new_cdp_session(page.page)
                seen.send("Emulation.setEmulatedVisionDeficiency", {"type": name})
            page.page.wait_for_timeout(2000)
            page.settle().screenshot(OUT / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
