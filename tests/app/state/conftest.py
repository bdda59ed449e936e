"""A small map: two counties, a handful of graded objects, and what changes their grades."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from app.regrading import Regrader
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline

HEAD = (
    "code,name,kind,industry,county_code,inventory,residents_500m,firm_score,ls_l,ls_s,red_line,assessed_on,"
    "lon,lat\n"
)
ROWS = """\
A1,甲罐区,major_hazard,基础化工,330102,7782-50-5:12;7664-41-7:20,60,,,,,2026-01-05,120.10,30.10
A2,乙企业,firm,印染,330102,,,59.5,,,,2026-02-06,120.11,30.11
A3,丙企业,firm,印染,330102,,,92,,,,2026-02-07,120.12,30.12
A4,丁车间,firm,木业,330102,,,,4,4,,2026-03-01,120.13,30.13
B1,戊企业,firm,木业,330106,,,,2,2,,2026-03-02,120.30,30.10
B2,己企业,firm,木业,330106,,,,,,,,120.31,30.11
"""


def counties() -> gpd.GeoDataFrame:
    rows = [
        {"code": "330102", "name": "东县", "level": "county", "geometry": box(120.0, 30.0, 120.2, 30.2)},
        {"code": "330106", "name": "西县", "level": "county", "geometry": box(120.2, 30.0, 120.4, 30.2)},
        {"code": "330108", "name": "空县", "level": "county", "geometry": box(120.4, 30.0, 120.6, 30.2)},
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


@pytest.fixture
def world(pipeline: Pipeline, tmp_path: Path) -> Pipeline:
    """The small map, loaded."""
    counties().to_file(tmp_path / "a.geojson", driver="GeoJSON")
    (tmp_path / "h.csv").write_text(HEAD + ROWS, encoding="utf-8")
    entries = [
        Entry(id="admin_area", file="a.geojson", crs="EPSG:4326", source="test"),
        Entry(id="hazard_source", file="h.csv", crs="EPSG:4326", source="test"),
    ]
    pipeline.run(Manifest(layer=entries), tmp_path)
    return pipeline


@pytest.fixture
def regrader(world: Pipeline) -> Regrader:
    """What changes constants and overrides over the small map."""
    return Regrader.silent(world.engine, world.registry, world.store)
