from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.sources.model import (
    LIMITS,
    Column,
    Coordinates,
    Encoding,
    Finding,
    Heading,
    RasterFacts,
    ReadOptions,
    Survey,
    TableEnd,
    TableFacts,
)
from etl.sources.request import Request
from layers.model import Text

FINDING = Finding("text_nul", "warning", "中", "en", {"count": 3})
FACTS = TableFacts(
    name="避灾点.shp",
    format="shapefile",
    rows=3,
    geometry="point",
    columns=[Column("名称"), Column("容量", "integer", recovered=True)],
    crs_wkt="GEOGCRS[]",
    crs_note="x",
    has_z=True,
    encoding=Encoding("gb18030", Text("证据", "evidence"), [".cpg: GBK"], True, ["杭州"]),
    coordinates=Coordinates("经度", "纬度", "dms"),
    heading=Heading(3, 5, Text("第一行", "first"), [(1, "汇总表"), (3, "名称 容量")]),
    findings=[FINDING],
    points=[[120.0, 30.0]],
    rows_shown=[{"名称": "甲", "容量": None}],
)


@pytest.mark.parametrize(
    "thing",
    [
        FINDING,
        FACTS,
        TableFacts("x", "csv"),
        Survey("a.zip", "00", 5, [FACTS], [FINDING]),
        TableEnd(5, [FINDING]),
        RasterFacts(
            (1, 2, 3, 4), 5, 6.0, (0.1, 0.1), "float32", None, {"type": "MultiPolygon", "coordinates": []}
        ),
        ReadOptions("t", "gbk", "x", "y", 3, 5, ["名称"]),
        replace(LIMITS, cpu=3),
        Request("raster", Path("/a/b.tif"), [Path("/a/b.tif")], ReadOptions(), LIMITS, additive=True),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_everything_goes_through_json_unharmed(thing: Any) -> None:
    assert type(thing).from_json(json.loads(json.dumps(thing.as_json()))) == thing
