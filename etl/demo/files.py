"""Writing the demo layers in the formats offices really send, byte for byte the same for the same rows."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
import shapely
from shapely.geometry.base import BaseGeometry

from etl.demo.areas import town_areas
from etl.demo.boundaries import PROVINCE_CODE, Boundaries
from etl.demo.facts import CENSUS_TOTAL, cities, counties
from etl.demo.people import CELL, HEIGHT, NODATA, NORTH, WEST, WIDTH, People

# GeoPackage and dBASE files carry the day they were written; a fixed one keeps equal content equal in bytes.
STAMP = "2026-01-01T00:00:00.000Z"


def write_features(path: Path, rows: list[tuple[dict[str, object], BaseGeometry]]) -> None:
    """Write GeoJSON (RFC 7946, WGS84), one feature a line, coordinates with six decimals."""
    lines = []
    for properties, geometry in rows:
        shape = shapely.to_geojson(shapely.transform(geometry, lambda at: np.round(at, 6)))
        said = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
        lines.append('{"type":"Feature","properties":' + said + ',"geometry":' + shape + "}")
    path.write_text(
        '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8"
    )


def write_admin(path: Path, boundaries: Boundaries) -> None:
    """Write province, cities and counties with codes, parents and census populations, and schematic towns."""
    people = {
        city.code: sum(c.population for c in counties() if c.city_code == city.code) for city in cities()
    }
    rows: list[tuple[dict[str, object], BaseGeometry]] = []

    def add(
        code: str, name: str, name_en: str, level: str, parent: str | None, count: int, area: BaseGeometry
    ) -> None:
        fields = {"code": code, "name": name, "name_en": name_en, "level": level}
        rows.append((fields | {"parent_code": parent, "population": count}, area))

    add(PROVINCE_CODE, "浙江省", "Zhejiang", "province", None, CENSUS_TOTAL, boundaries.province)
    for city in cities():
        area = boundaries.cities[city.code]
        add(city.code, city.name, city.name_en, "city", PROVINCE_CODE, people[city.code], area)
    for one in counties():
        area = boundaries.counties[one.code]
        add(one.code, one.name, one.name_en, "county", one.city_code, one.population, area)
    write_features(path, [*rows, *town_areas(boundaries)])


def write_land(path: Path, boundaries: Boundaries) -> None:
    """Write the land of the frame: the province and its neighbours."""
    order = sorted(boundaries.land, key=lambda part: (-part.area, part.bounds))
    write_features(
        path, [({"code": f"L{n:04d}", "name": None}, part) for n, part in enumerate(order, start=1)]
    )


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    geometry = gpd.points_from_xy(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=geometry, crs="EPSG:4326")


def write_gpkg(path: Path, table: str, frame: pd.DataFrame) -> None:
    """Write points (lon, lat columns) as a GeoPackage table, replacing the file."""
    path.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        pyogrio.write_dataframe(_points(frame), path, layer=table, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_shapefile(path: Path, frame: pd.DataFrame) -> None:
    """Write points as an ESRI shapefile: GBK text, upper-case field names cut to ten characters."""
    for old in path.parent.glob(f"{path.stem}.*"):
        old.unlink()
    points = _points(frame).rename(
        columns=lambda name: name if name == "geometry" else str(name).upper()[:10]
    )
    pyogrio.write_dataframe(
        points,
        path,
        driver="ESRI Shapefile",
        encoding="GBK",
        layer_options={"DBF_DATE_LAST_UPDATE": STAMP[:10]},
    )


def write_csv(path: Path, frame: pd.DataFrame, *, mark: bool) -> None:
    """Write a CSV with lon and lat columns; ``mark`` puts the UTF-8 signature in front as spreadsheets do."""
    encoding = "utf-8-sig" if mark else "utf-8"
    frame.to_csv(path, index=False, encoding=encoding, lineterminator="\n", float_format="%.10g")


def write_population(path: Path, people: People) -> None:
    """Write persons per 30 arc-second cell as a tiled, compressed GeoTIFF (float32, EPSG:4326)."""
    profile = {
        "driver": "GTiff",
        "width": WIDTH,
        "height": HEIGHT,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": rasterio.transform.from_origin(WEST, NORTH, CELL, CELL),
        "nodata": NODATA,
        "compress": "deflate",
        "predictor": 3,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(people.persons, 1)
