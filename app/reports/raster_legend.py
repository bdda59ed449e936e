"""The legend of a raster as a picture. SVG: it is sharp at any size, and its Chinese needs no font on the server."""

from __future__ import annotations

from xml.sax.saxutils import escape

from layers.kinds.raster import RasterLayer
from layers.theme import TOKENS

ROW, WIDTH, LEFT, TOP = 20, 230, 10, 34


def as_svg(layer: RasterLayer) -> str:
    """Draw a row per step, the highest on top, on the ground that the map has by day."""
    ink, land = TOKENS["day"]["ink"], TOKENS["day"]["land"]
    rows = []
    for at, one in enumerate(reversed(layer.classes())):
        y = TOP + at * ROW
        words = f"{one['from']:,g} – {one['to']:,g}" if one["to"] is not None else f"≥ {one['from']:,g}"
        rows.append(
            f'<rect x="{LEFT}" y="{y}" width="26" height="14" fill="{one["colour"]}" '
            f'fill-opacity="{one["opacity"]}" stroke="{ink}" stroke-width="0.5"/>'
            f'<text x="{LEFT + 34}" y="{y + 11}">{words}</text>'
        )
    height = TOP + len(rows) * ROW + 6
    title = escape(f"{layer.title.zh} · {layer.unit.zh}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="12" fill="{ink}">'
        f'<rect width="100%" height="100%" fill="{land}"/>'
        f'<text x="{LEFT}" y="20" font-weight="600">{title}</text>{"".join(rows)}</svg>'
    )
