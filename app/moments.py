"""Moments as people ask for them: a day, which stands for its end in Beijing, or an instant with its zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError

from layers.errors import BadInput
from layers.region import BEIJING


def moment_end(day: date | None) -> datetime | None:
    """Return the last moment of a day, an instant as it is, and None, now, for None."""
    if day is None or isinstance(day, datetime):
        return day
    return datetime.combine(day, time.max, BEIJING)


def day_of(moment: date) -> date:
    """Return the day of a moment where the map is used."""
    return moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment


YEARS = range(1900, 2201)
"""Moments outside lead out of the calendar of Python or of PostgreSQL, in one zone or another."""


def _read(value: Any, as_day: Callable[[Any], date]) -> date:
    if isinstance(value, datetime):
        return _zoned(value)
    if isinstance(value, str) and "T" in value:
        # a + that was not escaped in an address arrives as a blank
        try:
            instant = datetime.fromisoformat(value.replace(" ", "+"))
        except ValueError as error:
            # as pydantic names it, which keeps the name of the parameter
            raise PydanticCustomError(
                "datetime_parsing", "Input should be an instant, such as 2026-08-01T08:30:00+08:00"
            ) from error
        return _zoned(instant)
    return _within(as_day(value))


def _within(moment: date) -> date:
    if moment.year not in YEARS:
        raise BadInput(
            f"年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间",
            f"the year must be from {YEARS[0]} to {YEARS[-1]}",
            code="bad_time",
        )
    return moment


def _zoned(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise BadInput(
            "时刻没有写明时区，例如 2026-11-29T01:45+08:00",
            "the instant has no time zone; write 2026-11-29T01:45+08:00",
            code="no_time_zone",
        )
    _within(instant)
    return instant


DayOrInstant = Annotated[
    date,
    WrapValidator(_read),
    WithJsonSchema({"type": "string", "examples": ["2026-03-01", "2026-11-29T01:45+08:00"]}),
]
Instant = Annotated[datetime, AfterValidator(_zoned)]
