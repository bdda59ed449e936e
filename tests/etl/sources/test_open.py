"""Good files of every format, from the file to rows."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely

from etl.sources.model import Column, ReadOptions, Survey
from etl.sources.open import open_table, survey
from layers.errors import BadFile
from tests.etl.sources.making import column, parts, points, polygons, read, shapes, written, zipped

NAMES = ["避灾点0", "避灾点1", "避灾点2", "避灾点3", "避灾点4"]
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>避灾点</name><Placemark><name>甲</name><ExtendedData><Data name="容量"><value>12</value></Data>
<Data name="面积"><value>3.5</value></Data></ExtendedData><Point><coordinates>120,30,0</coordinates></Point></Placemark>
</Folder></Document></kml>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def test_a_geopackage_is_read_whole(folder: Path) -> None:
    path = written(points(), folder / "a.gpkg")
    facts, table, end = read(path)
    assert facts.columns == [Column("名称"), Column("容量", "integer"), Column("面积", "decimal")]
    assert (facts.format, facts.rows, facts.geometry, facts.has_z) == ("gpkg", 5, "point", False)
    assert facts.crs_wkt is not None
    assert "China Geodetic" in facts.crs_wkt
    assert table.schema.names == ["_row", "_line", "c1", "c2", "c3", "_wkb", "_wkb_z", "_fault"]
    assert table.column("_row").to_pylist() == [1, 2, 3, 4, 5]
    assert column(facts, table, "名称") == NAMES
    assert shapes(table)[1] == "POINT (120.001 30.25)"
    assert table.column("_fault").null_count == 5
    assert (end.rows, end.findings) == (5, [])


def test_nothing_is_left_beside_a_geopackage_or_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(points(), tmp_path / "a.gpkg")
    # the mark of write-ahead logging, whose files SQLite would want beside it
    with path.open("r+b") as stream:
        stream.seek(18)
        stream.write(b"\x02\x02")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert read(path)[2].rows == 5
    assert os.listdir(tmp_path) == ["a.gpkg", "scratch"] or sorted(os.listdir(tmp_path)) == [
        "a.gpkg",
        "scratch",
    ]
    assert os.listdir(scratch) == []


def test_a_shapefile_is_read_with_its_parts_beside_it(folder: Path) -> None:
    path = written(points(), folder / "loose.shp", encoding="GB18030")
    (folder / "loose.cpg").unlink()
    facts, table, _ = read(path)
    assert column(facts, table, "名称") == NAMES
    assert facts.encoding is not None
    assert facts.encoding.name == "gb18030"
    assert facts.crs_note is not None
    assert facts.crs_note.startswith("GEOGCS")
    assert shapes(table)[4] == "POINT (120.004 30.25)"


def test_polygons_of_a_shapefile_come_through_without_an_index(folder: Path) -> None:
    path = written(polygons(), folder / "面.shp", encoding="UTF-8")
    path.with_suffix(".shx").unlink()
    facts, table, _ = read(path)
    assert facts.geometry == "polygon"
    assert [shapely.from_wkb(w).area for w in table.column("_wkb").to_pylist()] == pytest.approx(
        [0.000312] * 3, rel=0.01
    )
    assert not path.with_suffix(".shx").exists()


def test_an_index_that_lies_is_not_believed(folder: Path) -> None:
    path = written(polygons(), folder / "lie.shp")
    path.with_suffix(".shx").write_bytes(b"\xff" * 500)
    assert read(path)[2].rows == 3
    assert path.with_suffix(".shx").read_bytes() == b"\xff" * 500


def test_a_file_geodatabase_is_read_as_a_folder_and_in_a_zip(folder: Path) -> None:
    path = folder / "库.gdb"
    written(points(), path, driver="OpenFileGDB", layer="避灾点")
    written(polygons(), path, driver="OpenFileGDB", layer="范围")
    archive = zipped(folder / "库.gdb.zip", {f"某县/库.gdb/{e.name}": e for e in path.iterdir()})
    for source, prefix in ((path, ""), (archive, "某县/")):
        found = survey(source)
        assert [(t.name, t.geometry, t.rows) for t in found.tables] == [
            (f"{prefix}库.gdb#避灾点", "point", 5),
            (f"{prefix}库.gdb#范围", "polygon", 3),
        ]
    facts, table, _ = read(archive, ReadOptions(table="避灾点"))
    assert column(facts, table, "名称") == NAMES


def test_geojson_has_typed_columns(folder: Path) -> None:
    path = folder / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"名称": "甲", "n": 1, "d": 1.5,'
        ' "b": true, "day": "2025-01-02", "list": [1, 2]},'
        ' "geometry": {"type": "Point", "coordinates": [120, 30, 7]}},'
        '{"type": "Feature", "properties": {"名称": null}, "geometry": null}]}'
    )
    facts, table, _ = read(path)
    types = {c.name: c.type for c in facts.columns}
    assert types == {
        "名称": "text",
        "n": "integer",
        "d": "decimal",
        "b": "boolean",
        "day": "date",
        "list": "text",
    }
    assert column(facts, table, "day") == [dt.date(2025, 1, 2), None]
    assert shapes(table) == ["POINT (120 30)", None]
    assert shapes(table, "_wkb_z") == ["POINT Z (120 30 7)", None]


@pytest.mark.parametrize("suffix", [".kml", ".KMZ"])
def test_kml_keeps_chinese_names_of_data(folder: Path, suffix: str) -> None:
    path = folder / f"标注{suffix}"
    if suffix == ".kml":
        path.write_text(KML)
    else:
        zipped(path, {"doc.kml": KML.encode()})
    facts, table, _ = read(path)
    assert [c.name for c in facts.columns] == ["name", "容量", "面积"]
    assert column(facts, table, "容量") == ["12"]
    assert shapes(table) == ["POINT (120 30)"]
    assert facts.crs_note == "KML: EPSG:4326"


def test_a_sheet_is_read_as_text_with_angles_as_coordinates(folder: Path) -> None:
    path = folder / "a.xlsx"
    frame = points(2).drop(columns="geometry")
    frame["经度"], frame["纬度"] = ["120°9′0″", "120.5"], ["30°16'48\"", "这里"]
    frame.to_excel(path, index=False, engine="xlsxwriter", sheet_name="避灾点")
    facts, table, _ = read(path)
    assert (facts.format, facts.geometry) == ("xlsx", "point")
    assert facts.coordinates is not None
    assert (facts.coordinates.x, facts.coordinates.y) == ("经度", "纬度")
    assert column(facts, table, "面积") == ["0.5", "1.5"]
    first, second = table.column("_wkb").to_pylist()
    assert shapely.get_coordinates(shapely.from_wkb(first)).tolist() == [pytest.approx([120.15, 30.28])]
    assert second is None
    assert table.column("_fault").to_pylist() == [None, "coordinate_bad:这里"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_offices_use(folder: Path, encoding: str) -> None:
    path = folder / f"{encoding}.csv"
    path.write_bytes(
        "名称,经度,纬度\r\n西湖区避灾安置点,120.1,30.2\r\n宁波市海曙区,121.5,29.9\r\n".encode(encoding)
    )
    facts, table, end = read(path)
    assert column(facts, table, "名称") == ["西湖区避灾安置点", "宁波市海曙区"]
    assert shapes(table) == ["POINT (120.1 30.2)", "POINT (121.5 29.9)"]
    assert (facts.rows, end.rows) in ((2, 2), (None, 2))
    assert end.findings == []


def test_a_survey_shows_points_rows_and_a_hash(folder: Path) -> None:
    path = written(points(5_000), folder / "many.gpkg")
    found = survey(path)
    table = found.tables[0]
    assert table.rows == 5_000
    assert 1_000 < len(table.points) <= 2_000
    assert table.points[0] == [120, 30.25]
    assert table.points[-1][0] > 124.9
    assert table.rows_shown[1] == {"名称": "避灾点1", "容量": "1", "面积": "1.5"}
    assert len(table.rows_shown) == 5
    assert found.bytes == path.stat().st_size
    assert len(found.sha256) == 64
    assert Survey.from_json(found.as_json()) == found


def test_a_zip_holds_as_many_tables_as_files(folder: Path) -> None:
    shapefile = written(points(), folder / "shelter.shp", encoding="UTF-8")
    members = {
        **parts(shapefile, "乡镇/", (".shp", ".dbf", ".prj")),
        "点.CSV": b"lon,lat\n120,30\n",
        "说明.txt": "这是说明".encode(),
        "shelter.xml": b"<metadata/>",
        "__MACOSX/点.CSV": b"x",
    }
    path = zipped(folder / "全部.ZIP", members)
    found = survey(path)
    assert [(t.name, t.format, t.rows) for t in found.tables] == [
        ("乡镇/shelter.shp", "shapefile", 5),
        ("点.CSV", "csv", 1),
    ]
    with pytest.raises(BadFile) as caught:
        read(path)
    assert caught.value.code == "table_unclear"
    assert "乡镇/shelter.shp" in caught.value.zh
    assert read(path, ReadOptions(table="乡镇/shelter.shp"))[2].rows == 5
    with pytest.raises(BadFile) as caught:
        read(path, ReadOptions(table="别的"))
    assert caught.value.code == "table_unclear"


def test_parts_are_matched_without_case_and_across_encodings_of_names(folder: Path) -> None:
    shapefile = written(points(), folder / "x.shp", encoding="UTF-8")
    archive = zipped(
        folder / "case.zip",
        {
            "Shelter.SHP": shapefile,
            "shelter.dbf": shapefile.with_suffix(".dbf"),
            "SHELTER.PRJ": shapefile.with_suffix(".prj"),
        },
    )
    facts, table, _ = read(archive)
    assert column(facts, table, "名称") == NAMES
    assert facts.findings == []
    loose = folder / "upper"
    loose.mkdir()
    for suffix in (".shp", ".dbf", ".shx", ".prj"):
        shutil.copy(shapefile.with_suffix(suffix), loose / f"X{suffix.upper()}")
    assert column(*read(loose / "X.SHP")[:2], "名称") == NAMES
    assert survey(loose).tables[0].name == "X.SHP"


def test_a_damaged_member_does_not_hide_the_others(folder: Path) -> None:
    path = zipped(folder / "half.zip", {"good.csv": b"lon,lat\n120,30\n", "bad.geojson": b'{"type": '})
    found = survey(path)
    assert [t.name for t in found.tables] == ["good.csv"]
    assert [(f.code, f.severity, f.where["member"]) for f in found.findings] == [
        ("unreadable", "error", "bad.geojson")
    ]
    assert read(path, ReadOptions(table="good.csv"))[2].rows == 1


NAMES_OF_FILES = (
    "a.zip",
    "x,y",
    "[1]",
    "-o",
    "避灾点 (1)",
    "vsizip",
    "a'b\"",
    "%s;$(x)",
    "é\n",
    "GeoJSON:a",
    "a?b#c",
)


def test_a_name_means_nothing(tmp_path: Path) -> None:
    plain = written(polygons(), tmp_path / "plain.shp")
    folder = tmp_path / "upload"
    folder.mkdir()
    for name in NAMES_OF_FILES:
        (folder / f"{name}.csv").write_text("lon,lat\n120,30\n")
        for suffix in (".shp", ".dbf", ".prj"):
            shutil.copy(plain.with_suffix(suffix), folder / f"{name}{suffix}")
    found = survey(folder)
    assert found.findings == []
    assert {t.name: t.rows for t in found.tables} == {
        f"{name}{suffix}": rows for name in NAMES_OF_FILES for suffix, rows in ((".csv", 1), (".shp", 3))
    }
    for name in ("a.zip.csv", "-o.shp", "[1].shp"):
        assert read(folder / name)[2].rows in (1, 3)


def test_leaving_early_ends_the_process_and_removes_its_folder(folder: Path) -> None:
    path = written(points(70_000), folder / "long.gpkg")
    with open_table(path) as opened:
        first = opened.reader.read_next_batch()
        assert first.num_rows > 0
        pid, scratch = opened._process.pid, opened._process.scratch
        assert scratch.exists()
        with pytest.raises(RuntimeError, match="not read to its end"):
            _ = opened.end
    assert not scratch.exists()
    with pytest.raises(RuntimeError, match="ended before"):
        opened.reader.read_next_batch()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert isinstance(first, pa.RecordBatch)


def test_what_is_missing_or_not_read_is_told_before_anything_starts(folder: Path) -> None:
    (folder / "empty.gpkg").touch()
    (folder / "a.docx").write_text("x")
    (folder / "nothing").mkdir()
    for name, code in (
        ("gone.gpkg", "file_missing"),
        ("empty.gpkg", "empty_file"),
        ("a.docx", "unknown_format"),
    ):
        with pytest.raises(BadFile) as caught:
            survey(folder / name)
        assert caught.value.code == code
        assert name in caught.value.zh
    with pytest.raises(BadFile) as caught:
        survey(folder / "nothing")
    assert caught.value.code == "unknown_format"


def test_a_glance_reads_only_the_first_rows_and_knows_what_a_survey_does(tmp_path: Path) -> None:
    rows = 200_000
    frame = gpd.GeoDataFrame(
        {"号": range(rows)}, geometry=shapely.points(np.full(rows, 120.0), 30.0), crs=4326
    )
    for name in ("a.gpkg", "a.shp"):
        frame.to_file(tmp_path / name)
    (tmp_path / "a.csv").write_text("lon,lat\n" + "120,30\n" * rows + "120,坏\n", encoding="utf-8")
    for name in ("a.gpkg", "a.shp"):
        seen, whole = survey(tmp_path / name, glance=True).tables[0], survey(tmp_path / name).tables[0]
        assert seen.rows == rows
        assert replace(seen, points=[]) == replace(whole, points=[])
    assert (
        survey(tmp_path / "a.csv", glance=True).tables[0].columns
        == survey(tmp_path / "a.csv").tables[0].columns
    )
