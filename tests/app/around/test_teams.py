"""Choosing ground teams."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.around.read import Near
from app.around.teams import teams
from layers.registry import discover

LAYER = discover().vector("rescue_team")


def near(*rows: dict[str, Any]) -> Near:
    plain = {"kind": "fire", "skills": "fire;chemical", "people": 20, "status": "ready", "phone": None}
    full = [
        {**plain, "code": f"T{n}", "name": f"队{n}", "x": 120.0, "y": 30.0, **row}
        for n, row in enumerate(rows)
    ]
    n = len(rows)
    return Near(LAYER, full, np.arange(n) * 1000.0, np.zeros(n), np.zeros(n, dtype=np.bool_))


def test_teams_that_fit_come_first_the_nearest_of_them_named_so() -> None:
    found = teams(near({"skills": "medical"}, {"status": "out"}, {}, {}), "chemical")
    assert [one["key"] for one in found] == ["T2", "T3", "T0", "T1"]
    assert found[0]["why"]["zh"] == "最近且适用、消防救援站、灭火、危化处置、待命"
    assert [one["shortfall"] and one["shortfall"]["zh"] for one in found] == [
        None,
        None,
        "没有该灾种专长",
        "出勤中",
    ]


def test_without_a_hazard_the_nearest_that_is_ready_comes_first() -> None:
    found = teams(near({"status": "off"}, {"skills": None, "status": None}), None)
    assert found[0]["key"] == "T1"
    assert found[0]["why"]["zh"] == "最近、消防救援站、状态未知"


def test_no_layer_gives_no_teams() -> None:
    assert teams(None, "fire") == []
