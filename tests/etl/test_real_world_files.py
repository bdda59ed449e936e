"""Files as offices send them: they load right, or are refused for what is really wrong with them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import MultiPoint, Point, Polygon
from sqlalchemy import text

from etl.loads.faults import RowsRefused
from etl.loads.mapping import map_columns
from etl.loads.profile import Profile
from etl.loads.questions import NeedsDecision
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from layers.errors import BadFile, BadInput

HEADER = "code,name,level,capacity,lon,lat"


def load(
    pipeline: Pipeline, folder: Path, file: str, layer: str = "shelter", **more: Any
) -> list[dict[str, Any]]:
    more.setdefault("crs", "EPSG:4326")
    pipeline.run(Manifest(layer=[Entry(id=layer, file=file, **more)]), folder)
    with pipeline.engine.connect() as connection:
        query = "SELECT table_name FROM layer.version JOIN layer.current USING (layer, version) WHERE layer = :layer"
        table = connection.execute(text(query), {"layer": layer}).scalar_one()
        found = connection.execute(text(f'SELECT *, ST_X(ST_PointOnSurface(geom)) AS x FROM layer."{table}"'))
        return [dict(row) for row in found.mappings()]


def shapefile(folder: Path, *, encoding: str = "GBK", **columns: Any) -> list[Path]:
    base = {"code": ["S1"], "name": ["镇海区避灾点"], "level": ["village"], "capacity": [50], **columns}
    frame = gpd.GeoDataFrame(base, geometry=[Point(120.15, 30.28)], crs="EPSG:4326")
    frame.to_file(folder / "点.shp", encoding=encoding)
    return sorted(folder.glob("点.*"))


def zipped(folder: Path, name: str, members: dict[str, bytes]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    (folder / name).write_bytes(buffer.getvalue())
    return name


def test_a_zip_with_a_folder_and_undeclared_gbk_text_loads_as_chinese(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    parts = {p.suffix: p for p in shapefile(tmp_path)}
    dbf = bytearray(parts[".dbf"].read_bytes())
    dbf[29] = 0  # declares nothing, and the .cpg stays at home
    members = {f"数据/2026年/点{s}": p.read_bytes() for s, p in parts.items() if s not in (".cpg", ".dbf")}
    members["数据/2026年/点.dbf"] = bytes(dbf)
    [row] = load(pipeline, tmp_path, zipped(tmp_path, "a.zip", members))
    assert row["name"] == "镇海区避灾点"


@pytest.mark.parametrize("claim", ["", "OEM", "ANSI 936", "88591", "GBK", "936"])
def test_a_cpg_that_says_nothing_useful_does_not_garble_the_text(
    claim: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    shapefile(tmp_path)
    (tmp_path / "点.cpg").write_text(claim)
    [row] = load(pipeline, tmp_path, "点.shp")
    assert row["name"] == "镇海区避灾点"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"../evil.csv": b"a"}, "zip_path"),
        ({"/etc/evil.csv": b"a"}, "zip_path"),
        ({"readme.doc": b"a"}, "unknown_format"),
        ({"a.csv": b"x,y\n1,2", "b.csv": b"x,y\n1,2"}, "table_unclear"),
        ({"big.csv": bytes(80 << 20)}, "zip_limit"),
        ({"a.geojson": b"<OGRVRTDataSource/>"}, "not_what_it_says"),
    ],
)
def test_a_zip_that_is_unsafe_or_unclear_is_refused_by_name(
    members: dict[str, bytes], code: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as caught:
        load(pipeline, tmp_path, zipped(tmp_path, "a.zip", members))
    assert caught.value.code == code


def test_a_shapefile_without_its_index_loads_whole(pipeline: Pipeline, tmp_path: Path) -> None:
    shapefile(tmp_path)
    (tmp_path / "点.shx").unlink()
    [row] = load(pipeline, tmp_path, "点.shp")
    assert (row["name"], row["x"]) == ("镇海区避灾点", pytest.approx(120.15))


def test_a_shapefile_without_its_table_has_no_columns_and_is_asked_for_the_fields(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    shapefile(tmp_path)
    (tmp_path / "点.dbf").unlink()
    with pytest.raises(NeedsDecision) as caught:
        load(pipeline, tmp_path, "点.shp")
    assert caught.value.code == "field_missing"
    given = {"name": "无名", "level": "village", "capacity": 1}
    [row] = load(pipeline, tmp_path, "点.shp", set=given, key_from=["#row"])
    assert (row["code"], row["name"], row["x"]) == ("1", "无名", pytest.approx(120.15))


def test_names_that_a_dbf_cut_to_ten_characters_find_their_field(pipeline: Pipeline, tmp_path: Path) -> None:
    shapefile(tmp_path, standardis=["是"], county_cod=["330211"])
    [row] = load(pipeline, tmp_path, "点.shp")
    assert (row["standardised"], row["county_code"]) == (True, "330211")


def test_columns_that_no_field_takes_are_named(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(f"{HEADER},备注\nS1,a,village,1,120.1,30.2,x\n", encoding="utf-8")
    facts = pipeline.loader.look(tmp_path / "s.csv").tables[0]
    mapping = map_columns(pipeline.registry.vector("shelter"), facts.columns, Profile(), "s.csv")
    assert mapping.unused == ("lon", "lat", "备注")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rename": {"name": "nofield"}}, "field_unknown"),
        ({"set": {"nofield": 3}}, "field_unknown"),
        ({"rename": {"nowhere": "address"}}, "field_missing"),
        ({"where": {"nowhere": "x"}}, "field_missing"),
        ({"where": {"level": "county"}}, "empty_file"),
    ],
)
def test_a_mapping_that_names_what_is_not_there_is_refused(
    more: dict[str, Any], code: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text(f"{HEADER}\nS1,a,village,1,120.1,30.2\n", encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load(pipeline, tmp_path, "s.csv", **more)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (f"{HEADER}\nx,S1,a,village,1,120.1,30.2\n", "row_length", 2),
        (f"{HEADER}\nS1,a,village,1,120.1,30.2\nS2,a\n", "row_length", 3),
        (f'{HEADER}\n"S1,a,village,1,120.1,30.2\n', "unreadable", 2),
    ],
)
def test_a_csv_whose_rows_do_not_fit_its_header_is_refused_with_the_line(
    content: str, code: str, line: int | None, pipeline: Pipeline, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load(pipeline, tmp_path, "s.csv")
    assert caught.value.code == code
    assert caught.value.where.get("line") == line


@pytest.mark.parametrize(
    ("text_", "encoding"),
    [
        (f"{HEADER}\nS1,避灾点,village,1,120.1,30.2\n", "gb18030"),
        (f"{HEADER}\nS1,避灾点,village,1,120.1,30.2\n", "utf-8-sig"),
        (f"{HEADER}\nS1,避灾点,village,1,120.1,30.2\n", "utf-16"),
        (f"{HEADER}\nS1,避灾点,village,1,120.1,30.2\n".replace(",", ";"), "utf-8"),
        (f"{HEADER}\nS1,避灾点,village,1,120.1,30.2\n".replace(",", "\t"), "utf-8"),
        (f"{HEADER},\nS1,避灾点,village,1,120.1,30.2,\n", "utf-8"),
    ],
)
def test_csv_as_spreadsheets_write_it_loads(
    text_: str, encoding: str, pipeline: Pipeline, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_bytes(text_.encode(encoding))
    [row] = load(pipeline, tmp_path, "s.csv")
    assert row["name"] == "避灾点"


def test_an_empty_cell_is_no_value_and_a_big_number_stays_exact(pipeline: Pipeline, tmp_path: Path) -> None:
    lines = (
        f"{HEADER},standardised\nS1,a,village,9007199254740993,120.1,30.2,是\nS2,b,village,1,120.1,30.2,\n"
    )
    (tmp_path / "s.csv").write_text(lines, encoding="utf-8")
    first, second = sorted(load(pipeline, tmp_path, "s.csv"), key=lambda row: str(row["code"]))
    assert (first["capacity"], first["standardised"]) == (9007199254740993, True)
    assert second["standardised"] is None


def test_rows_keep_their_number_in_the_file_under_a_filter(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = "".join(f"S{i},a,{'village' if i % 2 else 'county'},1,120.1,30.2\n" for i in range(1, 10))
    (tmp_path / "s.csv").write_text(f"{HEADER}\n{rows}\nS11,a,village,x,120.1,30.2\n", encoding="utf-8")
    with pytest.raises(RowsRefused) as caught:
        load(pipeline, tmp_path, "s.csv", where={"level": ["village"]})
    assert caught.value.faults[0].row == 11


def geometry(folder: Path, shapes: list[Any], crs: str = "EPSG:4326", **columns: Any) -> str:
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(folder / "g.gpkg")
    return "g.gpkg"


AREAS = {"code": ["330102", "330103"], "name": ["甲", "乙"], "level": ["county", "county"]}
TIE = Polygon([(120, 30), (121, 31), (121, 30), (120, 31), (120, 30)])
# a spike of no width leaves the square: invalid, and mending it changes no area
SPIKED = Polygon([(120, 30), (121, 30), (121, 31), (121.5, 31.5), (121, 31), (120, 31), (120, 30)])


def test_polygons_that_mending_would_change_are_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    flat = Polygon([(120, 30), (121, 30), (120.5, 30), (120, 30)])
    with pytest.raises(RowsRefused) as caught:
        load(pipeline, tmp_path, geometry(tmp_path, [TIE, flat], **AREAS), "admin_area")
    assert [(f.row, f.code) for f in caught.value.faults] == [
        (1, "geometry_invalid"),
        (2, "geometry_invalid"),
    ]


def test_an_invalid_polygon_is_mended_where_its_area_stays_and_a_warning_says_so(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    square = Polygon([(121, 30), (122, 30), (122, 31), (121, 31)])
    found = load(pipeline, tmp_path, geometry(tmp_path, [SPIKED, square], **AREAS), "admin_area")
    assert len([row for row in found if row["level"] == "county"]) == 2
    with pipeline.engine.connect() as connection:
        faults = connection.execute(text("SELECT row, code, severity, zh FROM layer.load_error")).all()
    assert [tuple(fault)[:3] for fault in faults] == [(1, "geometry_mended", "warning")]
    assert "0.00%" in faults[0].zh


def test_a_multipoint_of_one_is_a_point_and_one_of_two_is_not(pipeline: Pipeline, tmp_path: Path) -> None:
    columns = {"code": ["S1"], "name": ["a"], "level": ["village"], "capacity": [1]}
    [row] = load(pipeline, tmp_path, geometry(tmp_path, [MultiPoint([(120.15, 30.28)])], **columns))
    assert row["x"] == pytest.approx(120.15)
    with pytest.raises(RowsRefused) as caught:
        load(pipeline, tmp_path, geometry(tmp_path, [MultiPoint([(120, 30), (121, 30)])], **columns))
    assert caught.value.faults[0].code == "geometry_type"


def test_a_zone_prefix_under_the_wrong_system_is_recognised(pipeline: Pipeline, tmp_path: Path) -> None:
    content = f"{HEADER}\nS1,a,village,1,40514432.15,3351162.27\n"
    (tmp_path / "s.csv").write_text(content, encoding="utf-8")
    for said in ("EPSG:4549", "EPSG:4528"):
        [row] = load(pipeline, tmp_path, "s.csv", crs=said)
        assert row["x"] == pytest.approx(120.15, abs=1e-6)


def test_a_manifest_without_layers_is_refused(tmp_path: Path) -> None:
    from etl.manifest import manifest_for

    (tmp_path / "riskmap.toml").write_text("layer = []\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        manifest_for(tmp_path)
    assert caught.value.code == "bad_manifest"
