"""The coverage answer as one page that opens anywhere, network or not: map, figures, gaps by county,
sources, method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import folium
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.analysis.coverage_result import CoverageResult, Gap
from app.analysis.kit import geojson
from app.analysis.model import County
from app.reports.coverage_files import write_csv, write_geojson
from app.reports.offline import Verbatim, figure_of, offline_map, render
from layers.errors import BadInput

HERE = Path(__file__).parent
TITLE = "航空救援覆盖 Air-rescue coverage"
SYMBOL = (
    '<circle cx="11" cy="11" r="9.5" fill="#fff" stroke="#15202b" stroke-width="2"/>'
    '<path d="M4.5 7.5H17.5M11 7.5V16M7.5 16H14.5M8 11.5H14" stroke="#15202b" stroke-width="2" fill="none"/>'
)


def _whole(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}"


def _tenth(value: float) -> str:
    return f"{value:,.1f}"


def _area(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %"


def minutes(gap: Gap) -> str:
    """The wait at the worst place as a sum, "15 + 39.9 = 54.9".

    Rounded up, so that a place past the limit never reads as within it; the parts add up to the total.
    """
    if gap.worst_minutes is None:
        return "—"
    total = math.ceil(gap.worst_minutes * 10 - 1e-6) / 10
    return f"{gap.worst_preparation_min:g} + {total - gap.worst_preparation_min:.1f} = {total:.1f}"


def _base_name(base: str, result: CoverageResult) -> str:
    return next((one.name for one in result.bases if one.id == base), base)


@cache
def _words() -> Environment:
    words = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    words.filters.update(
        base_name=_base_name, whole=_whole, tenth=_tenth, area=_area, share=_share, minutes=minutes
    )
    return words


def _draw(page: folium.Map, shape: dict[str, Any], css: str, hint: str | None = None) -> None:
    """Put a GeoJSON feature on the map with a CSS class, which carries the style."""
    style = {"className": css, "fill": css != "disc"}  # folium numbers the feature: it gets one of its own
    tooltip = None if hint is None else folium.Tooltip(hint, sticky=True)
    folium.GeoJson(
        {**shape}, style_function=lambda _feature: style, smooth_factor=0.5, tooltip=tooltip, control=False
    ).add_to(page)


def _hint(county: County, gap: Gap | None) -> str:
    lines = [f"<b>{escape(county.name)}</b> {escape(county.code)}"]
    if gap is None:
        lines.append("全部在到达范围内 all within reach")
    else:
        lines.append(f"未覆盖 not reached: {_area(gap.uncovered_km2)} km²，{_whole(gap.uncovered_people)} 人")
        lines.append(f"最远点 worst: {minutes(gap)} 分 min，{escape(gap.nearest_base_name)}")
    return "<br>".join(lines)


def _marks(page: folium.Map, result: CoverageResult) -> None:
    for gap in result.gaps:
        icon = folium.DivIcon(html="×", class_name="worst-mark", icon_size=(15, 15), icon_anchor=(7, 7))
        hint = f"{escape(gap.name)}：{minutes(gap)} 分 min，{_tenth(gap.worst_km)} km"
        folium.Marker(gap.worst_point[::-1], icon=icon, tooltip=folium.Tooltip(hint)).add_to(page)
    for base in result.bases:
        markup = f'<svg viewBox="0 0 22 22">{SYMBOL}</svg><b>{escape(base.name)}</b>'
        icon = folium.DivIcon(html=markup, class_name="base-mark", icon_size=(22, 22), icon_anchor=(11, 11))
        hint = f"{escape(base.name)}：{base.preparation_min:g} 分 min，{base.cruise_kmh:g} km/h，{base.reach_km:g} km"
        folium.Marker((base.lat, base.lon), icon=icon, tooltip=folium.Tooltip(hint)).add_to(page)


def page_of(result: CoverageResult, counties: Sequence[County]) -> str:
    """The page as HTML text; it loads nothing, and the same answer gives the same text."""
    page = offline_map(TITLE, (HERE / "coverage_page.css").read_text(encoding="utf-8"))
    gaps = {gap.code: gap for gap in result.gaps}
    for county in counties:
        hint = _hint(county, gaps.get(county.code))
        _draw(page, geojson.feature(geojson.geometry(county.geometry), {}), "county", hint)
    for css, shape in [("gap", result.gap), *(("disc", disc) for disc in result.reach["features"])]:
        if shape["geometry"]["coordinates"]:
            _draw(page, shape, css)
    _marks(page, result)
    west, south, east, north = _bounds(result, counties)
    page.fit_bounds([(south, west), (north, east)])
    words = (
        _words()
        .get_template("coverage_page.html")
        .render(result=result, generated=any(source.generated for source in result.sources), symbol=SYMBOL)
    )
    figure_of(page).html.add_child(Verbatim(words), name="words")
    return render(page)


def _bounds(result: CoverageResult, counties: Sequence[County]) -> tuple[float, float, float, float]:
    """West, south, east, north of the counties, or of the bases when there are none."""
    boxes = [county.geometry.bounds for county in counties if not county.geometry.is_empty]
    boxes = boxes or [(base.lon - 1, base.lat - 1, base.lon + 1, base.lat + 1) for base in result.bases]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def write_report(result: CoverageResult, out: Path, counties: Sequence[County]) -> list[Path]:
    """Write the page, and beside it the same as .geojson and .csv; returns the three paths.

    Raises BadInput ``bad_output`` when the name does not end in .html or the folder is not there.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise BadInput(
            f"输出文件名须以 .html 结尾：{out.name}",
            f"the output has to end in .html: {out.name}",
            code="bad_output",
        )
    if not out.parent.is_dir():
        raise BadInput(f"没有此文件夹：{out.parent}", f"there is no folder {out.parent}", code="bad_output")
    out.write_text(page_of(result, counties), encoding="utf-8")
    return [
        out,
        write_geojson(result, out.with_suffix(".geojson")),
        write_csv(result, out.with_suffix(".csv")),
    ]
