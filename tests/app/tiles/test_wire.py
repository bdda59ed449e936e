"""Kept tiles on the wire: the same answer as the long way, and no request is misread."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.settings import Settings
from tests.serving import Running, start

HEADERS = "Host: x\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n"


@pytest.fixture(scope="module")
def served(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = start(demo_settings, tmp_path_factory.mktemp("wire") / "log")
    yield server
    server.stop()


@pytest.fixture
def line(served: Running) -> Iterator[socket.socket]:
    host, port = served.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        yield connection


@pytest.fixture(scope="module")
def address(served: Running) -> str:
    with urllib.request.urlopen(f"{served.url}/tiles/shelter/tilejson.json") as answer:  # noqa: S310 - our own server
        version = answer.read().decode().split("?v=")[1].split('"')[0]
    return f"/tiles/shelter/9/427/210.mvt?v={version}"


def ask(
    line: socket.socket, address: str, more: str = "", verb: str = "GET"
) -> tuple[str, dict[str, str], bytes]:
    line.sendall(f"{verb} {address} HTTP/1.1\r\n{HEADERS}{more}\r\n".encode())
    return read(line, verb)


def read(line: socket.socket, verb: str = "GET") -> tuple[str, dict[str, str], bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(1)
    first, *rest = got.decode().strip().split("\r\n")
    headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
    wanted = 0 if verb == "HEAD" else int(headers.get("content-length", 0))
    body = b""
    while len(body) < wanted:
        body += line.recv(wanted - len(body))
    return first, headers, body


def on_the_wire(served: Running) -> float:
    with urllib.request.urlopen(f"{served.url}/metrics") as answer:  # noqa: S310 - our own server
        lines = answer.read().decode().splitlines()
    found = [float(one.split()[-1]) for one in lines if one.startswith('riskmap_tiles_total{origin="wire"}')]
    return found[0] if found else 0.0


def test_a_kept_tile_is_the_same_on_the_wire(served: Running, line: socket.socket, address: str) -> None:
    first = ask(line, address)
    before = on_the_wire(served)
    second = ask(line, address)
    assert on_the_wire(served) == before + 1
    assert first[0] == second[0] == "HTTP/1.1 200 OK"
    assert first[1] | {"date": ""} == second[1] | {"date": ""}
    assert first[2] == second[2] != b""


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ('If-None-Match: "x"\r\n', "200"),
        ("If-None-Match: *\r\n", "304"),
        ("Connection: close\r\n", "200"),
        ("Content-Length: 0\r\n", "200"),
    ],
)
def test_a_request_with_more_to_it_goes_the_usual_way(
    more: str, status: str, served: Running, line: socket.socket, address: str
) -> None:
    ask(line, address)
    before = on_the_wire(served)
    assert ask(line, address, more)[0].split()[1] == status
    assert on_the_wire(served) == before


def test_requests_that_come_together_are_all_answered_in_order(line: socket.socket, address: str) -> None:
    kept = ask(line, address)
    request = f"GET {address} HTTP/1.1\r\n{HEADERS}\r\n"
    line.sendall((request + request.replace(address, "/health") + request).encode())
    answers = [read(line) for _ in range(3)]
    assert [one[2] == kept[2] for one in answers] == [True, False, True]


def test_a_request_in_pieces_is_answered_once_it_is_whole(line: socket.socket, address: str) -> None:
    kept = ask(line, address)
    request = f"GET {address} HTTP/1.1\r\n{HEADERS}\r\n".encode()
    for piece in (request[:4], request[4:30], request[30:-2], request[-2:]):
        line.sendall(piece)
    assert read(line)[2] == kept[2]


def test_head_and_an_unknown_tile_are_not_taken_for_the_kept_one(line: socket.socket, address: str) -> None:
    kept = ask(line, address)
    _, headers, body = ask(line, address, verb="HEAD")
    assert body == b""
    assert headers["content-length"] == str(len(kept[2]))
    assert ask(line, address.replace("/427/", "/9999/"))[0].split()[1] == "404"
    assert ask(line, address)[2] == kept[2]


def test_the_log_is_clean(served: Running) -> None:
    assert "Traceback" not in served.log()
