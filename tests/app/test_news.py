"""The stream of events, from a real server: what it tells, when, and that it holds nobody up."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import psycopg
import pytest

from app.settings import Settings
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from tests.serving import Running, start

WITHIN_S = 2.0


class Stream:
    """Events of the server as they come, read in a thread of their own."""

    def __init__(self, running: Running) -> None:
        self._answer = urllib.request.urlopen(f"{running.url}/api/events", timeout=60)  # noqa: S310 - our own
        self._heard: Queue[Any] = Queue()
        self.ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self._answer:
                if line.startswith(b"data: "):
                    self._heard.put(json.loads(line[6:]))
        finally:
            self.ended.set()

    def next(self, within_s: float = 10.0) -> Any:
        return self._heard.get(timeout=within_s)

    def is_quiet(self) -> bool:
        try:
            self._heard.get(timeout=0.3)
        except Empty:
            return True
        return False


@pytest.fixture
def running(empty_settings: Settings, tmp_path: Path) -> Iterator[Running]:
    server = start(empty_settings, tmp_path / "log")
    yield server
    if server.process.poll() is None:
        server.stop()
    assert [line for line in server.log().splitlines() if not line.startswith("riskmap")] == []


def load(pipeline: Pipeline, folder: Path, rows: int) -> str:
    lines = "".join(f"S{i},避灾点{i},village,50,{120 + i / 1000},30.2\n" for i in range(rows))
    (folder / "s.csv").write_text("code,name,level,capacity,lon,lat\n" + lines, encoding="utf-8")
    [loaded] = pipeline.run(Manifest(layer=[Entry(id="shelter", file="s.csv", crs="EPSG:4326")]), folder)
    return loaded.version


def test_a_load_is_told_at_once_with_the_version_before_and_the_boxes_that_differ(
    running: Running, pipeline: Pipeline, tmp_path: Path
) -> None:
    stream = Stream(running)
    assert stream.next() == {"layers": {}, "all": True}
    first = load(pipeline, tmp_path, 10)
    told = stream.next(WITHIN_S)
    assert told["layers"]["shelter"]["version"] == first
    assert not told["all"]
    second = load(pipeline, tmp_path, 11)
    shelter = stream.next(WITHIN_S)["layers"]["shelter"]
    assert (shelter["version"], shelter["parent"]) == (second, first)
    assert shelter["changed"] == [[120.01, 30.2, 120.01, 30.2]]
    assert Stream(running).next()["layers"]["shelter"]["version"] == second


def test_what_was_missed_while_the_database_was_away_is_told_when_it_is_back(
    running: Running, pipeline: Pipeline, empty_settings: Settings, tmp_path: Path
) -> None:
    stream = Stream(running)
    stream.next()
    with psycopg.connect(str(empty_settings.database_url), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'riskmap-news' AND datname = current_database()"
        ).fetchone()
    assert ended == (1,)
    version = load(pipeline, tmp_path, 10)
    told = stream.next()
    assert told["all"]
    assert told["layers"]["shelter"]["version"] == version
    assert stream.next() == {"all": True}  # incidents and live values may have changed as well
    assert stream.is_quiet()


def test_open_streams_do_not_hold_a_server_that_stops(running: Running) -> None:
    streams = [Stream(running) for _ in range(3)]
    for stream in streams:
        stream.next()
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 4
    assert running.process.returncode == 0
    assert all(stream.ended.wait(5) for stream in streams)
