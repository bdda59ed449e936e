"""The one object through which the browser tests touch the page: it alone knows Playwright and the test ids."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

SETTLED_MS = 20_000
expect.set_options(timeout=15_000)  # the default of 5 s is short on a busy machine


class MapPage:
    """The risk map in a browser tab, with everything it logged and asked for."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.base_url = base_url
        self.context = context
        self.page: Page = context.new_page()
        self.log: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.log.append(f"error {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.log.append(f"{message.type} {message.text}")

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def open(self, fragment: str = "") -> MapPage:
        """Open the page and wait until the map is drawn."""
        self.page.goto(f"{self.base_url}/{fragment and '#' + fragment}")
        self.page.wait_for_selector('html[data-ready="1"]', timeout=SETTLED_MS)
        return self

    def reload(self) -> MapPage:
        self.page.reload()
        self.page.wait_for_selector('html[data-ready="1"]', timeout=SETTLED_MS)
        return self

    def settle(self) -> MapPage:
        """Wait until the map has drawn what it was last told."""
        self.page.evaluate(
            """() => new Promise(done => {
                const map = window.riskmap.map;
                if (map.loaded() && !map.isMoving()) requestAnimationFrame(() => done(null));
                else map.once('idle', () => done(null));
                map.triggerRepaint();
            })"""
        )
        return self

    def part(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def layer(self, layer_id: str) -> Locator:
        return self.page.locator(f'[data-testid="layer-row"][data-layer="{layer_id}"]')

    def toggle_layer(self, layer_id: str) -> MapPage:
        self.layer(layer_id).locator("input").click()
        return self.settle()

    def legend(self, value: str) -> Locator:
        return self.page.locator(f'[data-testid="legend-row"][data-class="{value}"]').first

    def drawn(self, layer_id: str) -> list[dict[str, Any]]:
        """Return properties of the features of a layer that are on the screen now."""
        found = self.page.evaluate(
            """(id) => {
                const map = window.riskmap.map;
                const layers = map.getStyle().layers.filter(l => l.source === id).map(l => l.id);
                return map.queryRenderedFeatures({layers}).map(f => f.properties);
            }""",
            layer_id,
        )
        return cast(list[dict[str, Any]], found)

    def view(self) -> tuple[float, float, float]:
        """Return longitude, latitude, zoom."""
        lon, lat, zoom = self.page.evaluate(
            "() => { const m = window.riskmap.map, c = m.getCenter(); return [c.lng, c.lat, m.getZoom()]; }"
        )
        return round(lon, 4), round(lat, 4), round(zoom, 2)

    def fly(self, lon: float, lat: float, zoom: float) -> MapPage:
        # In braces: an arrow that returns the map has Playwright copy it, every tile in it, seconds and growing
        self.page.evaluate(
            "([c, z]) => { window.riskmap.map.jumpTo({center: c, zoom: z}); }", [[lon, lat], zoom]
        )
        return self.settle()

    def click_at(self, lon: float, lat: float) -> MapPage:
        """Click the map at a place on the ground."""
        x, y = self.page.evaluate(
            """([lon, lat]) => {
                const box = window.riskmap.map.getCanvas().getBoundingClientRect();
                const p = window.riskmap.map.project([lon, lat]);
                return [box.left + p.x, box.top + p.y];
            }""",
            [lon, lat],
        )
        self.page.mouse.click(x, y)
        return self

    def key(self, name: str) -> MapPage:
        self.page.keyboard.press(name)
        return self

    def type(self, text: str) -> MapPage:
        self.page.keyboard.type(text)
        return self

    def number(self, test_id: str) -> float:
        """Return the last percentage or number of a part, once it has one."""
        expect_text(self.part(test_id).first, re.compile(r"\d"))
        text = self.part(test_id).first.inner_text()
        found = re.findall(r"[\d,]+(?:\.\d+)?", text)
        assert found, f"no number in {text!r}"
        return float(found[-1].replace(",", ""))

    # -- a place -------------------------------------------------------------------------------------------------

    def search(self, text: str) -> MapPage:
        """Type into the search box with the keyboard alone, and wait for its answers."""
        self.key("/").type(text)
        expect(self.part("search-box")).to_have_attribute("aria-expanded", "true")
        return self

    def options(self) -> Locator:
        return self.part("search-option")

    def answered(self) -> MapPage:
        """Wait until the answer about the chosen place is here."""
        expect(self.part("around-answer")).to_have_attribute("aria-busy", "false")
        expect(self.part("people-inside")).to_be_visible()
        return self

    def changed(self, test_id: str, before: str) -> MapPage:
        """Wait until a part says something else than before."""
        self.page.wait_for_function(
            """([id, before]) => {
                const part = document.querySelector(`[data-testid="${id}"]`);
                return part !== null && part.innerText !== before;
            }""",
            arg=[test_id, before],
            polling=20,  # what expect() looks at every half second would be timed as half a second
            timeout=15_000,
        )
        return self

    def rows(self, section: str) -> Locator:
        """Return the rows of a list of the answer: bases, shelters, hazards, targets, landing."""
        return self.page.locator(f'[data-list="{section}"] [data-testid="place-row"]')

    def footprint(self) -> dict[str, Any]:
        """Return what the map draws for the place: how many features of each kind."""
        return cast(
            dict[str, Any],
            self.page.evaluate(
                """() => {
                    const data = window.riskmap.map.getStyle().sources['riskmap:place'].data;
                    const kinds = {};
                    for (const f of data.features) kinds[f.properties.kind] = (kinds[f.properties.kind] ?? 0) + 1;
                    return kinds;
                }"""
            ),
        )

    def mark(self, word: str) -> Locator:
        """Return the row of the legend that says what a mark of the page on the map is."""
        return self.page.locator(f'[data-testid="mark-row"][data-mark="{word}"]')

    def listed(self, sign: str) -> int:
        """Return how many of the listed places the map draws with a sign."""
        count = self.page.evaluate(
            """(sign) => window.riskmap.map.getStyle().sources['riskmap:place'].data.features
                .filter(f => f.properties.sign === sign).length""",
            sign,
        )
        return int(count)

    def storm(self) -> dict[str, Any]:
        """Return what the map draws of storms: kinds with their number, and where the eye is."""
        return cast(
            dict[str, Any],
            self.page.evaluate(
                """async () => {
                    const data = await window.riskmap.map.getSource('riskmap:storms').getData();
                    const found = {};
                    for (const f of data.features) {
                        found[f.properties.kind] = (found[f.properties.kind] ?? 0) + 1;
                        if (f.properties.kind === 'eye') found.at = f.geometry.coordinates;
                    }
                    return found;
                }"""
            ),
        )

    def mover_is(self, label: str, lon: float) -> None:
        """Wait until the map draws a mover with this label, at this longitude."""
        self.page.wait_for_function(
            """async ([label, lon]) => {
                const data = await window.riskmap.map.getSource('riskmap:movers')?.getData();
                return data?.features.some(
                    f => f.properties.label === label && f.geometry.coordinates[0] === lon);
            }""",
            arg=[label, lon],
        )

    def mover(self, name: str) -> tuple[float, float]:
        """Return where the map draws a mover."""
        place = self.page.evaluate(
            """async (name) => {
                const data = await window.riskmap.map.getSource('riskmap:movers').getData();
                return data.features.find(f => f.properties.label.startsWith(name)).geometry.coordinates;
            }""",
            name,
        )
        return place[0], place[1]

    def mover_label(self, name: str) -> str:
        """Return what the map writes beside a mover."""
        label = self.page.evaluate(
            """async (name) => {
                const data = await window.riskmap.map.getSource('riskmap:movers').getData();
                return data.features.find(f => f.properties.label.startsWith(name)).properties.label;
            }""",
            name,
        )
        return str(label)

    def pdf(self) -> bytes:
        """Print the page as the browser prints it."""
        return self.page.pdf(prefer_css_page_size=True)

    # -- the load wizard -----------------------------------------------------------------------------------------

    def drop(self, *files: Path) -> MapPage:
        """Drop files onto the map."""
        sent = [{"name": f.name, "data": base64.b64encode(f.read_bytes()).decode()} for f in files]
        self.page.evaluate(
            """(sent) => {
                const data = new DataTransfer();
                for (const one of sent) {
                    const bytes = Uint8Array.from(atob(one.data), c => c.charCodeAt(0));
                    data.items.add(new File([bytes], one.name));
                }
                const target = document.getElementById('map');
                for (const type of ['dragenter', 'dragover', 'drop'])
                    target.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));
            }""",
            sent,
        )
        return self

    def choose(self, test_id: str, *files: Path) -> MapPage:
        """Give files to a file field."""
        self.part(test_id).set_input_files(list(files))
        return self

    def download(self, test_id: str, folder: Path) -> Path:
        """Follow a download link; returns the file."""
        with self.page.expect_download() as started:
            self.part(test_id).click()
        target = folder / started.value.suggested_filename
        started.value.save_as(target)
        return target

    def export(self, layer_id: str, form: str, folder: Path) -> Path:
        """Download a layer with the button behind its row; returns the file."""
        row = self.page.locator(".layer", has=self.layer(layer_id))
        row.get_by_test_id("layer-download").click()
        with self.page.expect_download() as started:
            row.get_by_test_id("layer-downloads").get_by_text(form, exact=True).click()
        target = folder / started.value.suggested_filename
        started.value.save_as(target)
        return target

    def step(self, name: str) -> MapPage:
        """Open a step of the wizard."""
        self.part(f"load-step-{name}").click()
        return self

    def source_of(self, field: str) -> Locator:
        """Return the select that says which column fills a field."""
        return self.page.locator(f'[data-testid="load-source"][data-field="{field}"]')

    def sketched(self, what: str) -> list[tuple[float, float]]:
        """Return the places that the wizard draws on the map: ``chosen`` or ``other``."""
        found = self.page.evaluate(
            """(what) => {
                const data = window.riskmap.map.getStyle().sources['riskmap:load-' + what]?.data;
                return (data?.features ?? []).flatMap(f => f.geometry.coordinates);
            }""",
            what,
        )
        return [(place[0], place[1]) for place in found]

    def load_id(self) -> str:
        """Return the load that the address names."""
        found = re.search(r"[#&]load=([\w-]+)", self.page.url)
        assert found, self.page.url
        return found.group(1)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def log_is_clean(self, *allowed: str) -> None:
        """Assert that the page logged no error or warning and asked nobody but its own server."""
        noise = [line for line in self.log if not any(word in line for word in allowed)]
        assert noise == []
        strangers = [u for u in self.asked if not u.startswith((self.base_url, "blob:", "data:"))]
        assert strangers == []

    def close(self) -> None:
        self.page.close()


def expect_text(locator: Locator, text: str | re.Pattern[str]) -> None:
    """Wait until a part says something."""
    expect(locator).to_contain_text(text, timeout=SETTLED_MS)
