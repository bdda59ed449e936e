"""One truth in every view: tiles, legend, counts, list, CSV, XLSX, printed sheet and "why" agree to the last number."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import mapbox_vector_tile
import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from layers.kinds.vector import VectorLayer
from layers.registry import discover
from layers.zone import COUNTS

ZONES = [i for i, layer in discover().items() if isinstance(layer, VectorLayer) and layer.members]
SMALL = [i for i in ZONES if i != "risk_grid"]
NAMES = [name for name, _, _ in COUNTS]


def listed(client: TestClient, layer: str) -> dict[str, Any]:
    answer = client.get(f"/api/layers/{layer}/list")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("layer", ZONES)
def test_the_list_the_legend_and_the_counts_agree(layer: str, client: TestClient) -> None:
    found = listed(client, layer)
    described = next(one for one in client.get("/api/layers").json()["layers"] if one["id"] == layer)
    legend = {row["value"]: row["count"] for row in described["legend"]["classes"]}
    counted = {
        row["value"]: row["count"] for row in client.get(f"/api/layers/{layer}/counts").json()["classes"]
    }
    assert {row["value"]: row["count"] for row in found["classes"]} == legend == counted
    assert found["total"] == len(found["rows"]) == described["count"] == sum(legend.values())
    assert found["members"] == {name: sum(row[name] for row in found["rows"]) for name in NAMES}


@pytest.mark.parametrize("layer", ["risk_zone", "risk_grid"])
def test_every_object_is_counted_in_one_county_and_in_one_square(layer: str, client: TestClient) -> None:
    objects = client.get("/api/layers/graded_object/counts").json()["classes"]
    expected = {name: row["count"] for name, row in zip(NAMES, objects, strict=True)}
    assert listed(client, layer)["members"] == expected


@pytest.mark.parametrize("layer", SMALL)
def test_the_files_hold_the_rows_and_sums_of_the_list(layer: str, client: TestClient) -> None:
    found = listed(client, layer)
    wanted = [[row["code"], row["name"], *(row[name] for name in NAMES)] for row in found["rows"]]
    sums = [found["members"][name] for name in NAMES]
    table = list(
        csv.reader(io.StringIO(client.get(f"/api/layers/{layer}/list.csv").content.decode("utf-8-sig")))
    )
    n = len(wanted)
    assert [[r[0], r[1], *map(int, r[4:9])] for r in table[1 : n + 1]] == wanted
    assert [int(cell) for cell in table[n + 1][4:9]] == sums
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/api/layers/{layer}/list.xlsx").content))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [[r[0], r[1], *(int(v) for v in r[4:9])] for r in sheet[1 : n + 1]] == wanted
    assert [int(cell) for cell in sheet[n + 1][4:9]] == sums
    page = client.get(f"/api/layers/{layer}/list.html").text
    lines = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1].split("</tbody>")[0])
    assert [[int(v) for v in re.findall(r"<td class=n>(\d+)</td>", line)] for line in lines] == [
        w[2:] for w in wanted
    ]
    assert "未经主管部门确认" in page
    assert "演示数据" in page


@pytest.mark.parametrize("layer", ["risk_zone", "risk_town", "risk_park"])
def test_the_tiles_hold_the_grades_of_the_list(layer: str, client: TestClient) -> None:
    found = {row["code"]: row["grade"] for row in listed(client, layer)["rows"]}
    drawn: dict[str, Any] = {}
    for x in range(52, 55):
        for y in range(25, 28):
            answer = client.get(f"/tiles/{layer}/6/{x}/{y}.mvt")
            tile = mapbox_vector_tile.decode(answer.content) if answer.content else {}
            for feature in tile.get(layer, {}).get("features", []):
                drawn[feature["properties"]["id"]] = feature["properties"].get("grade")
    assert drawn == found


@pytest.mark.parametrize("layer", SMALL)
def test_why_names_as_many_members_as_the_list_counts_and_the_worst_decides(
    layer: str, client: TestClient
) -> None:
    rows = listed(client, layer)["rows"]
    for row in [*rows[:4], *rows[-2:]]:
        said = client.get(f"/api/layers/{layer}/items/{row['code']}/why?limit=1000").json()
        counts = {c["value"]: c["count"] for c in said["counts"]}
        assert list(counts.values()) == [row[name] for name in NAMES]
        assert said["members"]["total"] == sum(counts.values())
        grades = [m["grade"] for m in said["members"]["items"]]
        known = [g for g in grades if g is not None]
        assert grades == [*sorted(known), *[None] * (len(grades) - len(known))]
        assert said["grade"] == row["grade"] == (known[0] if known else None)
        assert said["word"]["zh"] == row["word"]["zh"]
        for member in said["members"]["items"]:
            assert member["reason"]["zh"]
            assert (member["method"] is None) == (member["cutoffs"] is None)


def test_a_zone_without_grades_is_no_data_and_never_blue(client: TestClient) -> None:
    empty = [row for row in listed(client, "risk_zone")["rows"] if row["grade"] is None]
    assert empty
    for row in empty:
        assert row["n_red"] + row["n_orange"] + row["n_yellow"] + row["n_blue"] == 0
        assert row["word"]["zh"] == "无数据"


def test_layers_say_which_cut_offs_are_unconfirmed(client: TestClient) -> None:
    said = {one["id"]: one["unconfirmed"] for one in client.get("/api/layers").json()["layers"]}
    assert "gb18218-2018@1" in said["risk_zone"]
    assert said["chemical_park"] == ["chemical-park-2023@1"]
    assert said["shelter"] == []


def test_every_figure_of_the_plan_is_the_count_of_its_layer_filter(client: TestClient) -> None:
    figures = client.get("/api/kpis?on=2026-11-25").json()["kpis"]
    assert [one["id"] for one in figures] == [
        "high_risk_parks", "low_moderate_parks", "firms_outside_parks", "overdue_defects", "standardised_shelters",
    ]  # fmt: skip
    for one in figures:
        asked = f"filter={one['filter']}&on={one['on']}"
        counted = client.get(f"/api/layers/{one['layer']}/items?limit=1&{asked}").json()["numberMatched"]
        assert (
            one["count"]
            == counted
            == client.get(f"/api/layers/{one['layer']}/counts?{asked}").json()["total"]
        )
        assert one["count"] == sum(county["count"] for county in one["counties"])
    by_id = {one["id"]: one for one in figures}
    assert by_id["standardised_shelters"]["value"] == pytest.approx(0.39, abs=0.001)
    assert by_id["low_moderate_parks"]["met"] is False
    assert by_id["high_risk_parks"]["target"]["value"] == 0


@pytest.mark.parametrize("zoom", [6, 13])
def test_the_tiles_of_a_filter_hold_its_objects_only(zoom: int, client: TestClient) -> None:
    n = 1 << zoom
    parks = client.get("/api/layers/chemical_park/items?limit=100&filter=high_risk").json()["features"]
    drawn = set()
    for park in parks:
        import math

        lon, lat = park["geometry"]["coordinates"][0][0][0]
        x = int((lon + 180) / 360 * n)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
        tile = mapbox_vector_tile.decode(
            client.get(f"/tiles/chemical_park/{zoom}/{x}/{y}.mvt?filter=high_risk").content
        )
        drawn |= {f["properties"]["id"] for f in tile["chemical_park"]["features"]}
    assert drawn == {park["id"] for park in parks}
    assert client.get("/tiles/chemical_park/6/53/26.mvt?filter=nothing").json()["code"] == "unknown_filter"
