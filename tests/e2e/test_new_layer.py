"""A layer the page has never heard of is drawn, listed and opened; names from data are text, not markup."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from app.commands.database import etl_engine
from app.settings import Settings
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from etl.progress import Silent
from layers.registry import discover
from layers.store import Files
from tests.contracts.test_one_file_one_layer import CAMERA
from tests.e2e.conftest import OpenTab
from tests.e2e.driver import expect_text
from tests.serving import start

NASTY = "<img src=x onerror=alert(1)><b>大门</b>"


def test_a_catalogue_file_alone_puts_a_layer_on_the_map(
    empty_settings: Settings, tmp_path: Path, open_tab: OpenTab, page_built: None
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "camera.py").write_text(CAMERA, encoding="utf-8")
    (tmp_path / "c.csv").write_text(f"code,name,lon,lat\nC1,{NASTY},120.15,30.28\n", encoding="utf-8")
    settings = empty_settings.model_copy(update={"layer_dir": site})
    with etl_engine(str(settings.database_url)) as engine:
        pipeline = Pipeline(engine, discover(site), Files(settings.state_dir), Silent())
        pipeline.run(
            Manifest(layer=[Entry(id="camera", file="c.csv", crs="EPSG:4326", source="x")]), tmp_path
        )
    server = start(settings, tmp_path / "log")
    try:
        tab = open_tab(server.url).open("m=12/30.28/120.15")
        expect_text(tab.layer("camera"), "视频点")
        assert tab.drawn("camera")[0]["id"] == "C1"
        tab.click_at(120.15, 30.28)
        expect(tab.part("item-panel")).to_be_visible()
        expect_text(tab.part("item-panel"), NASTY)
        assert tab.page.locator("img[src=x]").count() == 0
        tab.log_is_clean("503")  # no bases and no counties are loaded here, so there is no coverage
    finally:
        server.stop()
