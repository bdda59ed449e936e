"""A real server process over the demo data, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.settings import CHECKOUT, Settings
from tests.conftest import DEMO, Server
from tests.e2e.driver import MapPage
from tests.serving import Running, start

CHROMIUM_FLAGS = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def page_built() -> None:
    if not (CHECKOUT / "web" / "dist" / "index.html").is_file():
        if os.environ.get("CI"):
            pytest.fail("the page is not built: npm --prefix web run build")
        pytest.skip("the page is not built: npm --prefix web run build")


@pytest.fixture(scope="session")
def running(
    page_built: None, demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The server over the demo data; at the end its log must be clean."""
    server = start(demo_settings, tmp_path_factory.mktemp("server") / "log")
    yield server
    server.stop()
    assert server.process.returncode == 0
    lines = [line for line in server.log().splitlines() if not line.startswith("riskmap")]
    assert lines == []


@pytest.fixture(scope="session")
def loading(
    page_built: None, templates: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server over a copy of the demo data that the tests may change; at the end its log must be clean."""
    database = templates.clone(DEMO)
    state = Path(tempfile.mkdtemp(prefix="rml-"))
    for name in ("archives", "rasters"):
        shutil.copytree(templates.state_dir / name, state / name)
    settings = Settings(database_url=templates.database(database), state_dir=state)
    server = start(settings, tmp_path_factory.mktemp("loading") / "log")
    yield server
    server.stop()
    lines = [line for line in server.log().splitlines() if not line.startswith("riskmap")]
    templates.drop(database)
    shutil.rmtree(state, ignore_errors=True)
    assert lines == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=flags)
        yield started
        started.close()


OpenTab = Callable[..., MapPage]


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[OpenTab]:
    """Open tabs of a given size and language on a given server; closed after the test."""
    contexts = []

    def tab(url: str, width: int = 1440, height: int = 900, scheme: str = "light") -> MapPage:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        return MapPage(context, url)

    yield tab
    for context in contexts:
        context.close()


@pytest.fixture
def tab(open_tab: OpenTab, running: Running) -> MapPage:
    """A tab of 1440 x 900 on the demo data, not yet opened."""
    return open_tab(running.url)


@pytest.fixture
def page(open_tab: OpenTab, loading: Running) -> MapPage:
    """A tab of 1440 x 900 on the server that tests may change, not yet opened."""
    return open_tab(loading.url)
