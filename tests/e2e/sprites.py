"""The sprite sheets of the styles, drawn by the page so that signs exist once: ``python -m tests.e2e.sprites URL``."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from typing import Any

from playwright.sync_api import sync_playwright

from app.styles import SPRITES
from tests.e2e.conftest import CHROMIUM_FLAGS
from tests.e2e.driver import MapPage

SHEET = """(ratio) => {
    const map = window.riskmap.map;
    // the crosses of the load wizard belong to no layer
    const names = map.listImages().filter(name => !name.startsWith('load-')).sort();
    const images = names.map(name => ({name, ...map.getImage(name)}));
    const sheet = document.createElement('canvas');
    const sizes = images.map(({data, pixelRatio}) =>
        [Math.round(data.width / pixelRatio * ratio), Math.round(data.height / pixelRatio * ratio)]);
    sheet.width = sizes.reduce((sum, [width]) => sum + width, 0);
    sheet.height = Math.max(...sizes.map(([, height]) => height));
    const context = sheet.getContext('2d');
    context.imageSmoothingQuality = 'high';
    const index = {};
    let x = 0;
    images.forEach(({name, data}, at) => {
        const one = document.createElement('canvas');
        [one.width, one.height] = [data.width, data.height];
        const pixels = new ImageData(new Uint8ClampedArray(data.data), data.width, data.height);
        one.getContext('2d').putImageData(pixels, 0, 0);
        const [width, height] = sizes[at];
        context.drawImage(one, x, 0, width, height);
        index[name] = {x, y: 0, width, height, pixelRatio: ratio};
        x += width;
    });
    return {index, png: sheet.toDataURL('image/png').split(',')[1]};
}"""


def sheets(page: MapPage, theme: str) -> dict[str, tuple[dict[str, Any], bytes]]:
    """Return index and picture of the sheets of the theme that an open page shows, by the name of the file."""
    drawn = {}
    for ratio, suffix in ((1, ""), (2, "@2x")):
        sheet = page.page.evaluate(SHEET, ratio)
        drawn[f"{theme}{suffix}"] = (sheet["index"], base64.b64decode(sheet["png"]))
    return drawn


def main(url: str) -> None:
    """Write the sheets of both themes."""
    SPRITES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, "--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for theme, scheme in (("day", "light"), ("night", "dark")):
            context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
            page = MapPage(context, url.rstrip("/")).open()
            for name, (index, png) in sheets(page, theme).items():
                (SPRITES / f"{name}.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")
                (SPRITES / f"{name}.png").write_bytes(png)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
