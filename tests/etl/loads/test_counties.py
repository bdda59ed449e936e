"""County codes against the ground: retired, empty and wrong ones are mended or named, no row is dropped for it."""

from __future__ import annotations

import pytest
from shapely import box

from tests.etl.loads.conftest import Desk, Row

WEST, EAST = "330102", "330114"  # 上城区, 钱塘区: both of today
SQUARES = {WEST: box(120.0, 30.0, 120.5, 30.5), EAST: box(120.5, 30.0, 121.0, 30.5)}


def with_counties(desk: Desk) -> Desk:
    rows = [{"code": c, "name": c, "level": "county", "shape": shape} for c, shape in SQUARES.items()]
    desk.load(rows, "admin_area")
    return desk


def shelter(code: str | None, lon: float = 120.2, key: str = "S1") -> Row:
    return {
        "code": key,
        "name": "点",
        "level": "village",
        "capacity": 1,
        "county_code": code,
        "x": lon,
        "y": 30.2,
    }


@pytest.mark.parametrize(
    ("declared", "lon", "stored", "warnings"),
    [
        (WEST, 120.2, WEST, []),
        (None, 120.2, WEST, []),
        ("", 120.7, EAST, []),
        ("330104", 120.2, WEST, ["code_retired"]),  # 江干区, gone since 2021: by its place the west
        ("330104", 120.7, EAST, ["code_retired"]),  # and by its place the east
        (WEST, 120.7, WEST, ["county_mismatch"]),
        ("999999", 120.2, "999999", ["county_mismatch"]),
        (WEST, 121.5, WEST, []),  # at sea, in no county: nothing contradicts the code
        (None, 121.5, None, []),
    ],
)
def test_a_code_is_kept_filled_or_brought_up_to_date(
    declared: str | None, lon: float, stored: str | None, warnings: list[str], desk: Desk
) -> None:
    load = with_counties(desk).load([shelter(declared, lon)])
    [row] = desk.served()
    assert row["county_code"] == stored
    assert [(code, severity) for _, field, code, severity in desk.faults(load) if field == "county_code"] == [
        (code, "warning") for code in warnings
    ]
    assert load.rows_refused == 0


def test_a_retired_code_with_one_successor_takes_it_without_a_map(desk: Desk) -> None:
    load = desk.load([shelter("330103")])  # 下城区 -> 拱墅区
    assert len(desk.served()) == 1
    assert load.rows_refused == 0


def test_a_warning_says_which_code_is_kept_and_which_county_the_place_is_in(desk: Desk) -> None:
    load = with_counties(desk).load([shelter("330104", 120.7, "S1"), shelter(WEST, 120.7, "S2")])
    said = desk.sql("SELECT code, value, zh FROM layer.load_error WHERE load = :l ORDER BY row", l=load.id)
    assert [(code, value) for code, value, _ in said] == [
        ("code_retired", "330104"),
        ("county_mismatch", WEST),
    ]
    assert all(EAST in zh for _, _, zh in said)


def test_a_place_on_a_border_is_in_the_same_county_every_time(desk: Desk) -> None:
    with_counties(desk).load([shelter(None, 120.5)])
    first = desk.served()[0]["county_code"]
    assert first in SQUARES
    assert desk.load([shelter(None, 120.5)]).state == "unchanged"


def test_counties_of_any_shape_agree_with_their_geometry(desk: Desk) -> None:
    """The squares kept for speed must answer as the polygons themselves do."""
    with_counties(desk)
    rows = [shelter(None, 119.95 + n * 0.0137, f"S{n:03}") for n in range(80)]
    desk.load(rows)
    [(area,)] = desk.sql("SELECT table_name FROM layer.version WHERE layer = 'admin_area'")
    [(own,)] = desk.sql("SELECT table_name FROM layer.version WHERE layer = 'shelter'")
    wrong = desk.sql(
        f'SELECT s.code, s.county_code, c.code FROM layer."{own}" s LEFT JOIN layer."{area}" c'
        " ON c.level = 'county' AND ST_Intersects(c.geom, s.geom) WHERE s.county_code IS DISTINCT FROM c.code"
    )
    assert wrong == []


def test_new_counties_judge_the_next_load(desk: Desk) -> None:
    with_counties(desk).load([shelter(None)])
    rows = [{"code": EAST, "name": "东", "level": "county", "shape": SQUARES[WEST]}]
    desk.load(rows, "admin_area", mode="replace")
    assert desk.load([shelter(None, key="S2")]).state == "loaded"
    assert {row["code"]: row["county_code"] for row in desk.served()} == {"S1": WEST, "S2": EAST}
