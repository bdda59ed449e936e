"""Which ground teams are near: those with the skill for the hazard first, each with why it is listed or what is against
it. Distances are straight lines; without a road network nothing is said of driving times."""

from __future__ import annotations

from collections.abc import Mapping

from app.around.read import Near
from layers.model import Json, Text

SHOWN = 8
READY = "ready"


def teams(near: Near | None, hazard: str | None) -> list[Json]:
    """List teams near a place: those that fit and are ready, the nearest first, then those that are not, with why."""
    if near is None:
        return []
    skills, statuses, kinds = (near.layer.field(n).choices or {} for n in ("skills", "status", "kind"))
    order = sorted(
        range(len(near.rows)), key=lambda n: (_against(near.rows[n], hazard, statuses) is not None, n)
    )
    found = []
    for n in order[:SHOWN]:
        row = near.rows[n]
        own = [skills[one] for one in _skills(row) if one in skills]
        against = _against(row, hazard, statuses)
        status = statuses.get(row["status"], Text("状态未知", "state not known"))
        why = [kinds.get(row["kind"], Text("", "")), *own, status]
        if n == order[0] and against is None:
            why.insert(0, Text("最近且适用", "nearest that fits") if hazard else Text("最近", "nearest"))
        found.append(
            {
                **near.away(n),
                "people": row["people"],
                "phone": row["phone"],
                "status": row["status"],
                "why": Text("、".join(w.zh for w in why), ", ".join(w.en for w in why)).as_json(),
                "shortfall": against.as_json() if against else None,
            }
        )
    return found


def _skills(row: Json) -> list[str]:
    return [one.strip() for one in (row["skills"] or "").split(";") if one.strip()]


def _against(row: Json, hazard: str | None, statuses: Mapping[str, Text]) -> Text | None:
    if row["status"] not in (READY, None):
        return statuses.get(row["status"], Text(str(row["status"]), str(row["status"])))
    if hazard is not None and hazard not in _skills(row):
        return Text("没有该灾种专长", "without the skill for it")
    return None
