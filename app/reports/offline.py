"""A folium map that needs nothing from anywhere: Leaflet and its styles inside the page, no tiles, no links
to load.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from pathlib import Path
from typing import cast

import folium
from branca.element import Element, Figure

VENDOR = Path(__file__).parent / "vendor" / "leaflet"


class Verbatim(Element):
    """Markup put into the page as it is; branca would read plain text as a template and obey braces in it."""

    def __init__(self, markup: str) -> None:
        super().__init__("{{ this.markup }}")
        self.markup = markup


@cache
def leaflet() -> str:
    """Leaflet 1.9.4 as one style and one script element, its licence with it, its images (not used here)
    left out.
    """
    script = (VENDOR / "leaflet.js").read_text(encoding="utf-8")
    styles = (VENDOR / "leaflet.css").read_text(encoding="utf-8")
    licence = (VENDOR / "LICENSE").read_text(encoding="utf-8").strip()
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    styles = re.sub(r"^.*url\((?:images/|#default).*$", "", styles, flags=re.MULTILINE)
    # folium gives a marker its icon after making it; until then Leaflet would ask for its own pictures.
    script += "\nL.Marker.prototype.options.icon = L.divIcon();\n"
    return f"<style>\n/*\n{licence}\n*/\n{styles}</style>\n<script>\n{script}</script>"


def figure_of(page: folium.Map) -> Figure:
    """The page around a map."""
    return cast(Figure, page.get_root())


def offline_map(title: str, styles: str) -> folium.Map:
    """An empty map with no tile layer in a page that loads nothing; styles (CSS) come after Leaflet's."""
    page = folium.Map(tiles=None, zoom_snap=0.25, zoom_control="topright", control_scale=True)
    page.default_js, page.default_css = [], []
    figure = figure_of(page)
    figure.title = title
    figure.header.add_child(Verbatim('<link rel="icon" href="data:,">' + leaflet()), name="leaflet")
    figure.html.add_child(Verbatim(f"<style>{styles}</style>"), name="styles")
    return page


def _number(element: Element, ids: count[int]) -> None:
    element._id = f"{next(ids):032x}"
    for child in element._children.values():
        _number(child, ids)


def render(page: folium.Map) -> str:
    """The page as text. Ids are numbered, not random: the same map gives the same bytes."""
    figure = figure_of(page)
    ids = count(1)
    for element in (figure, figure.header, figure.html, figure.script):
        _number(element, ids)
    return figure.render().replace("<html>", '<html lang="zh-CN">', 1)
