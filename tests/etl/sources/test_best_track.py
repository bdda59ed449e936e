from __future__ import annotations

from pathlib import Path

import pytest

from etl.sources.best_track import COLUMNS, REACH, BestTrackTable, is_best_track
from etl.sources.members import Member
from etl.sources.model import ReadOptions
from etl.sources.open import open_table
from layers.errors import BadFile

CMA = """66666 0000   16 0009 1909 0 6                Lekima              20200313
2019080906 6 265 1239  925 62
2019081018 2 308 1199  982 20
"""
TOKYO = """66666 1909   51 0010 1909 0 6              LEKIMA              20191107
19080906 002 5 265 1239 0925 105     90120 0120     90250 0180
19081318 002 6 390 1195 0996 000     00000 0000     00000 0000
"""
IBTRACS = """SID,SEASON,NAME,ISO_TIME,NATURE,LAT,LON,WMO_WIND,WMO_PRES,USA_R64_NE,USA_R64_SE
 ,Year, , , ,degrees_north,degrees_east,kts,mb,nmile,nmile
2019213N17132,2019,LEKIMA,2019-08-09 06:00:00,TS,26.5,123.9,105,925,40,35
"""


def points(folder: Path, content: str, name: str = "data.txt") -> list[dict[str, str | None]]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    member = Member(name, "csv", path)
    assert is_best_track(member)
    table = BestTrackTable(member, ReadOptions())
    rows = [row for batch in table.batches() for row in batch.to_pylist()]
    names = dict(zip((f"c{n}" for n in range(1, 99)), COLUMNS, strict=False))
    return [{names.get(key, key): value for key, value in row.items()} for row in rows]


def test_a_text_of_cma_is_a_table_of_points(tmp_path: Path) -> None:
    first, second = points(tmp_path, CMA)
    assert {key: first[key] for key in COLUMNS} == {
        "code": "1909-201908090600", "storm": "1909", "name": "Lekima", "time": "2019-08-09T06:00:00Z",
        "pressure_hpa": "925", "wind_mps": "62", "category": "super", **dict.fromkeys(REACH),
        "lon": "123.9", "lat": "26.5",
    }  # fmt: skip
    assert (first["_row"], second["_row"], second["category"]) == (2, 3, "ts")
    assert first["_wkb"] is not None


def test_a_text_of_tokyo_has_radii_in_kilometres_and_winds_in_metres_a_second(tmp_path: Path) -> None:
    first, second = points(tmp_path, TOKYO)
    assert (first["time"], first["wind_mps"], first["category"]) == ("2019-08-09T06:00:00Z", "54", "super")
    assert (first["r10_km"], first["r7_km"], first["r12_km"]) == ("222.2", "463", None)
    assert (first["r7_ne_km"], first["r10_nw_km"]) == (None, None)  # 9: circles
    # a wind of 0 is one that nobody knows
    assert (second["wind_mps"], second["category"]) == (None, "et")


def test_ibtracs_is_read_without_its_row_of_units(tmp_path: Path) -> None:
    (only,) = points(tmp_path, IBTRACS, "data.csv")
    assert (only["storm"], only["time"], only["pressure_hpa"]) == (
        "2019213N17132", "2019-08-09T06:00:00Z", "925",
    )  # fmt: skip
    assert (only["r12_km"], only["r7_km"], only["_row"]) == ("74.1", None, 2)


def test_a_wind_area_beside_the_eye_is_kept_by_quadrant(tmp_path: Path) -> None:
    (only,) = points(
        tmp_path, TOKYO.splitlines()[0] + "\n19080906 002 5 265 1239 0925 105     90120 0120     10250 0150\n"
    )
    # 250 nautical miles to the north-east, 150 to the south-west; less to the sides, and the same on both
    assert (only["r7_km"], only["r7_ne_km"], only["r10_ne_km"]) == ("463", "463", None)
    assert only["r7_se_km"] == only["r7_nw_km"]
    assert 150 * 1.852 < float(only["r7_sw_km"] or 0) < float(only["r7_se_km"] or 0) < 463


def test_ibtracs_gives_the_quadrants_of_50_and_64_knots_and_the_direction_of_30(tmp_path: Path) -> None:
    names = (
        "USA_R50_NE,USA_R50_SE,USA_R50_SW,USA_R50_NW,USA_R64_NE,TOKYO_R30_DIR,TOKYO_R30_LONG,TOKYO_R30_SHORT"
    )
    head, units, row = IBTRACS.splitlines()
    row = row.removesuffix(",40,35")
    head = head.removesuffix(",USA_R64_NE,USA_R64_SE")
    content = f"{head},{names}\n{units},nmile,nmile,nmile,nmile,nmile,nmile\n{row},90,80,0,70,40,2,300,180\n"
    (only,) = points(tmp_path, content, "data.csv")
    assert [only[f"r10_{side}_km"] for side in ("ne", "se", "sw", "nw")] == ["166.7", "148.2", "0", "129.6"]
    assert (only["r10_km"], only["r12_ne_km"], only["r12_se_km"]) == ("166.7", "74.1", None)
    assert (only["r7_ne_km"], only["r7_se_km"]) == (
        "555.6",
        "555.6",
    )  # 2 is east: both eastern quadrants touch it


def test_a_line_that_is_no_point_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refused:
        points(tmp_path, CMA + "2019081100 2 abc 1199  982 20\n")
    assert (refused.value.code, refused.value.where["line"]) == ("bad_track_line", 4)


def test_a_time_that_is_none_leaves_the_row_to_the_checks_of_the_layer(tmp_path: Path) -> None:
    last = points(tmp_path, CMA + "2019083299 2 300 1199  982 20\n")[-1]
    assert (last["time"], last["code"], last["_row"]) == (None, None, 4)


@pytest.mark.parametrize("content", ["lon,lat,name\n120,30,甲\n", "66666,甲\n", "名称,经度\n"])
def test_other_tables_are_no_tracks(content: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    assert not is_best_track(Member("data.csv", "csv", path))


def test_the_confined_process_knows_a_track_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "路径.txt"
    path.write_text(CMA, encoding="utf-8")
    with open_table(path) as table:
        assert [column.name for column in table.facts.columns] == list(COLUMNS)
        assert sum(batch.num_rows for batch in table.reader) == 2
