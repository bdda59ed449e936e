"""Choosing shelters."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.around.shelters import choose
from layers.model import Text

FIRE = Text("火灾", "fire")


def row(distance: float = 1000, **over: Any) -> dict[str, Any]:
    plain = {
        "distance_m": distance,
        "in_footprint": False,
        "capacity": 100,
        "occupied": 0,
        "status": "open",
        "hazards": "fire",
    }
    return plain | over


def test_free_places_are_summed_until_there_is_room_for_all() -> None:
    chosen = choose([row(1000), row(2000, occupied=60), row(3000)], 130, "fire", FIRE)
    assert [one["sum_free"] for one in chosen.items] == [100, 140, 240]
    assert (chosen.enough_within_m, chosen.free, chosen.counted) == (2000, 240, 3)


def test_what_is_no_use_is_listed_with_the_reason() -> None:
    rows = [
        row(in_footprint=True), row(status="full"), row(status="unusable"), row(hazards="flood;typhoon"),
        row(occupied=100), row(capacity=None),
    ]  # fmt: skip
    chosen = choose(rows, 10, "fire", FIRE)
    assert [one["shortfall"].zh for one in chosen.unfit] == [
        "在影响范围内", "已满", "不可用", "不适用于火灾", "没有空位", "容量未知",
    ]  # fmt: skip
    assert (chosen.items, chosen.enough_within_m) == ([], None)


def test_one_that_has_to_be_opened_or_whose_hazards_are_not_stated_counts_and_says_so() -> None:
    chosen = choose([row(status="closed", hazards=None)], 10, "fire", FIRE)
    assert chosen.items[0]["why"].zh == "最近；适用灾种未填；未开放，须先启用；余 100"


def test_nobody_needs_no_shelter() -> None:
    assert choose([], 0, None, FIRE).enough_within_m == 0.0


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=80), st.integers(0, 5000))
def test_the_sum_is_that_of_all_that_count_and_the_distance_the_first_that_suffices(
    sizes: list[tuple[int, int]], need: int
) -> None:
    rows = [row(float(n), capacity=size, occupied=taken) for n, (size, taken) in enumerate(sizes, start=1)]
    chosen = choose(rows, need, "fire", FIRE)
    free = [max(0, size - taken) for size, taken in sizes]
    assert chosen.free == sum(free)
    reached = [n for n in range(1, len(free) + 1) if sum(free[:n]) >= need]
    wanted = 0.0 if need == 0 else float(reached[0]) if reached else None
    assert chosen.enough_within_m == wanted
    shown = [one["sum_free"] for one in chosen.items]
    assert shown == sorted(shown)


def test_more_people_than_places_is_over_by_so_many_and_never_less_than_no_room() -> None:
    chosen = choose([row(1000, occupied=112), row(2000)], 50, "fire", FIRE)
    assert chosen.unfit[0]["shortfall"] == Text("超员 12 人", "over by 12")
    assert (chosen.unfit[0]["free"], chosen.over, chosen.free) == (0, 12, 100)
