"""The dispatcher's first thirty seconds, timed in Chromium: ``python -m benchmarks.journey URL [ROUNDS]``.

Against a running demo: the page opens; a coordinate is typed and answered; the footprint is changed; a name is found by
its pinyin; a row of the list is shown; the briefing is made; an incident is put on record and another page sees it.
Prints the median and the slowest of the rounds (5 unless said otherwise) in milliseconds, software rendering included.
At the end 60 steps of pan and zoom: no layer that was drawn may be missing when the map has come to rest.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import CHROMIUM_FLAGS
from tests.e2e.driver import MapPage

ROUNDS = 5
STEPS = 60
REST_MS = 2000  # Chromium reads pages of its own for each new window; a dispatcher's has been open for long


class Watch:
    """Milliseconds by step, round after round."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def __call__(self, step: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        self.taken.setdefault(step, []).append((time.perf_counter() - began) * 1000)

    def say(self) -> None:
        """Print a line per step."""
        for step, taken in self.taken.items():
            taken.sort()
            print(f"{step:>42}  median {taken[len(taken) // 2]:7.0f} ms  slowest {taken[-1]:7.0f} ms")


def journey(browser: Browser, url: str, watch: Watch) -> None:
    """Walk the steps once, in a browser without a cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", bypass_csp=True)
    context.add_init_script("window.print = () => undefined;")
    tab = MapPage(context, url)
    tab.page.wait_for_timeout(REST_MS)
    watch("the page is open, the map drawn", tab.open)
    elsewhere = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    other = MapPage(elsewhere, url).open("panel=incidents")
    tab.page.bring_to_front()  # a tab behind another is drawn once a second

    def place() -> None:
        tab.search("29°52′12″N 121°33′E").key("Enter").answered()

    def wedge() -> None:
        before = tab.part("people-inside").inner_text()
        tab.key("2")
        tab.changed("people-inside", before)

    def found() -> None:
        tab.search("zhenhaiqu")
        tab.options().first.wait_for()

    def record() -> None:
        number = other.part("incidents-open").inner_text()
        tab.key("n").type("演练")
        tab.part("incident-person").last.fill("演练员")
        tab.part("incident-save").click()
        other.changed("incidents-open", number)

    watch("a coordinate is typed and answered in full", place)
    watch("the footprint is a wedge, all follows", wedge)
    watch("a county is found by its pinyin", found)
    tab.key("Escape")
    watch("a row of the list is shown on the map", lambda: (tab.rows("hazards").first.click(), tab.settle()))
    tab.part("map").focus()
    watch(
        "the briefing is made", lambda: (tab.key("p"), tab.part("briefing-sheet").wait_for(state="attached"))
    )
    watch("an incident is on record and seen elsewhere", record)
    context.close()
    elsewhere.close()


def wander(browser: Browser, url: str) -> None:
    """Pan and zoom 60 times and count the layers that are missing at rest."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    tab = MapPage(context, url).open("m=9/29.9/121.2")
    missing, began = 0, time.perf_counter()
    for n in range(STEPS):
        tab.fly(120.2 + (n * 7 % 13) / 10, 28.9 + (n * 5 % 11) / 10, 8 + n % 5)
        missing += not tab.drawn("risk_zone")
    taken = time.perf_counter() - began
    print(
        f"{STEPS} steps of pan and zoom in {taken:.0f} s: {missing} at which the zones were missing; "
        f"log: {tab.log or 'clean'}"
    )
    context.close()


def main(url: str, rounds: int) -> None:
    """Walk and print."""
    watch = Watch()
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", *CHROMIUM_FLAGS]
        )
        for _ in range(rounds):
            journey(browser, url, watch)
        watch.say()
        wander(browser, url)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
