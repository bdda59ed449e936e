"""Both coordinates in one cell, as phones and map pages copy them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from etl.sources.coordinates import find_coordinates, find_joined, located, seen_coordinates, split_pair
from layers.crs.angles import parse_angles


@pytest.mark.parametrize(
    "text",
    [
        "120.15,30.28",
        "120.15， 30.28",
        "（120.15、30.28）",
        "120.15 30.28",
        "120.15;30.28",
        "120°9′0″ 30°16′48″",
        "东经120°9′北纬30°16′48″",
        "E120°9'0'',N30°16'48''",
    ],
)
def test_two_coordinates_in_one_cell_are_told_apart(text: str) -> None:
    assert parse_angles(split_pair(text)) == pytest.approx([120.15, 30.28])


@pytest.mark.parametrize("text", [None, "", "120.15", "西湖区文三路", "1,2,3"])
def test_a_cell_that_is_no_pair_stays_as_it_is(text: str | None) -> None:
    assert split_pair(text) == (text, None)


def test_a_column_is_taken_for_both_only_where_its_cells_are_pairs() -> None:
    names = ["名称", "坐标"]
    assert find_joined(names, [["甲", "120.1,30.2"], ["乙", None], ["丙", "无"]]) is None
    assert find_joined(names, [["甲", "120.1,30.2"], ["乙", "120.2,30.3"], ["丙", "无"]]) == ("坐标", "坐标")
    assert find_joined(["名称", "位置说明"], [["甲", "120.1,30.2"]]) is None
    assert find_coordinates(["a", "b"], "b", "b", "x.csv") == ("b", "b")


def test_points_of_a_joined_column_name_the_cells_that_cannot_be_read() -> None:
    cells = pa.array(["120.1,30.2", "无", "120°9′ 30°16′", None])
    points = located([pa.array(["甲", "乙", "丙", "合计"]), cells], ["名称", "坐标"], ("坐标", "坐标"))
    assert points.wkb.is_null().to_pylist() == [False, True, False, True]
    assert points.faults == {1: "coordinate_bad:无", 3: "not_a_row:合计"}
    assert seen_coordinates([["甲", "120°9′ 30°16′"]], ["名称", "坐标"], ("坐标", "坐标")).form == "dms"
