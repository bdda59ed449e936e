"""Files that cannot be used: a clear error naming file, row and field, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import Point
from sqlalchemy import text

from etl.loads.faults import RowsRefused
from etl.loads.questions import NeedsDecision
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from layers.errors import BadFile, BadInput, NotFound

GOOD = "code,name,level,capacity,lon,lat\nS1,一号,village,50,120.1,30.2\nS2,二号,county,300,120.2,30.3\n"


def shelters(file: str, **more: object) -> Manifest:
    return Manifest(layer=[Entry(id="shelter", file=file, crs="EPSG:4326", **more)])  # type: ignore[arg-type]


def load(pipeline: Pipeline, folder: Path, content: str, **more: object) -> None:
    (folder / "s.csv").write_text(content, encoding="utf-8")
    pipeline.run(shelters("s.csv", **more), folder)


def served(pipeline: Pipeline) -> list[tuple[str, str]]:
    with pipeline.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT layer, version FROM layer.current"))]


def places(pipeline: Pipeline) -> list[tuple[str, float, float]]:
    with pipeline.engine.connect() as connection:
        table = connection.execute(text("SELECT table_name FROM layer.version")).scalar_one()
        found = connection.execute(
            text(f'SELECT name, ST_X(geom), ST_Y(geom) FROM layer."{table}" ORDER BY code')
        )
        return [(row[0], row[1], row[2]) for row in found]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("S3,三号,village,50,nan,30.2", "geometry", "coordinate_bad"),
        ("S3,三号,village,50,,30.2", "geometry", "coordinate_bad"),
        ("S3,三号,village,50,east,30.2", "geometry", "coordinate_bad"),
        ("S3,三号,village,50,inf,30.2", "geometry", "coordinate_bad"),
        ("S3,三号,village,50,30.2,120.1", "geometry", "axis_swapped"),
        ("S3,三号,village,50,0,0", "geometry", "out_of_range"),
        ("S3,三号,village,50,514432,3351162", "geometry", "out_of_range"),
        ("S3,三号,hamlet,50,120.1,30.2", "level", "code_unknown"),
        ("S3,三号,village,many,120.1,30.2", "capacity", "type_bad"),
        ("S3,三号,village,1.5,120.1,30.2", "capacity", "type_bad"),
        ("S3,三号,village,-5,120.1,30.2", "capacity", "out_of_range"),
        ("S3,三号,village,,120.1,30.2", "capacity", "value_missing"),
        (",三号,village,50,120.1,30.2", "code", "value_missing"),
        ("S1,三号,village,50,120.1,30.2", "code", "key_duplicate"),
    ],
)
def test_one_bad_row_refuses_the_file_and_names_row_and_field(
    line: str, field: str, code: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    load(pipeline, tmp_path, GOOD)
    before = served(pipeline)
    with pytest.raises(RowsRefused) as caught:
        load(pipeline, tmp_path, GOOD + line + "\n")
    first = caught.value.faults[0]
    assert (first.row, first.field, first.code) == (3, field, code)
    assert "第 3 行" in caught.value.zh
    assert "s.csv" in caught.value.zh
    assert served(pipeline) == before


def test_rows_that_are_bad_alike_are_told_in_one_breath(pipeline: Pipeline, tmp_path: Path) -> None:
    bad = "".join(f"B{n},坏,village,多,120.1,30.2\n" for n in range(8))
    with pytest.raises(RowsRefused) as caught:
        load(pipeline, tmp_path, GOOD + bad)
    assert caught.value.zh.count("不是整数") == 1
    assert "第 3、4、5、6、7 等行" in caught.value.zh


def test_bad_rows_can_be_left_out_and_are_all_on_record(pipeline: Pipeline, tmp_path: Path) -> None:
    load(
        pipeline,
        tmp_path,
        GOOD + "S3,三号,hamlet,50,120.1,30.2\nS4,四号,village,x,120.1,30.2\n",
        bad_rows="skip",
    )
    with pipeline.engine.connect() as connection:
        row = (
            connection.execute(text("SELECT * FROM layer.load ORDER BY started_at DESC LIMIT 1"))
            .mappings()
            .one()
        )
        query = "SELECT row, field, code FROM layer.load_error WHERE load = :load ORDER BY row"
        faults = [tuple(fault) for fault in connection.execute(text(query), {"load": row["id"]})]
    assert (row["rows_in"], row["rows_loaded"], row["rows_refused"], row["state"]) == (4, 2, 2, "loaded")
    assert faults == [(3, "level", "code_unknown"), (4, "capacity", "type_bad")]


def as_text(name: str, content: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).write_text(content, encoding="utf-8")
        return name

    return make


def as_bytes(name: str, content: bytes) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return name

    return make


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (as_text("s.csv", ""), "empty_file"),
        (as_text("s.csv", "code,name,level,capacity,lon,lat\n"), "empty_file"),
        (as_text("s.csv", "name,level,capacity,lon,lat\na,village,1,120,30\n"), "field_missing"),
        (as_text("s.csv", "code,name,level,capacity\na,b,village,1\n"), "coordinates_missing"),
        (as_text("s.xyz", "hello"), "unknown_format"),
        (as_text("s.geojson", VRT), "not_what_it_says"),
        (as_text("s.csv", VRT), "not_what_it_says"),
        (as_text("s.shp", VRT), "unreadable"),
        (as_text("s.gpkg", VRT), "not_what_it_says"),
        (as_bytes("s.csv", b"PK\x03\x04rest"), "not_what_it_says"),
        (as_bytes("s.zip", b"not a zip"), "not_what_it_says"),
        (as_bytes("s.zip", b"PK\x03\x04 broken"), "unreadable"),
        (as_bytes("s.gpkg", b"SQLite format 3\x00 broken"), "unreadable"),
        (as_text("s.geojson", '{"type": "FeatureCollection"'), "unreadable"),
        (as_text("s.geojson", '{"type": "FeatureCollection", "features": []}'), "empty_file"),
        (as_bytes("s.tif", b"II*\x00 broken"), "wrong_kind"),
        (lambda folder: "missing.csv", "file_missing"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_by_name(
    make: Callable[[Path], str], code: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    name = make(tmp_path)
    with pytest.raises(BadInput) as caught:
        pipeline.run(shelters(name), tmp_path)
    assert caught.value.code == code
    assert name in caught.value.zh
    assert served(pipeline) == []


def test_a_csv_in_degrees_needs_no_declared_system(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(GOOD, encoding="utf-8")
    pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.csv")]), tmp_path)
    assert places(pipeline) == [("一号", 120.1, 30.2), ("二号", 120.2, 30.3)]


def test_a_csv_whose_numbers_are_no_place_is_asked_for_its_system(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "code,name,level,capacity,x,y\nS1,a,village,1,5000000,77\n", encoding="utf-8"
    )
    with pytest.raises(NeedsDecision) as caught:
        pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.csv", x="x", y="y")]), tmp_path)
    assert caught.value.code == "crs_unknown"
    assert "EPSG:4549" in caught.value.zh
    assert served(pipeline) == []


def test_a_shapefile_without_prj_is_asked_for_its_system_and_loads_once_it_is_named(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["S1"], "name": ["避灾点"], "level": ["village"], "capacity": [50]},
        geometry=[Point(514432.15, 3351162.27)],
        crs="EPSG:4549",
    )
    frame.to_file(tmp_path / "s.shp", encoding="GBK")
    (tmp_path / "s.prj").unlink()
    with pytest.raises(NeedsDecision) as caught:
        pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.shp")]), tmp_path)
    [question] = caught.value.questions  # one point, and no counties to judge it by: the officer decides
    assert question["code"] in ("crs_ambiguous", "datum_undeclared")
    assert served(pipeline) == []
    pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.shp", crs="EPSG:4549")]), tmp_path)
    [(name, x, y)] = places(pipeline)
    assert name == "避灾点"
    assert (x, y) == pytest.approx((120.15, 30.28), abs=1e-6)


def test_undeclared_gbk_text_is_read_as_chinese(pipeline: Pipeline, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["S1"], "name": ["镇海区避灾安置点"], "level": ["village"], "capacity": [50]},
        geometry=[Point(120.15, 30.28)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "s.shp", encoding="GBK")
    (tmp_path / "s.cpg").unlink()
    dbf = tmp_path / "s.dbf"
    content = bytearray(dbf.read_bytes())
    content[29] = 0  # no language driver id
    dbf.write_bytes(content)
    pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.shp")]), tmp_path)
    with pipeline.engine.connect() as connection:
        table = connection.execute(text("SELECT table_name FROM layer.version")).scalar_one()
        name = connection.execute(text(f'SELECT name FROM layer."{table}"')).scalar_one()
    assert name == "镇海区避灾安置点"


def raster(
    path: Path, values: np.ndarray, *, crs: str | None = "EPSG:4326", west: float = 120, bands: int = 1
) -> None:
    shape = {"width": values.shape[1], "height": values.shape[0], "count": bands}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        dtype="float32",
        nodata=-9999,
        crs=crs,
        transform=from_origin(west, 30, 0.1, 0.1),
        **shape,
    ) as out:
        for band in range(1, bands + 1):
            out.write(values.astype("float32"), band)


@pytest.mark.parametrize(
    ("values", "more", "code"),
    [
        (np.full((2, 2), -9999.0), {}, "empty_file"),
        (np.array([[1.0, -3.0]]), {}, "out_of_range"),
        (np.ones((2, 2)), {"crs": None}, "crs_unknown"),
        (np.ones((2, 2)), {"crs": "EPSG:3857"}, "crs_unsupported"),
        (np.ones((2, 2)), {"west": 10.0}, "outside_region"),
        (np.ones((2, 2)), {"bands": 2}, "bad_file"),
    ],
)
def test_a_raster_that_cannot_be_counted_is_refused(
    values: np.ndarray, more: dict[str, object], code: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    raster(tmp_path / "p.tif", values, **more)  # type: ignore[arg-type]
    with pytest.raises(BadFile) as caught:
        pipeline.run(Manifest(layer=[Entry(id="population", file="p.tif")]), tmp_path)
    assert caught.value.code == code
    assert served(pipeline) == []


def test_an_unknown_layer_is_refused_with_the_known_ones(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(GOOD, encoding="utf-8")
    with pytest.raises(NotFound) as caught:
        pipeline.run(Manifest(layer=[Entry(id="shelters", file="s.csv")]), tmp_path)
    assert "shelter" in caught.value.en


def test_a_derived_layer_is_not_loaded_from_a_file(pipeline: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        pipeline.run(Manifest(layer=[Entry(id="risk_zone", file="s.csv")]), tmp_path)
    assert caught.value.code == "derived_layer"


def test_a_nul_character_in_text_is_taken_out(pipeline: Pipeline, tmp_path: Path) -> None:
    features = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[120.1,30.2]},'
        '"properties":{"code":"S1","name":"a\\u0000b","level":"village","capacity":1}}]}'
    )
    (tmp_path / "s.geojson").write_text(features, encoding="utf-8")
    pipeline.run(shelters("s.geojson"), tmp_path)
    assert len(served(pipeline)) == 1
