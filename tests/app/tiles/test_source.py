"""Tiles under trouble: slow queries end, a client that leaves takes its query along, other routes go on."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.settings import Settings
from tests.serving import Running, start

TILE = "tiles/hazard_source/12/3415/1685.mvt"


@pytest.fixture(scope="module")
def served(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = start(demo_settings, tmp_path_factory.mktemp("tiles") / "log")
    yield server
    server.stop()


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the table of the layer, so that every question to it waits."""
    with psycopg.connect(str(settings.database_url)) as connection:
        query = "SELECT table_name FROM layer.version WHERE layer = 'hazard_source'"
        [name] = connection.execute(query).fetchone() or [None]
        assert name
        connection.execute(
            sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier("layer", name))
        )
        yield
        connection.rollback()


def waiting(settings: Settings) -> int:
    with psycopg.connect(str(settings.database_url)) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'riskmap-tiles' AND state = 'active'"
        row = connection.execute(query).fetchone()
        assert row
        return int(row[0])


def test_a_tile_that_takes_too_long_is_given_up_by_name(served: Running, demo_settings: Settings) -> None:
    with locked(demo_settings):
        began = time.monotonic()
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{served.url}/{TILE}", timeout=20)  # noqa: S310 - our own server
        assert 2 < time.monotonic() - began < 8
        assert caught.value.code == 503
        assert json.load(caught.value)["code"] == "tile_timeout"
        assert caught.value.headers["Retry-After"]


@pytest.mark.parametrize(
    "path",
    [
        TILE,
        "ogc/collections/hazard_source/tiles/WebMercatorQuad/12/1685/3415",
        "ogc/tiles/WebMercatorQuad/12/1685/3415?collections=hazard_source",
    ],
)
def test_a_client_that_leaves_takes_its_query_along(
    path: str, served: Running, demo_settings: Settings
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with locked(demo_settings):
        client = socket.create_connection((host, int(port)))
        client.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        deadline = time.monotonic() + 2
        while waiting(demo_settings) == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert waiting(demo_settings) == 1
        client.close()
        left = time.monotonic()
        while waiting(demo_settings) and time.monotonic() < left + 1.5:
            time.sleep(0.02)
        assert waiting(demo_settings) == 0  # well before the 3 s after which it would have ended anyway


def test_slow_tiles_do_not_hold_up_the_other_questions(served: Running, demo_settings: Settings) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with locked(demo_settings):
        clients = [socket.create_connection((host, int(port))) for _ in range(12)]
        for number, client in enumerate(clients):
            client.sendall(
                f"GET /tiles/hazard_source/13/{6830 + number}/3370.mvt HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
        time.sleep(0.2)
        began = time.monotonic()
        with urllib.request.urlopen(f"{served.url}/api/layers", timeout=5) as answer:  # noqa: S310 - our own server
            assert answer.status == 200
        assert time.monotonic() - began < 1.5
        for client in clients:
            client.close()
    with urllib.request.urlopen(f"{served.url}/{TILE}", timeout=10) as answer:  # noqa: S310 - our own server
        assert answer.status in (200, 204)


def test_a_slow_tile_is_named_in_the_log(demo_settings: Settings, tmp_path: Path) -> None:
    server = start(demo_settings, tmp_path / "log", slow_tile_s=0.000001)
    with urllib.request.urlopen(f"{server.url}/{TILE}") as answer:  # noqa: S310 - our own server
        assert answer.status == 200
    server.stop()
    [line] = [line for line in server.log().splitlines() if "slow tile" in line]
    assert re.search(r"slow tile: hazard_source 12/3415/1685 took \d+\.\d\d s, \d+ bytes", line)


def test_the_server_log_says_nothing_of_clients_that_left(served: Running) -> None:
    noise = [
        line
        for line in Path(served.log_file).read_text().splitlines()
        if "Traceback" in line or "SELECT" in line
    ]
    assert noise == []
