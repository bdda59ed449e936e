"""Ready MapLibre layers for the few ways things are drawn here.

Fill colour means the risk grade and nothing else; everything that is not a grade is drawn with shape, line or
ink. ``metadata["riskmap:slot"]`` tells the client where in the stack a layer goes;
``metadata["riskmap:text"]`` gives the label expression of each language.
"""

from __future__ import annotations

from typing import Any

from layers.model import Json, Legend, Theme
from layers.theme import FILL_OPACITY, TOKENS

SLOTS = ("base", "fill", "shade", "line", "reach", "point", "label", "mark")
"""The stack, lowest first; the page has the same (``web/src/style-parts.ts``), a contract test compares the two."""

PATTERN_IMAGES = {
    "cross": "hatch-cross",
    "diagonal": "hatch-diagonal",
    "dots": "hatch-dots",
    "nodata": "hatch-nodata",
}
FONTS = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"]


def layer(layer_id: str, part: str, kind: str, slot: str, **rest: Any) -> Json:
    """Return one MapLibre layer ``<layer>/<part>`` that reads the vector source of the layer."""
    metadata = {"riskmap:slot": slot, **rest.pop("metadata", {})}
    source_layer = rest.pop("source_layer", layer_id)
    return {
        "id": f"{layer_id}/{part}",
        "type": kind,
        "source": layer_id,
        "source-layer": source_layer,
        "metadata": metadata,
        **rest,
    }


def by_class(legend: Legend, pick: dict[Any, Any], default: Any) -> list[Any]:
    """Return a ``match`` expression on the legend field; a missing value takes ``default``."""
    pairs = [part for value, out in pick.items() if value is not None for part in (value, out)]
    return ["match", ["coalesce", ["get", legend.field], -1], *pairs, default]


def class_colour(legend: Legend) -> list[Any]:
    """Return the expression that gives a feature the colour of its legend row."""
    colours = {c.value: c.colour for c in legend.classes}
    return by_class(legend, colours, colours.get(None, "#9AA5AF"))


def graded_area(layer_id: str, legend: Legend, theme: Theme, *, line_minzoom: float = 0) -> list[Json]:
    """Draw graded polygons: colour, the grade's hatch over it, and a thin border in the paper colour."""
    tokens = TOKENS[theme]
    patterns = {c.value: PATTERN_IMAGES[c.pattern] for c in legend.classes if c.pattern in PATTERN_IMAGES}
    hatched = [value for value in patterns if value is not None]
    has_hatch = [
        "any",
        ["!", ["has", legend.field]],
        ["match", ["coalesce", ["get", legend.field], -1], hatched, True, False],
    ]
    opacity = FILL_OPACITY[theme]
    return [
        layer(
            layer_id,
            "fill",
            "fill",
            "fill",
            paint={
                "fill-color": class_colour(legend),
                "fill-opacity": ["case", ["has", legend.field], opacity, 0.18],
                "fill-antialias": False,
            },
        ),
        layer(
            layer_id,
            "hatch",
            "fill",
            "fill",
            filter=has_hatch,
            paint={
                "fill-pattern": by_class(legend, patterns, "hatch-nodata"),
                "fill-opacity": 0.5 if theme == "day" else 0.4,
                "fill-antialias": False,
            },
        ),
        layer(
            layer_id,
            "border",
            "line",
            "line",
            minzoom=line_minzoom,
            paint={"line-color": tokens["paper"], "line-width": 0.8, "line-opacity": 0.9},
        ),
    ]


def graded_points(layer_id: str, legend: Legend, theme: Theme, *, radius: float = 3.0) -> list[Json]:
    """Draw graded points: a dot per object, a larger one per cluster; the worst grade lies on top."""
    tokens = TOKENS[theme]
    count = ["coalesce", ["get", "n"], 1]
    return [
        layer(
            layer_id,
            "points",
            "circle",
            "point",
            layout={"circle-sort-key": ["-", 9, ["coalesce", ["get", legend.field], 9]]},
            paint={
                "circle-color": class_colour(legend),
                "circle-radius": [
                    "interpolate",
                    ["linear"],
                    ["zoom"],
                    5,
                    ["+", radius * 0.5, ["*", 0.8, ["log10", count]]],
                    10,
                    ["+", radius * 0.9, ["*", 1.6, ["log10", count]]],
                    15,
                    radius * 2,
                ],
                # near by, a dot may lie on a zone of its own colour
                "circle-stroke-color": ["step", ["zoom"], tokens["paper"], 11, tokens["ink"]],
                "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 0.3, 10, 0.8],
                "circle-opacity": 0.95,
            },
        ),
    ]


def icons(
    layer_id: str,
    icon: str | list[Any],
    theme: Theme,
    *,
    minzoom: float = 0,
    size: Any = 1,
    label_minzoom: float | None = None,
    priority: Any = None,
) -> list[Json]:
    """Draw points as icons, with the name below from ``label_minzoom`` on."""
    layout: Json = {"icon-image": icon, "icon-size": size, "icon-allow-overlap": True, "icon-padding": 1}
    if priority is not None:
        layout["symbol-sort-key"] = priority
    drawn = [layer(layer_id, "icons", "symbol", "point", minzoom=minzoom, layout=layout, paint={})]
    if label_minzoom is not None:
        drawn.append(
            labels(layer_id, theme, source_layer=layer_id, minzoom=label_minzoom, size=12, offset=1.1)
        )
    return drawn


def labels(
    layer_id: str,
    theme: Theme,
    *,
    source_layer: str,
    minzoom: float = 0,
    maxzoom: float = 24,
    size: Any = 12,
    offset: float = 0.0,
    part: str = "label",
    where: list[Any] | None = None,
    strong: bool = True,
) -> Json:
    """Draw names with a halo in the paper colour, in the language of the page."""
    tokens = TOKENS[theme]
    english = ["coalesce", ["get", "name_en"], ["get", "name"]]
    drawn = layer(
        layer_id,
        part,
        "symbol",
        "label",
        source_layer=source_layer,
        minzoom=minzoom,
        maxzoom=maxzoom,
        metadata={"riskmap:text": {"zh": ["get", "name"], "en": english}},
        layout={
            "text-field": ["get", "name"],
            "text-size": size,
            "text-font": FONTS,
            "text-anchor": "top" if offset else "center",
            "text-offset": [0, offset],
            "text-max-width": 8,
            "text-padding": 3,
        },
        paint={
            "text-color": tokens["ink"] if strong else tokens["ink-2"],
            "text-halo-color": tokens["paper"],
            "text-halo-width": 1.4,
        },
    )
    if where is not None:
        drawn["filter"] = where
    return drawn
