"""Layers as files: what is in them, in which system, under which name, and what bad questions get."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import unquote

import geopandas as gpd
import pytest
from starlette.testclient import TestClient

from app.api.exports import Places
from layers.errors import Unavailable
from tests.app.api.test_ogc import get

SHELTERS = "/api/layers/shelter/export"
BOX = "120,30,120.5,30.5"


def frame(client: TestClient, tmp_path: Path, form: str, **asked: str) -> gpd.GeoDataFrame:
    answer = client.get(f"{SHELTERS}.{form}", params=asked)
    assert answer.status_code == 200, answer.text
    path = tmp_path / f"x.{form}"
    path.write_bytes(answer.content)
    return gpd.read_file(path)


@pytest.mark.parametrize("form", ["geojson", "gpkg", "fgb"])
def test_every_object_is_in_the_file_with_all_its_fields(
    form: str, client: TestClient, tmp_path: Path
) -> None:
    found = frame(client, tmp_path, form)
    layer = next(x for x in get(client, "/api/layers")["layers"] if x["id"] == "shelter")
    assert len(found) == found["code"].nunique() == layer["count"]
    assert found.total_bounds == pytest.approx(layer["bounds"], abs=1e-6)
    one = get(client, "/api/layers/shelter/items?limit=1")["features"][0]
    row = found.set_index("code").loc[one["id"]]
    assert (row["name"], row["capacity"], bool(row["indoor"])) == (
        one["properties"]["name"],
        one["properties"]["capacity"],
        one["properties"]["indoor"],
    )
    assert [row.geometry.x, row.geometry.y] == pytest.approx(one["geometry"]["coordinates"], abs=1e-6)


@pytest.mark.parametrize("form", ["geojson", "gpkg", "fgb"])
def test_a_file_holds_what_was_asked_for_in_the_system_that_was_asked_for(
    form: str, client: TestClient, tmp_path: Path
) -> None:
    asked = {"filter": "capacity > 20 AND level = 'village'", "bbox": BOX}
    matched = get(client, "/ogc/collections/shelter/items", **asked, limit=1)["numberMatched"]
    found = frame(client, tmp_path, form, **asked, crs="EPSG:4549")
    assert len(found) == matched > 5
    assert found.crs.to_epsg() == 4549
    there = found.to_crs(4490).total_bounds  # east before north, or this would be in Siberia
    assert 120 <= there[0] <= there[2] <= 120.5
    assert 30 <= there[1] <= there[3] <= 30.5


def test_a_named_part_is_a_file_of_what_the_map_shows(client: TestClient) -> None:
    part = client.get("/api/layers/shelter/items", params={"filter": "standardised", "limit": 1}).json()
    whole = client.get("/api/layers/shelter/items", params={"limit": 1}).json()
    text = client.get(f"{SHELTERS}.csv", params={"filter": "standardised"}).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) - 1 == part["numberMatched"] < whole["numberMatched"]
    assert client.get(f"{SHELTERS}.csv", params={"filter": "no_such_part"}).json()["code"] == "unknown_filter"


def test_the_table_opens_in_a_spreadsheet_in_chinese(client: TestClient) -> None:
    answer = client.get(f"{SHELTERS}.csv", params={"header": "zh", "bbox": BOX})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:3] == ["编号", "名称", "级别"]
    assert head[-2:] == ["经度", "纬度"]
    assert len(rows) == get(client, "/ogc/collections/shelter/items", bbox=BOX, limit=1)["numberMatched"]
    assert all(120 <= float(row[-2]) <= 120.5 and 30 <= float(row[-1]) <= 30.5 for row in rows)
    fields = client.get(f"{SHELTERS}.csv", params={"bbox": BOX, "crs": "4549"}).content.decode("utf-8-sig")
    assert fields.split("\r\n")[0].split(",")[:2] == ["code", "name"]
    assert fields.split("\r\n")[0].endswith("east,north")


def test_a_table_of_areas_has_their_outline_as_text(client: TestClient) -> None:
    answer = client.get("/api/layers/risk_zone/export.csv").content.decode("utf-8-sig")
    first = next(csv.DictReader(io.StringIO(answer)))
    assert first["wkt"].startswith("MULTIPOLYGON(((")


def test_the_file_is_named_by_title_and_version(client: TestClient) -> None:
    version = get(client, "/api/layers/shelter/counts")["version"]
    said = client.get(f"{SHELTERS}.csv", params={"level": "county"}).headers["content-disposition"]
    assert f'filename="shelter-{version}.csv"' in said
    assert unquote(said.split("filename*=UTF-8''")[1]) == f"避灾安置场所-{version}.csv"


def test_nothing_found_is_a_whole_file_without_rows(client: TestClient, tmp_path: Path) -> None:
    for form in ("geojson", "gpkg", "fgb"):
        assert len(frame(client, tmp_path, form, bbox="0,0,1,1")) == 0
    assert len(client.get(f"{SHELTERS}.csv?bbox=0,0,1,1").text.split("\r\n")) == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shelter/export.xlsx", (400, "format_unsupported")),
        ("shelter/export.csv?f=geojson", (400, "format_unsupported")),
        ("shelter/export.csv?limit=5", (400, "parameter_unknown")),
        ("shelter/export.csv?sql=1", (400, "parameter_unknown")),
        ("shelter/export.csv?crs=EPSG:2437", (400, "crs_unsupported")),
        ("shelter/export.gpkg?bbox=1,2,3", (400, "bad_bbox")),
        ("shelter/export.geojson?filter=capacity%20%3E", (400, "filter_bad")),
        ("shelter/export.geojson?filter=name%20=%20'x'';DROP%20TABLE%20layer.version'", (200, "")),
        ("shelter/export.csv?header=fr", (400, "bad_header")),
        ("shelter/export.csv?header=zh&header=zh", (400, "parameter_repeated")),
        ("population/export.csv", (404, "wrong_kind")),
        ("nothing/export.csv", (404, "unknown_layer")),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_code(
    path: str, expected: tuple[int, str], client: TestClient
) -> None:
    answer = client.get(f"/api/layers/{path}")
    code = answer.json()["code"] if answer.status_code != 200 else ""
    assert (answer.status_code, code) == expected


def test_one_export_too_many_is_told_to_wait_and_a_finished_one_makes_room() -> None:
    places = Places(1)
    places.take()
    with pytest.raises(Unavailable) as refused:
        places.take()
    assert refused.value.code == "exports_busy"
    places.leave()
    places.take()


def test_exports_leave_their_places(client: TestClient) -> None:
    for _ in range(5):
        assert client.get(f"{SHELTERS}.csv", params={"level": "county"}).status_code == 200
        assert client.get(f"{SHELTERS}.csv", params={"level": "nowhere ("}).status_code == 200
