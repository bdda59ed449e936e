"""Vehicles on the map: five thousand of them reporting every second, one with an old fix."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.e2e.driver import MapPage, expect_text
from tests.serving import Running

OpenTab = Callable[..., MapPage]
MOVERS = 5_000
LONG_NAMES = range(3400, 3500)  # the row of them that drives past the place asked about


def report(url: str, turn: int) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "id": f"V{n}",
            "name": f"车{n}" + "X" * 94 if n in LONG_NAMES else f"车{n}",
            "lon": 120.0 + (n % 100) / 50 + turn / 1000,
            "lat": 28.5 + (n // 100) / 25,
            "at": (now - timedelta(seconds=3600 if n == 0 else 0)).isoformat(),
        }
        for n in range(MOVERS)
    ]
    body = json.dumps({"positions": rows}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/api/positions", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert json.load(answer)["refused"] == 0


def test_five_thousand_movers_do_not_slow_the_page_and_an_old_fix_says_so(
    loading: Running, open_tab: OpenTab
) -> None:
    stop = threading.Event()

    def keep_reporting() -> None:
        turn = 0
        while not stop.is_set():
            report(loading.url, turn)
            turn += 1
            stop.wait(1)

    reporter = threading.Thread(target=keep_reporting)
    reporter.start()
    try:
        tab = open_tab(loading.url).open("m=9/29.5/121")
        expect_text(tab.part("movers"), "移动目标 5,000，其中 1 个定位已旧")
        before = tab.mover("车1")
        time.sleep(2.5)
        assert tab.mover("车1")[0] > before[0]
        tab.search("29.87,121.55").key("Enter").answered()
        expect_text(tab.part("around-answer"), "附近力量")
        expect_text(tab.part("around-answer"), re.compile("车34[0-9]{2}X{94}"))
        assert re.fullmatch("车3475X+…", tab.mover_label("车3475"))
        assert len(tab.mover_label("车3475")) < 30
    finally:
        stop.set()
        reporter.join()
    tab.log_is_clean()
