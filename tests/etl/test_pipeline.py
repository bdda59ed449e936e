"""The pipeline: everything becomes current at once, or nothing does."""

from __future__ import annotations

import threading
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point, box
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from etl.prune import KEEP_ARCHIVES
from layers.errors import BadFile, Conflict


def write(folder: Path, name: str, shelters: int = 2) -> None:
    rows = "".join(f"S{i},避灾点{i},village,50,{120 + i / 1000},30.2\n" for i in range(shelters))
    (folder / name).write_text("code,name,level,capacity,lon,lat\n" + rows, encoding="utf-8")


def entry(layer: str, file: str, **more: object) -> Entry:
    return Entry(id=layer, file=file, crs="EPSG:4326", **more)  # type: ignore[arg-type]


SHELTERS = Manifest(layer=[entry("shelter", "s.csv", source="test")])


def rows(pipeline: Pipeline, query: str) -> list[tuple[object, ...]]:
    with pipeline.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def relations(pipeline: Pipeline, kind: str) -> int:
    """Count the tables (r) or views (v) that hold shelters."""
    [(count,)] = rows(
        pipeline,
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'layer'::regnamespace"
        f" AND relkind = '{kind}' AND starts_with(relname, 'shelter__')",
    )
    assert isinstance(count, int)
    return count


def test_a_load_is_on_record_with_file_hash_rows_and_version(pipeline: Pipeline, tmp_path: Path) -> None:
    write(tmp_path, "s.csv", 5)
    loaded = pipeline.run(SHELTERS, tmp_path)
    assert [(one.layer, one.rows, one.changed) for one in loaded] == [("shelter", 5, True)]
    [row] = rows(
        pipeline, "SELECT file, length(file_sha256), rows_in, rows_loaded, state, version FROM layer.load"
    )
    assert row == ("s.csv", 64, 5, 5, "loaded", loaded[0].version)


def test_the_same_file_again_changes_nothing_and_says_so(pipeline: Pipeline, tmp_path: Path) -> None:
    write(tmp_path, "s.csv")
    first = pipeline.run(SHELTERS, tmp_path)
    again = pipeline.run(SHELTERS, tmp_path)
    assert again[0].version == first[0].version
    assert not again[0].changed
    assert rows(pipeline, "SELECT state FROM layer.load ORDER BY started_at") == [("loaded",), ("unchanged",)]
    assert rows(pipeline, "SELECT count(*) FROM layer.version") == [(1,)]


def test_a_second_file_that_fails_leaves_the_first_one_unserved_too(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    write(tmp_path, "s.csv")
    pipeline.run(SHELTERS, tmp_path)
    before = rows(pipeline, "SELECT * FROM layer.current")
    write(tmp_path, "s.csv", 9)
    both = Manifest(layer=[*SHELTERS.layer, entry("landing_point", "missing.csv")])
    with pytest.raises(BadFile):
        pipeline.run(both, tmp_path)
    assert rows(pipeline, "SELECT * FROM layer.current") == before
    assert rows(pipeline, "SELECT layer, state FROM layer.load ORDER BY started_at DESC LIMIT 1") == [
        ("landing_point", "refused")
    ]


def test_a_database_that_fails_midway_leaves_what_was_served(pipeline: Pipeline, tmp_path: Path) -> None:
    write(tmp_path, "s.csv")
    pipeline.run(SHELTERS, tmp_path)
    before = rows(pipeline, "SELECT * FROM layer.current")
    with pipeline.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE layer.current ADD CONSTRAINT stop CHECK (version = 'x') NOT VALID")
        )
    write(tmp_path, "s.csv", 9)
    with pytest.raises(DBAPIError):
        pipeline.run(SHELTERS, tmp_path)
    assert rows(pipeline, "SELECT * FROM layer.current") == before


def test_two_runs_at_a_time_are_refused_by_name(pipeline: Pipeline, tmp_path: Path) -> None:
    write(tmp_path, "s.csv")
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with pipeline._alone():
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    try:
        with pytest.raises(Conflict) as caught:
            pipeline.run(SHELTERS, tmp_path)
        assert caught.value.code == "load_running"
    finally:
        leave.set()
        holder.join()
    pipeline.run(SHELTERS, tmp_path)


