"""What the tests of the load wizard share: files as offices send them, and the words of a journey."""

from __future__ import annotations

import json
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import xlsxwriter
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook
from shapely.geometry import Point

from tests.e2e.driver import SETTLED_MS, MapPage, expect_text
from tests.serving import Running

LAYER = "shelter"
ROWS = 40
BAD = 7
"""The row (from 0) whose number of persons is written out in words."""


def shelters(
    target: Path, *, prefix: str, prj: bool = False, bad: bool = True, inside: str = "避灾点/避灾点"
) -> Path:
    """Write a zip with a GBK shapefile of shelters in zone 40, in a folder, undeclared unless ``prj``."""
    rows = [
        {
            "编号": f"{prefix}{at:04}",
            "避灾点名称": f"红星小学避灾点{at}",
            "级别": ("县级", "乡镇级", "村级")[at % 3],
            "容纳人数": "约一百人" if bad and at == BAD else str(100 + at),
            "详细地址": f"新碶街道{at}号",
        }
        for at in range(ROWS)
    ]
    places = [Point(121.75 + 0.01 * (at % 8), 29.85 + 0.008 * (at // 8)) for at in range(ROWS)]
    frame = gpd.GeoDataFrame(rows, geometry=places, crs=4326).to_crs(4528)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "s.shp", encoding="GBK")
        with zipfile.ZipFile(target, "w") as archive:
            for part in ("shp", "shx", "dbf", *(["prj"] if prj else [])):
                archive.write(Path(folder) / f"s.{part}", f"{inside}.{part}")
    return target


def mend(sheet: Path, target: Path, column: str, value: str) -> Path:
    """Write the sheet of bad rows again with a column mended, as a person would in a spreadsheet."""
    rows = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
    at = rows[0].index(column)
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(line, place, value if line > 0 and place == at else cell)
    return target


def api(running: Running, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(running.url + path, timeout=10) as answer:  # noqa: S310 - our own server
        body: dict[str, Any] = json.load(answer)
    return body


def served(running: Running) -> int:
    """Return how many shelters are served."""
    layers = api(running, "/api/layers")["layers"]
    return int(next(one["count"] for one in layers if one["id"] == LAYER))


def choose_layer(page: MapPage) -> None:
    """Answer the question which layer the file goes into."""
    expect_text(page.part("load-question"), "图层")
    expect_text(page.part("load-option").first, "避灾安置场所：5 个字段对上")
    page.part("load-option").first.click()


def commit(page: MapPage) -> None:
    expect(page.part("load-commit")).to_be_enabled(timeout=SETTLED_MS)
    page.part("load-commit").click()
    expect_text(page.part("load-outcome"), "已入库")


def discard(page: MapPage) -> None:
    page.part("load-discard").click()
    page.part("load-discard-yes").click()
    expect_text(page.part("load-outcome"), "已放弃")
