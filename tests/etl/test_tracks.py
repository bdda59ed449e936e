"""Best tracks from their file to the layer, on a real PostGIS."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from etl.loads.faults import RowsRefused
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from layers.storms import SIDES

REAL = "zj_typhoons_jma_2015_2021.csv"
CMA = "66666 0000   2 0009 1909 0 6     Lekima     20200313\n2019080906 6 265 1239  925 62\n"


def load(pipeline: Pipeline, folder: Path, file: str) -> list[dict[str, object]]:
    pipeline.run(Manifest(layer=[Entry(id="typhoon_track", file=file)]), folder)
    with pipeline.engine.connect() as connection:
        query = "SELECT table_name FROM layer.version JOIN layer.current USING (layer, version) WHERE layer = :layer"
        table = connection.execute(text(query), {"layer": "typhoon_track"}).scalar_one()
        found = connection.execute(text(f'SELECT *, ST_X(geom) AS x FROM layer."{table}" ORDER BY code'))
        return [dict(row) for row in found.mappings()]


def test_a_text_of_cma_goes_in_without_a_question(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "CH2019BST.txt").write_text(CMA, encoding="utf-8")
    (row,) = load(pipeline, tmp_path, "CH2019BST.txt")
    assert (row["code"], row["wind_mps"], row["category"], row["x"]) == (
        "1909-201908090600",
        62,
        "super",
        123.9,
    )


def test_a_point_without_a_time_is_named_with_file_and_line(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "CH2019BST.txt").write_text(CMA + "2019083199 6 265 1239  925 62\n", encoding="utf-8")
    with pytest.raises(RowsRefused) as refused:
        load(pipeline, tmp_path, "CH2019BST.txt")
    assert "CH2019BST.txt" in str(refused.value)
    assert "3" in str(refused.value)


def test_the_tracks_of_28_real_storms_go_in_whole(pipeline: Pipeline, real_data: Path) -> None:
    rows = load(pipeline, real_data, REAL)
    assert len(rows) == len((real_data / REAL).read_text(encoding="utf-8").splitlines()) - 1
    assert len({row["storm"] for row in rows}) == 28
    lekima = [row for row in rows if row["name"] == "LEKIMA"]
    assert max(float(str(row["wind_mps"] or 0)) for row in lekima) == pytest.approx(54, abs=0.1)
    beside = [row for row in rows if row["r7_ne_km"] is not None]
    assert len(beside) > 150
    assert all(
        max(float(str(row[f"r7_{side}_km"])) for side in SIDES) <= float(str(row["r7_km"])) for row in beside
    )
    assert {"weak", "td", "ts", "sts", "ty", "sty", "super", "et"} >= {row["category"] for row in rows}


@pytest.mark.parametrize("time", ["2019-08-09 06:00", "2019-08-09T06:00:00", "2019-08-09T14:00:00+08:00"])
def test_a_table_made_by_hand_whose_times_are_not_in_utc_is_refused(
    pipeline: Pipeline, tmp_path: Path, time: str
) -> None:
    rows = f"code,storm,name,time,lon,lat\n1909-1,1909,利奇马,{time},123.9,26.5\n"
    (tmp_path / "hand.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(RowsRefused) as refused:
        load(pipeline, tmp_path, "hand.csv")
    assert {(one.field, one.code) for one in refused.value.faults} == {("time", "no_zone")}


def test_a_table_made_by_hand_in_utc_goes_in(pipeline: Pipeline, tmp_path: Path) -> None:
    rows = "code,storm,name,time,lon,lat\n1909-1,1909,利奇马,2019-08-09T06:00:00Z,123.9,26.5\n"
    (tmp_path / "hand.csv").write_text(rows, encoding="utf-8")
    assert load(pipeline, tmp_path, "hand.csv")[0]["time"] == "2019-08-09T06:00:00Z"


def test_a_table_made_by_hand_brings_quadrants_under_the_names_of_the_trade(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    names = "编号,台风号,台风名,时刻,7级风圈东北半径,7级风圈东南半径,7级西南半径,r7_nw_km,lon,lat"
    rows = f"{names}\n1909-1,1909,利奇马,2019-08-09T06:00:00Z,300,250,180,220,123.9,26.5\n"
    (tmp_path / "hand.csv").write_text(rows, encoding="utf-8")
    (row,) = load(pipeline, tmp_path, "hand.csv")
    assert [row[f"r7_{side}_km"] for side in SIDES] == [300, 250, 180, 220]
    assert row["r7_km"] is None
