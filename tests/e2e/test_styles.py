"""The styles in a MapLibre that knows nothing of the page: they hold to the specification and draw the layers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import rasterio
from playwright.sync_api import Page, Route

from app.settings import CHECKOUT
from app.styles import SPRITES
from layers.registry import discover
from tests.e2e.driver import SETTLED_MS, MapPage
from tests.e2e.sprites import sheets
from tests.serving import Running

MODULES = CHECKOUT / "web" / "node_modules"
MAPLIBRE = MODULES / "maplibre-gl" / "dist"
SPECIFICATION = MODULES / "@maplibre" / "maplibre-gl-style-spec" / "dist"
PLAIN = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/plain/maplibre-gl.css">
<style>html,body,#map{margin:0;height:100%}</style><div id="map"></div>"""
DRAW = """async (style) => {
    const maplibre = await import('/plain/maplibre-gl.mjs');
    maplibre.setWorkerUrl('/plain/maplibre-gl-worker.mjs');
    const map = window.plain = new maplibre.Map({container: 'map', style, fadeDuration: 0});
    const missing = [];
    map.on('styleimagemissing', ({id}) => missing.push(id));
    await new Promise(done => map.once('idle', done));
    const found = {};
    for (const one of map.queryRenderedFeatures()) found[one.layer.id] = (found[one.layer.id] ?? 0) + 1;
    return {found, missing};
}"""
VALIDATE = """async (addresses) => {
    const {validateStyleMin} = await import('/plain/spec/index.mjs');
    const faults = [];
    for (const address of addresses) {
        const style = await (await fetch(address)).json();
        for (const {message} of validateStyleMin(style)) faults.push(`${address}: ${message}`);
    }
    return faults;
}"""
TYPES = {".mjs": "text/javascript", ".css": "text/css", ".html": "text/html"}


def plain(tab: MapPage) -> Page:
    """Open an empty page of the server's origin on which MapLibre and its specification can be imported."""

    def give(route: Route) -> None:
        name = route.request.url.split("/plain/", 1)[1]
        if name == "page.html":
            route.fulfill(body=PLAIN, content_type="text/html")
            return
        folder, file = (SPECIFICATION, name[5:]) if name.startswith("spec/") else (MAPLIBRE, name)
        route.fulfill(path=folder / file, content_type=TYPES[Path(file).suffix])

    tab.page.route("**/plain/**", give)
    tab.page.goto(f"{tab.base_url}/plain/page.html")
    return tab.page


def test_every_style_holds_to_the_specification(tab: MapPage) -> None:
    names = ["riskmap", *discover()]
    asked = [f"/styles/{name}.json?theme={theme}" for name in names for theme in ("day", "night")]
    page = plain(tab)
    assert page.evaluate(VALIDATE, asked) == []
    assert page.evaluate(VALIDATE, ["/api/layers"]) != []  # the check does find faults


@pytest.mark.parametrize("theme", ["day", "night"])
def test_the_style_of_the_whole_map_is_drawn_from_its_address_alone(theme: str, tab: MapPage) -> None:
    page = plain(tab)
    drawn = page.evaluate(DRAW, f"{tab.base_url}/styles/riskmap.json?theme={theme}")
    assert drawn["missing"] == []
    for part in (
        "risk_zone/fill",
        "risk_zone/hatch",
        "major_hazard/points",
        "rescue_base/icons",
        "land/fill",
    ):
        assert drawn["found"].get(part, 0) > 0, part
    assert any(name.startswith("admin_area/") and "label" in name for name in drawn["found"])
    tab.log_is_clean()


def test_a_raster_is_drawn_from_its_style(tab: MapPage) -> None:
    page = plain(tab)
    page.evaluate(DRAW, f"{tab.base_url}/styles/population.json")
    page.wait_for_function("window.plain.areTilesLoaded()", timeout=SETTLED_MS)
    assert any("/tiles/population/" in url and ".png" in url for url in tab.asked)
    tab.log_is_clean()


def test_the_sprite_sheets_are_what_the_page_draws(tab: MapPage, running: Running) -> None:
    tab.open()
    for name, (index, png) in sheets(tab, "day").items():
        assert index == httpx2.get(f"{running.url}/sprites/{name}.json").json()
        drawn, kept = _pixels(png), _pixels((SPRITES / f"{name}.png").read_bytes())
        assert drawn.shape == kept.shape
        assert np.abs(drawn - kept).mean() < 2  # another Chromium smooths edges a little differently


def _pixels(png: bytes) -> Any:
    with rasterio.open(io.BytesIO(png)) as image:
        return image.read().astype(float)
