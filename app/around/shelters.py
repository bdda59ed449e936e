"""Which shelters take the people in: outside the footprint, fit, open, nearest first, with a running sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from layers.model import Text

CLOSED = {
    "full": Text("已满", "full"),
    "unusable": Text("不可用", "unusable"),
}
SHOWN, SHOWN_UNFIT = 12, 6
"""Shelters listed at least where there are so many, and those that are near and no use."""
MOST_SHOWN = 60


@dataclass(frozen=True)
class Chosen:
    """The list, the nearer ones that are no use with what is against each, and whether it suffices; ``over``: people
    beyond the places of those that are overfull."""

    items: list[dict[str, Any]]
    unfit: list[dict[str, Any]]
    free: int
    over: int
    counted: int
    enough_within_m: float | None


def choose(rows: Iterable[dict[str, Any]], need: int | None, hazard: str | None, hazard_word: Text) -> Chosen:
    """Choose from shelters in order of distance; each row has distance_m, in_footprint, capacity, occupied, status,
    hazards (codes separated by ``;``). Unknown occupation counts as none, an unknown capacity as no room."""
    items: list[dict[str, Any]] = []
    unfit: list[dict[str, Any]] = []
    total = counted = over = 0
    enough: float | None = 0.0 if need == 0 else None
    for row in rows:
        against = _against(row, hazard, hazard_word)
        left = None if row["capacity"] is None else row["capacity"] - (row["occupied"] or 0)
        free = None if left is None else max(0, left)
        over += max(0, -(left or 0))
        against = against or _no_room(left)
        if against is not None:
            if len(unfit) < SHOWN_UNFIT:
                unfit.append(
                    {**row, "free": free, "sum_free": None, "why": Text("", ""), "shortfall": against}
                )
            continue
        total += free or 0
        counted += 1
        if len(items) < SHOWN or (enough is None and len(items) < MOST_SHOWN):
            why = _why(row, free or 0, not items, hazard_word if hazard else None)
            items.append({**row, "free": free, "sum_free": total, "why": why, "shortfall": None})
        if enough is None and need is not None and total >= need:
            enough = row["distance_m"]
    return Chosen(items, unfit, total, over, counted, enough)


def _against(row: dict[str, Any], hazard: str | None, word: Text) -> Text | None:
    if row["in_footprint"]:
        return Text("在影响范围内", "inside the footprint")
    if row["status"] in CLOSED:
        return CLOSED[row["status"]]
    fit = [one.strip() for one in (row["hazards"] or "").split(";") if one.strip()]
    if hazard is not None and fit and hazard not in fit:
        return Text(f"不适用于{word.zh}", f"not for {word.en}")
    return None


def _no_room(left: int | None) -> Text | None:
    if left is None:
        return Text("容量未知", "places not known")
    if left < 0:
        return Text(f"超员 {-left:,} 人", f"over by {-left:,}")
    return Text("没有空位", "no free places") if left == 0 else None


def _why(row: dict[str, Any], free: int, is_first: bool, word: Text | None) -> Text:
    parts = [Text("最近", "nearest")] if is_first else []
    if word is not None:
        known = bool((row["hazards"] or "").strip())
        parts.append(
            Text(f"适用{word.zh}", f"for {word.en}") if known else Text("适用灾种未填", "hazards not stated")
        )
    if row["status"] == "open":
        parts.append(Text("已开放", "open"))
    elif row["status"] == "opening":
        parts.append(Text("启用中", "opening"))
    elif row["status"] == "closed":
        parts.append(Text("未开放，须先启用", "closed, has to be opened"))
    else:
        parts.append(Text("状态未知", "status not known"))
    parts.append(Text(f"余 {free:,}", f"{free:,} free"))
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))
