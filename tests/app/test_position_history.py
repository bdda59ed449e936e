"""Where movers were: which fixes are kept, for how long, and what was known at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.commands.database import etl_engine
from app.fixes import Fix
from app.position_history import EVERY_M, EVERY_S, PositionHistory, kept_from
from app.positions import PositionStore
from app.settings import Settings
from app.state.tables import POSITION_PAST
from layers.geo import GEOD

NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = timedelta(days=3)


@pytest.fixture
def engine(empty_settings: Settings) -> Iterator[Engine]:
    with etl_engine(str(empty_settings.database_url)) as made:
        yield made


def fix(seconds_ago: float, lon: float = 121.5, mover: str = "车1", late_s: float = 0) -> Fix:
    at = NOW - timedelta(seconds=seconds_ago)
    return Fix(mover, "vehicle", mover, lon, 29.9, at, at + timedelta(seconds=late_s))


def store_of(engine: Engine, *fixes: Fix, keep: timedelta = DAYS, most_rows: int = 1000) -> PositionStore:
    store = PositionStore(engine, PositionHistory(keep, most_rows))
    store.take(enumerate(fixes))
    store.save()
    return store


def known(store: PositionStore, seconds_ago: float) -> list[tuple[str, float]]:
    found = store.known(NOW - timedelta(seconds=seconds_ago))
    return sorted((one.id, one.lon) for one in found)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(POSITION_PAST)).scalar_one())


@given(st.lists(st.tuples(st.integers(1, 90), st.floats(-60, 60)), max_size=80))
def test_what_is_kept_lies_within_200_m_and_two_minutes_of_what_was_known(
    steps: list[tuple[int, float]],
) -> None:
    history = PositionHistory(DAYS, 1000)
    told, lon, ago = [], 121.5, 10_000
    for seconds, metres in steps:
        ago -= seconds
        lon += metres / 96_500
        told.append(fix(ago, lon))
        history.note(told[-1])
    kept = history.unsaved()
    for one in told:
        shown = [other for other in kept if other.heard <= one.heard][-1]
        assert (one.at - shown.at).total_seconds() < EVERY_S
        assert GEOD.inv(one.lon, one.lat, shown.lon, shown.lat)[2] < EVERY_M * 1.01
    assert len(kept) <= len(told)


def test_of_a_parked_vehicle_that_reports_each_second_one_fix_in_120_is_kept() -> None:
    history = PositionHistory(DAYS, 1000)
    for second in range(3600, 0, -1):
        history.note(fix(second))
    assert len(history.unsaved()) == 30


def test_a_mover_is_where_it_was_known_to_be_at_each_moment(engine: Engine) -> None:
    store = store_of(engine, fix(3000, 121.1), fix(2000, 121.2), fix(1000, 121.3))
    assert known(store, 3001) == []
    assert [known(store, ago)[0][1] for ago in (3000, 2001, 2000, 1001, 999)] == [
        121.1,
        121.1,
        121.2,
        121.2,
        121.3,
    ]


def test_what_was_sent_late_was_not_known_before(engine: Engine) -> None:
    store = store_of(engine, fix(3000, 121.1), fix(2000, 121.2, late_s=1500))
    assert known(store, 1000) == [("车1", 121.1)]
    assert known(store, 500) == [("车1", 121.2)]


def test_of_fixes_that_came_together_the_newest_was_known(engine: Engine) -> None:
    late = [
        replace(fix(ago, lon), heard=NOW - timedelta(seconds=900))
        for ago, lon in ((3000, 121.1), (1000, 121.3))
    ]
    store = store_of(engine, *late, fix(10, 121.5))
    assert known(store, 900) == [("车1", 121.3)]


def test_the_newest_fix_is_known_to_the_second_though_it_is_not_kept_and_after_a_restart_too(
    engine: Engine,
) -> None:
    store = store_of(engine, fix(1000, 121.3), fix(990, 121.3001))
    assert rows(engine) == 1
    assert known(store, 5) == [("车1", 121.3001)]
    again = PositionStore(engine, PositionHistory(DAYS, 1000))
    again.load()
    assert known(again, 5) == [("车1", 121.3001)]
    assert known(again, 995) == [("车1", 121.3)]


def test_a_mover_that_was_silent_for_days_is_not_shown_at_a_moment_either(engine: Engine) -> None:
    day = 86_400
    store = store_of(engine, fix(2.9 * day, 121.1))
    assert known(store, 1.5 * day) == [("车1", 121.1)]
    assert known(store, 0.5 * day) == []


def test_what_is_too_old_goes(engine: Engine) -> None:
    store_of(engine, *(fix(3600 * hours) for hours in (5, 4, 3, 2, 1)), keep=timedelta(hours=3.5))
    assert rows(engine) == 3


def test_what_is_too_much_goes_the_oldest_first(engine: Engine) -> None:
    store = store_of(engine, *(fix(1000 * n, 121 + n / 10) for n in range(9, 0, -1)), most_rows=4)
    assert rows(engine) == 4
    with engine.connect() as connection:
        assert kept_from(connection) == NOW - timedelta(seconds=4000)
    assert known(store, 5000) == []


def test_a_backlog_goes_piece_by_piece(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.position_history.MOST_DROPPED", 2)
    store_of(engine, *(fix(3600 * hours) for hours in (5, 4, 3, 2, 1)), keep=timedelta(hours=1.5))
    assert rows(engine) == 3


def test_nothing_is_kept_where_nothing_is_to_be_kept(engine: Engine) -> None:
    store = store_of(engine, fix(2000, 121.2), fix(1000, 121.3), keep=timedelta(0))
    assert rows(engine) == 0
    assert known(store, 5) == [("车1", 121.3)]


def test_more_movers_than_a_statement_has_parameters_are_saved(engine: Engine) -> None:
    store_of(engine, *(fix(10, mover=f"车{n}") for n in range(12_000)), most_rows=20_000)
    assert rows(engine) == 12_000


def test_what_could_not_be_saved_is_saved_later(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PositionStore(engine, PositionHistory(DAYS, 1000))
    store.take(enumerate([fix(2000, 121.2), fix(1000, 121.3)]))
    with monkeypatch.context() as away:
        away.setattr(store, "_engine", create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
        with pytest.raises(SQLAlchemyError):
            store.save()
    store.save()
    assert rows(engine) == 2
