"""Files that lie, attack or are too much: each stops with a named code, and the caller is unharmed."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from etl.sources.model import LIMITS, Limits, ReadOptions
from etl.sources.open import survey
from layers.errors import BadFile
from tests.etl.sources.making import disguises, one_ring, parts, points, polygons, read, written, zipped

FORMATS = ["geojson", "json", "csv", "txt", "tsv", "kml", "kmz", "shp", "gpkg", "xlsx", "tif", "tiff", "zip"]


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(points(), tmp_path_factory.mktemp("server") / "secret.gpkg")


def refused(path: Path, limits: Limits = LIMITS, *, whole: bool = False) -> BadFile:
    with pytest.raises(BadFile) as caught:
        read(path, limits=limits) if whole else survey(path, limits)
    assert "Traceback" not in caught.value.en
    assert caught.value.zh != caught.value.en
    assert "data." not in caught.value.en  # the neutral name is nobody's business
    return caught.value


@pytest.mark.parametrize("extension", ["geojson", "zip", "kmz", "tif", "shp"])
def test_no_disguise_opens(tmp_path: Path, secret: Path, extension: str) -> None:
    for kind, text in disguises(secret).items():
        path = tmp_path / f"{kind}.{extension}"
        path.write_text(text)
        assert refused(path).code in ("not_what_it_says", "unreadable")


def test_no_disguise_opens_in_a_folder_under_any_extension(tmp_path: Path, secret: Path) -> None:
    for kind, text in disguises(secret).items():
        for extension in FORMATS:
            (tmp_path / f"{kind}.{extension}").write_text(text)
    (tmp_path / "good.csv").write_text("lon,lat\n120,30\n")
    found = survey(tmp_path)
    assert [table.name for table in found.tables] == ["good.csv"]
    refusals = {finding.where["member"]: finding.code for finding in found.findings}
    assert set(refusals.values()) <= {"not_what_it_says", "unreadable"}
    expected = {
        f"{kind}.{extension}"
        for kind in ("vrt", "gdalg")
        for extension in FORMATS
        if extension not in ("zip", "kmz")
    }
    # a note without separators is no table, and no fault
    assert expected - set(refusals) <= {"vrt.txt", "gdalg.txt"}


def test_no_disguise_opens_inside_a_zip(tmp_path: Path, secret: Path) -> None:
    members = {
        f"{kind}.{extension}": text.encode()
        for kind, text in disguises(secret).items()
        for extension in FORMATS
        if extension not in ("kmz", "zip")
    }
    with pytest.raises(BadFile):
        survey(zipped(tmp_path / "a.zip", members))
    found = survey(zipped(tmp_path / "b.zip", {**members, "good.csv": b"lon,lat\n120,30\n"}))
    assert [table.name for table in found.tables] == ["good.csv"]
    assert {finding.where["member"] for finding in found.findings} >= {
        "vrt.geojson",
        "gdalg.json",
        "vrt.shp",
        "vrt.csv",
    }


def test_a_disguise_in_the_parts_of_a_shapefile_is_not_followed(tmp_path: Path, secret: Path) -> None:
    path = written(points(), tmp_path / "a.shp")
    path.with_suffix(".dbf").write_text(disguises(secret)["vrt"])
    assert refused(path).code in ("unreadable", "header_lies")
    path = written(polygons(), tmp_path / "b.shp")
    path.with_suffix(".prj").write_text(disguises(secret)["vrt"])
    assert survey(path).tables[0].crs_wkt is None


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, secret: Path) -> None:
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "a.gpkg").symlink_to(secret)
    assert refused(upload).code == "unknown_format"
    (upload / "a.gdb").mkdir()
    (upload / "a.gdb" / "a00000001.gdbtable").symlink_to(secret)
    assert refused(upload / "a.gdb").code == "unknown_format"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "lol">%s]><kml xmlns="http://www.opengis.net/kml/2.2">&b9;</kml>'
    % (b"".join(b'<!ENTITY b%d "%s">' % (n, (b"&b%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10)))
)


def test_a_bomb_of_entities_is_refused_in_kml_kmz_and_xlsx(tmp_path: Path) -> None:
    kml = tmp_path / "a.kml"
    kml.write_bytes(BOMB)
    assert refused(kml).code == "xml_entities"
    assert refused(zipped(tmp_path / "a.kmz", {"doc.kml": BOMB})).code == "xml_entities"
    points(2).drop(columns="geometry").to_excel(tmp_path / "good.xlsx", engine="xlsxwriter")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in ("xl/sharedStrings.xml", "[Content_Types].xml", "xl/workbook.xml"):
        bad = {**members, name: BOMB}
        assert refused(zipped(tmp_path / "bad.xlsx", bad)).code == "xml_entities"


def test_a_bomb_is_refused_as_zip_and_as_workbook(tmp_path: Path) -> None:
    members = {"xl/worksheets/sheet1.xml": b" " * (80 << 20)}
    assert refused(zipped(tmp_path / "a.xlsx", members)).code == "zip_limit"
    assert refused(zipped(tmp_path / "a.zip", {"x.csv": bytes(80 << 20)})).code == "zip_limit"


def test_a_shapefile_whose_header_lies_is_refused(tmp_path: Path) -> None:
    good = written(points(), tmp_path / "good.shp")
    dbf = good.with_suffix(".dbf").read_bytes()
    shp = good.read_bytes()
    cases = {
        "rows": (".dbf", dbf[:4] + struct.pack("<I", 2**31) + dbf[8:], "header_lies"),
        "record": (".dbf", dbf[:10] + struct.pack("<H", 60_000) + dbf[12:], "header_lies"),
        "length": (".shp", shp[:24] + struct.pack(">i", 2**30) + shp[28:], "header_lies"),
        "cut": (".shp", shp[:-20], "header_lies"),
        "content": (".shp", shp[:104] + struct.pack(">i", 2**30) + shp[108:], "header_lies"),
        "empty dbf": (".dbf", b"", "empty_file"),
        "no dbf": (".dbf", b"\x00" * 300, "unreadable"),
        "type": (".shp", shp[:32] + struct.pack("<i", 77) + shp[36:], "unreadable"),
    }
    members: dict[str, bytes] = {"good.csv": b"lon,lat\n120,30\n"}
    for name, (suffix, content, _) in cases.items():
        members |= {f"{name}.shp": shp, f"{name}.dbf": dbf, f"{name}{suffix}": content}
    found = survey(zipped(tmp_path / "all.zip", members))
    codes = {finding.where["member"].removesuffix(".shp"): finding.code for finding in found.findings}
    assert codes.pop("no dbf") in ("unreadable", "header_lies")
    assert codes == {name: code for name, (_, _, code) in cases.items() if name != "no dbf"}
    for finding in found.findings:
        assert finding.where["member"].removesuffix(".shp") in finding.zh


def test_parts_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    for number, frames in enumerate(
        ((points(5), points(6)), (polygons(3), polygons(2)), (points(6), points(5)))
    ):
        first = written(frames[0], tmp_path / f"a{number}.shp")
        second = written(frames[1], tmp_path / f"b{number}.shp")
        shutil.copy(second.with_suffix(".dbf"), first.with_suffix(".dbf"))
        assert refused(first).code == "parts_disagree"


def test_a_missing_part_is_a_finding_and_the_rest_is_read(tmp_path: Path) -> None:
    shapefile = written(points(), tmp_path / "a.shp", encoding="UTF-8")
    found = survey(zipped(tmp_path / "shp.zip", parts(shapefile, only=(".shp",)))).tables[0]
    assert (found.geometry, found.rows, found.columns, len(found.points)) == ("point", 5, [], 5)
    assert [f.where["part"] for f in found.findings if f.code == "file_part_missing"] == [".dbf", ".prj"]
    found = survey(zipped(tmp_path / "dbf.zip", parts(shapefile, only=(".dbf", ".prj")))).tables[0]
    assert (found.geometry, found.rows, len(found.columns), found.points) == ("none", 5, 3, [])
    assert found.name == "a.dbf"
    assert [f.where["part"] for f in found.findings] == [".shp"]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".xlsx", ".shp"])
def test_a_file_cut_off_is_unreadable(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".xlsx":
        points(50).drop(columns="geometry").to_excel(path, engine="xlsxwriter")
    else:
        written(polygons(50), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert refused(path, whole=True).code in ("unreadable", "header_lies")


def test_a_polygon_of_ten_million_vertices_is_a_fault_of_its_row(tmp_path: Path) -> None:
    path = one_ring(tmp_path / "a.shp", 10_000_000)
    _, table, end = read(path)
    assert table.column("_fault").to_pylist() == ["geom_too_large:10000001"]
    assert table.column("_wkb").null_count == 1
    assert end.rows == 1


def endless(path: Path) -> Path:
    """Make a GeoPackage with a view that counts for ever."""
    written(points(), path)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
            "SELECT x AS fid, x AS n FROM c WHERE x < 0"
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('endless', 'attributes', 'endless')"
        )
    return path


def test_a_file_that_computes_for_ever_is_stopped(tmp_path: Path) -> None:
    path = endless(tmp_path / "a.gpkg")
    assert refused(path, replace(LIMITS, cpu=1)).code == "too_slow"
    assert refused(path, replace(LIMITS, wall=1.0)).code == "too_slow"


def test_a_file_that_eats_memory_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    feature = b'{"type": "Feature", "geometry": null, "properties": {"a": "%s"}}' % (b"x" * (3 << 20))
    path.write_bytes(b'{"type": "FeatureCollection", "features": [%s]}' % b",".join([feature] * 20))
    assert refused(path, replace(LIMITS, memory=24 << 20)).code == "too_much_memory"


def test_nesting_without_end_is_no_crash_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    path.write_bytes(
        b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"a":'
        + b"[" * 500_000
    )
    assert refused(path).code in ("unreadable", "too_much_memory")


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = written(points(50), tmp_path / "a.gpkg")
    assert refused(path, replace(LIMITS, rows=49)).code == "too_many_rows"
    assert refused(path, replace(LIMITS, rows=49), whole=True).code == "too_many_rows"


def test_text_with_nul_and_text_that_is_not_utf8_are_mended_and_told(tmp_path: Path) -> None:
    path = written(points(), tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE a SET 名称 = CAST(x'E794B200E4B999' AS TEXT) WHERE fid = 1")
        database.execute(
            "UPDATE a SET 名称 = CAST(? AS TEXT) WHERE fid = 2", ["西湖区避灾安置点".encode("gb18030")]
        )
    facts, table, end = read(path)
    values = table.column("c1").to_pylist()
    assert values[0] in ("甲乙", "甲")
    assert values[1] == "西湖区避灾安置点"
    assert {finding.code for finding in end.findings} >= {"enc_not_utf8"}
    assert facts.columns[0].name == "名称"


def test_an_encoding_the_officer_chose_wrongly_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名称,lon,lat\n西湖区,120,30\n".encode("gb18030"))
    with pytest.raises(BadFile) as caught:
        read(path, ReadOptions(encoding="utf-8"))
    assert caught.value.code == "encoding_undecided"
    with pytest.raises(BadFile) as caught:
        read(path, ReadOptions(encoding="klingon"))
    assert caught.value.code == "encoding_undecided"
    assert read(path, ReadOptions(encoding="gbk"))[2].rows == 1
