"""New data reaches a page that is open: at once, and only the tiles it touches."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.serving import Running

PLACE = (120.1511, 30.2822)
WITHIN_S = 2.0


def ask(running: Running, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
    method = "GET" if body is None else "POST"
    request = urllib.request.Request(running.url + path, body, {"Content-Type": kind}, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
        return json.loads(answer.read())


def load_shelter(running: Running, code: str) -> float:
    """Load one shelter over HTTP; returns when it was on record as loaded."""
    text = f"code,name,level,capacity,lon,lat\n{code},新开放避灾点,village,5,{PLACE[0]},{PLACE[1]}\n"
    mark = uuid4().hex
    part = (
        f'--{mark}\r\nContent-Disposition: form-data; name="layer"\r\n\r\nshelter\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}\r\n--{mark}--\r\n"
    )
    load = ask(running, "/api/loads", part.encode(), f"multipart/form-data; boundary={mark}")["id"]
    wait_for(running, load, "checked")
    ask(running, f"/api/loads/{load}/commit", b"{}")
    wait_for(running, load, "loaded")
    return time.monotonic()


def wait_for(running: Running, load: str, state: str) -> None:
    deadline = time.monotonic() + 30
    while (seen := ask(running, f"/api/loads/{load}"))["state"] != state:
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)


def test_a_load_elsewhere_is_on_an_open_page_within_two_seconds_and_only_its_tiles_are_fetched(
    open_tab: OpenTab, loading: Running
) -> None:
    tab = open_tab(loading.url).open(f"m=13.2/{PLACE[1]}/{PLACE[0]}&layers=land,admin_area,shelter&cov=0")
    assert "新开放避灾点" not in {one.get("name") for one in tab.drawn("shelter")}
    code = f"NEWS{uuid4().hex[:6]}"
    before = len(tab.asked)
    done = load_shelter(loading, code)
    drawn = "code => window.riskmap.map.queryRenderedFeatures().some(f => f.properties.id === code)"
    tab.page.wait_for_function(drawn, arg=code, timeout=15_000)
    took = time.monotonic() - done
    fetched = [url for url in tab.asked[before:] if re.search(r"/tiles/", url)]
    assert fetched
    assert all("/tiles/shelter/" in url for url in fetched), fetched
    # one tile of the four zooms around this one, not the dozen in view
    assert len(fetched) <= 2, fetched
    assert took < WITHIN_S
    tab.log_is_clean()


def test_a_page_out_of_sight_asks_when_it_comes_back(open_tab: OpenTab, loading: Running) -> None:
    tab = open_tab(loading.url).open("layers=land,shelter&cov=0")
    said = tab.layer("shelter").inner_text()
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    tab.page.evaluate(hide, True)
    load_shelter(loading, f"NEWS{uuid4().hex[:6]}")
    tab.page.wait_for_timeout(500)
    assert tab.layer("shelter").inner_text() == said
    tab.page.evaluate(hide, False)
    expect(tab.layer("shelter")).not_to_have_text(said, timeout=5_000)
    tab.log_is_clean()
