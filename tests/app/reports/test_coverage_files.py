"""The files for other programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import shapely

from app.analysis.coverage import CoverageResult
from app.reports.coverage_files import COLUMNS, cell_of, write_csv, write_geojson


def test_the_table_has_a_mark_for_spreadsheets_and_a_row_per_county(
    answer: CoverageResult, tmp_path: Path
) -> None:
    path = write_csv(answer, tmp_path / "a.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(COLUMNS.values())
    assert [row[0] for row in rows[1:]] == [gap.code for gap in answer.gaps]


def test_no_cell_of_the_table_is_a_formula(answer: CoverageResult, tmp_path: Path) -> None:
    with write_csv(answer, tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", ["=1", "+1+1", "-a1", "@a", "\t=1", "\r=1", "\n=1", " =1"])
def test_text_that_a_spreadsheet_would_run_is_kept_as_text(text: str) -> None:
    assert cell_of(text) == "'" + text


def test_numbers_stay_numbers_and_none_is_empty() -> None:
    assert cell_of(-1.23456) == -1.235
    assert cell_of(12.6, 0) == 13
    assert cell_of(None) == ""
    assert cell_of("杭州") == "杭州"


def test_the_geojson_carries_every_kind_and_the_sources(answer: CoverageResult, tmp_path: Path) -> None:
    content = json.loads(write_geojson(answer, tmp_path / "a.geojson").read_text(encoding="utf-8"))
    kinds = [feature["properties"]["kind"] for feature in content["features"]]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "reach": len(answer.bases),
        "union": 1,
        "gap": 1,
        "base": len(answer.bases),
        "worst_point": len(answer.gaps),
    }
    assert content["sources"][0]["name"] == "人口普查"
    assert content["sources"][0]["date"] == "2020-11-01"
    assert content["coverage"]["covered_share"] == pytest.approx(answer.covered_share)
    assert all(shapely.from_geojson(json.dumps(feature)).is_valid for feature in content["features"])