def test_old_versions_are_let_go_with_their_tables_and_archives(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = KEEP_ARCHIVES + 1
    monkeypatch.setattr("etl.prune.KEEP", keep)  # fewer than in earnest: each version is a load
    for count in range(1, keep + 3):
        write(tmp_path, "s.csv", count)
        pipeline.run(SHELTERS, tmp_path)
    assert rows(pipeline, "SELECT count(*) FROM layer.version") == [(keep,)]
    assert relations(pipeline, "v") == keep
    assert len(list(pipeline.store.archives.glob("shelter-*.pmtiles"))) == KEEP_ARCHIVES
    heaps = rows(pipeline, "SELECT count(DISTINCT heap) FROM layer.version")
    assert heaps == [(relations(pipeline, "r"),)]


def test_a_manifest_that_is_the_whole_map_takes_other_layers_off_it(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    write(tmp_path, "s.csv")
    pipeline.run(SHELTERS, tmp_path, whole=True, fingerprint="a")
    (tmp_path / "l.csv").write_text("code,name,kind,lon,lat\nL1,起降点,field,120,30\n", encoding="utf-8")
    pipeline.run(Manifest(layer=[entry("landing_point", "l.csv")]), tmp_path, whole=True, fingerprint="b")
    assert rows(pipeline, "SELECT layer FROM layer.current") == [("landing_point",)]
    assert pipeline.loaded_fingerprint() == "b"


def test_zones_stay_when_a_whole_map_comes_again_with_another_layer(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    counties(tmp_path)
    write(tmp_path, "s.csv")
    (tmp_path / "h.csv").write_text(
        "code,name,kind,firm_score,lon,lat\nH1,企业,firm,55,120.1,30.1\n", encoding="utf-8"
    )
    entries = [COUNTIES, entry("hazard_source", "h.csv")]
    pipeline.run(Manifest(layer=entries), tmp_path, whole=True, fingerprint="a")
    zones = "SELECT version FROM layer.current WHERE layer = 'risk_zone'"
    before = rows(pipeline, zones)
    pipeline.run(Manifest(layer=[*entries, *SHELTERS.layer]), tmp_path, whole=True, fingerprint="b")
    assert before
    assert rows(pipeline, zones) == before


def test_files_that_were_lost_are_made_again_from_the_same_data(pipeline: Pipeline, tmp_path: Path) -> None:
    write(tmp_path, "s.csv")
    pipeline.run(SHELTERS, tmp_path, whole=True, fingerprint="a")
    assert pipeline.loaded_fingerprint() == "a"
    [archive] = pipeline.store.archives.glob("shelter-*.pmtiles")
    archive.unlink()
    assert pipeline.loaded_fingerprint() is None
    pipeline.run(SHELTERS, tmp_path, whole=True, fingerprint="a")
    assert archive.exists()
    assert pipeline.loaded_fingerprint() == "a"


def counties(folder: Path) -> None:
    squares = {
        "330102": box(120.0, 30.0, 120.5, 30.5),
        "330103": box(120.5, 30.0, 121.0, 30.5),
        "330203": box(121.0, 30.0, 121.5, 30.5),
    }
    gpd.GeoDataFrame(
        {"CODE": list(squares), "NAME": ["甲区", "乙区", "丙区"], "POPU": [10, 20, 30]},
        geometry=list(squares.values()),
        crs="EPSG:4326",
    ).to_file(folder / "a.geojson")


COUNTIES = entry(
    "admin_area",
    "a.geojson",
    rename={"CODE": "code", "NAME": "name", "POPU": "population"},
    set={"level": "county"},
)


def test_cities_and_the_province_are_made_of_the_counties(pipeline: Pipeline, tmp_path: Path) -> None:
    counties(tmp_path)
    pipeline.run(Manifest(layer=[COUNTIES]), tmp_path)
    [(table,)] = rows(pipeline, "SELECT table_name FROM layer.version WHERE layer = 'admin_area'")
    found = rows(pipeline, f'SELECT level, code, population, parent_code FROM layer."{table}" ORDER BY code')
    assert found == [
        ("province", "330000", 60, None),
        ("city", "330100", 30, "330000"),
        ("county", "330102", 10, "330100"),
        ("county", "330103", 20, "330100"),
        ("city", "330200", 30, "330000"),
        ("county", "330203", 30, "330200"),
    ]


def test_zones_take_their_worst_member_and_a_county_without_grades_has_none(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    counties(tmp_path)
    points = [
        (
            "H1",
            "major_hazard",
            Point(120.1, 30.1),
            "7782-50-5:12;7664-41-7:20",
            60,
            None,
        ),  # R = 20.4: grade 3
        ("H2", "firm", Point(120.2, 30.2), None, None, 55.0),  # red
        ("H3", "firm", Point(120.2001, 30.2001), None, None, 95.0),  # blue
        ("H4", "firm", Point(120.7, 30.2), None, None, None),  # not graded
    ]
    gpd.GeoDataFrame(
        {
            "code": [p[0] for p in points],
            "name": [f"企业{p[0]}" for p in points],
            "kind": [p[1] for p in points],
            "inventory": [p[3] for p in points],
            "residents_500m": [p[4] for p in points],
            "firm_score": [p[5] for p in points],
        },
        geometry=[p[2] for p in points],
        crs="EPSG:4326",
    ).to_file(tmp_path / "h.gpkg")
    pipeline.run(Manifest(layer=[COUNTIES, entry("hazard_source", "h.gpkg")]), tmp_path)
    tables = dict(rows(pipeline, "SELECT layer, table_name FROM layer.version"))
    zones = rows(
        pipeline,
        "SELECT code, grade, n_red, n_orange, n_yellow, n_blue, n_ungraded, because "
        f'FROM layer."{tables["risk_zone"]}" ORDER BY code',
    )
    assert [z[:7] for z in zones] == [
        ("330102", 1, 1, 0, 1, 1, 0),
        ("330103", None, 0, 0, 0, 0, 1),
        ("330203", None, 0, 0, 0, 0, 0),
    ]
    assert zones[0][7] == "企业H2"
    assert zones[1][7] == "1 处危险源均未评定"
    assert zones[2][7] == "没有危险源数据"
    cells = rows(pipeline, f'SELECT grade, n_red, n_blue FROM layer."{tables["risk_grid"]}" ORDER BY grade')
    assert cells == [(1, 1, 1), (3, 0, 0), (None, 0, 0)]
    [major] = rows(pipeline, f'SELECT code, gb18218_grade, r_value FROM layer."{tables["major_hazard"]}"')
    assert major == ("H1", 3, 20.4)


def test_a_derived_layer_with_nothing_left_is_taken_off_the_map(pipeline: Pipeline, tmp_path: Path) -> None:
    counties(tmp_path)
    for kind, layers in (("major_hazard", True), ("firm", False)):
        (tmp_path / "h.csv").write_text(
            f"code,name,kind,lon,lat\nH1,企业,{kind},120.1,30.1\n", encoding="utf-8"
        )
        pipeline.run(Manifest(layer=[COUNTIES, entry("hazard_source", "h.csv")]), tmp_path)
        assert (("major_hazard",) in rows(pipeline, "SELECT layer FROM layer.current")) == layers


def test_the_real_data_loads_with_ninety_counties_and_the_census_total(
    pipeline: Pipeline, real_data: Path
) -> None:
    from etl.manifest import manifest_for

    loaded = {one.layer: one.rows for one in pipeline.run(manifest_for(real_data), real_data, whole=True)}
    assert loaded["admin_area"] == 1 + 11 + 90
    assert loaded["rescue_base"] == 5
    assert loaded["risk_zone"] == 90
    [(table,)] = rows(pipeline, "SELECT table_name FROM layer.version WHERE layer = 'admin_area'")
    people = rows(pipeline, f'SELECT level, sum(population) FROM layer."{table}" GROUP BY level')
    assert {total for _, total in people} == {64_567_588}
