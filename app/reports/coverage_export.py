"""A coverage answer as one file of bytes in the form asked for; the same answer gives the same bytes."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from app.analysis.coverage_result import CoverageResult
from app.analysis.model import County
from app.reports.coverage_files import as_geojson, write_csv
from app.reports.coverage_map import page_of

MEDIA = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
EPOCH = "1970-01-01T00:00:00.000Z"


def _geojson(result: CoverageResult, folder: Path) -> bytes:
    text = json.dumps(as_geojson(result), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode()


def _csv(result: CoverageResult, folder: Path) -> bytes:
    return write_csv(result, folder / "gaps.csv").read_bytes()


def _gpkg(result: CoverageResult, folder: Path) -> bytes:
    """Tables reach, reached, gap, base, worst_point, and scenario with the figures as text."""
    path = folder / "coverage.gpkg"
    by_kind: dict[str, list[dict[str, object]]] = {}
    for one in as_geojson(result)["features"]:
        plain = {k: v for k, v in one["properties"].items() if not isinstance(v, list | dict) and k != "kind"}
        if one["geometry"]["coordinates"]:
            plain["geometry"] = shapely.from_geojson(json.dumps(one["geometry"]))
            by_kind.setdefault(
                "reached" if one["properties"]["kind"] == "union" else one["properties"]["kind"], []
            ).append(plain)
    for kind, rows in by_kind.items():
        gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326").to_file(path, layer=kind, driver="GPKG")
    with sqlite3.connect(path) as table:
        table.execute("UPDATE gpkg_contents SET last_change = ?", [EPOCH])
        plain = {"scenario_id": result.scenario_id, "rule": result.rule.text.zh, "method": result.method.zh}
        table.execute("CREATE TABLE scenario (name TEXT PRIMARY KEY, value TEXT)")
        table.executemany("INSERT INTO scenario VALUES (?, ?)", list(plain.items()))
    table.close()
    return path.read_bytes()


def export(result: CoverageResult, counties: Sequence[County], form: str) -> bytes:
    """The answer as a file: geojson, gpkg, csv (a row per county with a gap) or html (prints on A4)."""
    if form == "html":
        return page_of(result, counties).encode()
    forms: dict[str, Callable[[CoverageResult, Path], bytes]] = {
        "geojson": _geojson,
        "csv": _csv,
        "gpkg": _gpkg,
    }
    with tempfile.TemporaryDirectory(prefix="riskmap-") as folder:
        return forms[form](result, Path(folder))
