"""What opening the map costs: requests, bytes over the wire, time to the first idle map.

``python benchmarks/first_page.py http://127.0.0.1:8000 [runs]``: a fresh browser profile each run (nothing cached),
then the same page again in the same profile.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time

from playwright.sync_api import BrowserContext, sync_playwright

FLAGS = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--no-first-run",
]


def open_once(context: BrowserContext, url: str) -> tuple[int, int, float]:
    """Return requests, bytes received (headers and packed bodies) and seconds to idle."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[int] = []
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector('html[data-ready="1"]', timeout=60_000)
    seconds = time.perf_counter() - began
    page.wait_for_timeout(500)
    page.close()
    return len(received), sum(received), seconds


def main(url: str, runs: int) -> None:
    """Print the medians."""
    first, again = [], []
    with sync_playwright() as playwright:
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for _ in range(runs):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            first.append(open_once(context, url))
            again.append(open_once(context, url))
            context.close()
        browser.close()
    for name, figures in (("first visit", first), ("second visit", again)):
        requests, size, seconds = (statistics.median(column) for column in zip(*figures, strict=True))
        print(
            f"{name:13} {requests:4.0f} requests  {size / 1000:7.0f} kB  {seconds:5.2f} s to idle (median of {runs})"
        )


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/",
        int(sys.argv[2]) if len(sys.argv) > 2 else 3,
    )
