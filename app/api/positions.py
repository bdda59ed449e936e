"""Live positions of vehicles, teams and aircraft."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.deps import MayLoad, Moment, TheMovers
from app.fixes import FORGOTTEN, STALE_S, Fix
from app.moments import moment_end
from app.positions import Refused
from layers.errors import BadInput
from layers.wrong_values import wrong_values

router = APIRouter(prefix="/api/positions", tags=["positions"])
MOST_IN_A_BATCH = 10_000
MOST_FAULTS = 100
LEGIBLE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: the database holds no NUL, and one such name would keep all others from being saved."""


class FixSent(BaseModel):
    """One fix; ``at`` has a time zone."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    id: str = Field(min_length=1, max_length=100, pattern=LEGIBLE)
    kind: Literal["vehicle", "team", "aircraft", "vessel"] = "vehicle"
    name: str = Field("", max_length=100, pattern=LEGIBLE)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    at: Annotated[datetime, Field(description="with a time zone, such as 2026-11-29T08:00:00+08:00")]
    speed_mps: float | None = Field(None, ge=0, le=1000)
    heading_deg: float | None = Field(None, ge=0, le=360)


class Batch(BaseModel):
    """Fixes of many movers; each is judged by itself."""

    positions: list[dict[str, Any]] = Field(max_length=MOST_IN_A_BATCH)


class RowFault(BaseModel):
    """A row that was not taken, counted from 0."""

    row: int
    id: str | None
    code: str
    detail: str
    detail_en: str


class BatchAnswer(BaseModel):
    """How many fixes were taken, how many were older than what is known, and what was wrong with the others (the first
    100)."""

    taken: int
    older: int
    refused: int
    faults: list[RowFault]


class PositionRow(BaseModel):
    """The newest fix of a mover; ``age_s`` when the answer was made, or at the moment asked for; ``stale`` from five
    minutes on."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    at: datetime
    age_s: float
    stale: bool
    speed_mps: float | None
    heading_deg: float | None


class PositionList(BaseModel):
    """What has moved since a turn; ask with ``turn`` next time."""

    turn: int
    positions: list[PositionRow]


ROW: TypeAdapter[FixSent] = TypeAdapter(FixSent)


@router.post("", response_model=BatchAnswer, dependencies=[MayLoad])
def report(store: TheMovers, batch: Batch) -> dict[str, Any]:
    """Take the fixes of a batch: good rows are kept, bad ones named."""
    heard = datetime.now(UTC)
    good: list[tuple[int, Fix]] = []
    bad: list[Refused] = []
    for row, sent in enumerate(batch.positions):
        try:
            good.append((row, _fix(ROW.validate_python(sent), heard)))
        except ValidationError as error:
            bad.append(_fault(row, sent, error))
        except BadInput as error:
            bad.append(Refused(row, _id_of(sent), error.code, error.zh, error.en))
    taken, older, ahead = store.take(good)
    faults = sorted([*bad, *ahead], key=lambda one: one.row)
    return {
        "taken": taken,
        "older": older,
        "refused": len(faults),
        "faults": [
            {"row": f.row, "id": f.id, "code": f.code, "detail": f.zh, "detail_en": f.en}
            for f in faults[:MOST_FAULTS]
        ],
    }


@router.get("", response_model=PositionList)
def positions(
    store: TheMovers, since: Annotated[int, Query(ge=-1, le=2**53)] = -1, at: Moment = None
) -> dict[str, Any]:
    """List the newest fix of each mover, of those that moved since a turn, or what was known of all at a moment.

    What is kept of the past lies within 200 m and two minutes of what was known.
    """
    now = datetime.now(UTC)
    moment = moment_end(at)
    if moment is None:
        turn, fixes = store.since(since)
        return {"turn": turn, "positions": [_row(one, now) for one in fixes]}
    if since != -1:
        raise BadInput(
            "since 与 at 不能同时给出",
            "since and at do not go together",
            code="since_with_at",
        )
    then = min(moment, now)
    return {"turn": store.turn, "positions": [_row(one, then) for one in store.known(then)]}


def _row(fix: Fix, now: datetime) -> dict[str, Any]:
    age = max(0.0, (now - fix.at).total_seconds())
    return fix.__dict__ | {"age_s": round(age, 1), "stale": age > STALE_S}


def _fix(sent: FixSent, heard: datetime) -> Fix:
    if sent.at.tzinfo is None:
        raise BadInput(
            "定位时间没有写明时区", "the time of the fix has no time zone", code="no_time_zone", field="at"
        )
    try:
        at = sent.at.astimezone(UTC)
    except OverflowError as error:  # the first or last day of the calendar, in another zone
        zh, en = "定位时间超出历法", "the time of the fix is off the calendar"
        raise BadInput(zh, en, code="bad_fix", field="at") from error
    if at < heard - FORGOTTEN:
        raise BadInput(
            f"定位时间早于 {FORGOTTEN.days} 天前，请检查设备时钟",
            f"the time of the fix is more than {FORGOTTEN.days} days ago; check the clock of the device",
            code="too_old",
            field="at",
        )
    values = sent.model_dump()
    return Fix(**values | {"name": sent.name or sent.id, "at": at, "heard": heard})


def _id_of(sent: dict[str, Any]) -> str | None:
    """Return what a row calls its mover, as it can be sent back: half a surrogate pair is no text."""
    return str(sent["id"])[:100].encode("utf-8", "replace").decode() if "id" in sent else None


def _fault(row: int, sent: dict[str, Any], error: ValidationError) -> Refused:
    first = wrong_values(error.errors())[0]
    field = first.field or "?"
    return Refused(
        row,
        _id_of(sent),
        "bad_fix",
        f"字段 {field} 有误：{first.zh}",
        f"field {field}: {first.en}",
    )
