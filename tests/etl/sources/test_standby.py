"""Reading processes that are started one ahead."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.sources import standby
from etl.sources.open import open_table, survey
from tests.etl.sources.making import points, written


@pytest.fixture(autouse=True)
def none_before() -> Iterator[None]:
    standby.take().end()
    yield
    standby.take().end()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(points(20), tmp_path / "a.gpkg")


def waiting() -> int:
    """The number of the process that stands by."""
    [one] = standby._spare
    return one.process.pid


def test_the_process_that_stands_by_reads_the_next_file_and_no_other(path: Path) -> None:
    standby.stand_by()
    first = waiting()
    standby.stand_by()
    assert waiting() == first
    with open_table(path) as opened:
        assert opened._process.pid == first
        assert opened.reader.read_all().num_rows == 20
    assert standby._spare == []
    with open_table(path) as opened:
        assert opened._process.pid != first
        assert opened.reader.read_all().num_rows == 20


def test_who_looks_into_a_file_finds_a_process_ready_to_read_it(path: Path) -> None:
    survey(path)
    ready = waiting()
    with open_table(path) as opened:
        assert opened._process.pid == ready


def test_one_that_died_while_it_waited_is_replaced(path: Path) -> None:
    standby.stand_by()
    dead = waiting()
    os.kill(dead, signal.SIGKILL)
    standby._spare[0].process.wait()
    standby.stand_by()
    assert waiting() != dead
    with open_table(path) as opened:
        assert opened.reader.read_all().num_rows == 20


def test_one_that_waited_long_is_not_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standby.stand_by()
    old, scratch = waiting(), standby._spare[0].scratch
    monkeypatch.setattr(standby, "FRESH", 0)
    with open_table(path) as opened:
        assert opened._process.pid != old
    assert not scratch.exists()


def test_one_that_nobody_talks_to_any_more_ends_by_itself() -> None:
    standby.stand_by()
    one = standby.take()
    assert one.process.stdin is not None
    one.process.stdin.close()
    assert one.process.wait(10) == 1
    one.end()
    assert not one.scratch.exists()
