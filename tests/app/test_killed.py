"""The server killed in the middle of a load: what was served is served, and the load goes on or is let go."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.serving import Running, start

HEAD = "code,name,level,capacity,lon,lat\n"
WITHIN_S = 90.0
MANY = 150_000


@contextmanager
def server(settings: Settings, log: Path) -> Iterator[Running]:
    running = start(settings, log)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(15)


def kill(running: Running) -> None:
    running.process.kill()
    running.process.wait(15)


def rows(count: int, name: str) -> bytes:
    lines = (
        f"S{n},{name}{n},village,{n},{119 + n % 2000 / 1000:.3f},{29 + n // 2000 / 100}\n"
        for n in range(count)
    )
    return (HEAD + "".join(lines)).encode()


def ask(url: str, method: str = "GET", body: bytes | None = None, kind: str = "application/json") -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        return json.loads(answer.read())


def multipart(content: bytes) -> tuple[bytes, str]:
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="layer"\r\n\r\nshelter\r\n'
    head += f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="s.csv"\r\n\r\n'
    return head.encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def send(running: Running, content: bytes) -> Any:
    body, kind = multipart(content)
    return ask(f"{running.url}/api/loads", "POST", body, kind)


def until(running: Running, load: str, *states: str) -> Any:
    deadline = time.monotonic() + WITHIN_S
    while True:
        found = ask(f"{running.url}/api/loads/{load}")
        if not found["running"] and found["state"] in states:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def served(running: Running) -> int:
    layers = ask(f"{running.url}/api/layers")["layers"]
    return next((int(one["count"]) for one in layers if one["id"] == "shelter"), 0)


def test_a_server_killed_in_an_upload_and_in_a_read_serves_what_it_served_and_goes_on(
    empty_settings: Settings, tmp_path: Path
) -> None:
    log, many = tmp_path / "log", rows(MANY, "新")
    with server(empty_settings, log) as running:
        first = send(running, rows(20, "旧"))["id"]
        until(running, first, "checked")
        ask(f"{running.url}/api/loads/{first}/commit", "POST", b"{}")
        until(running, first, "loaded")
        body, kind = multipart(many)
        place = urlsplit(running.url)
        with socket.create_connection((place.hostname or "", place.port or 0)) as wire:
            head = ["POST /api/loads HTTP/1.1", f"Host: {place.netloc}", f"Content-Type: {kind}"]
            head += [f"Content-Length: {len(body)}", "", ""]
            wire.sendall("\r\n".join(head).encode() + body[: len(body) // 2])
            time.sleep(0.3)
            kill(running)
    with server(empty_settings, log) as running:
        assert served(running) == 20
        assert len(ask(f"{running.url}/api/loads")["loads"]) == 1
        load = send(running, many)["id"]
        assert ask(f"{running.url}/api/loads/{load}")["state"] in ("received", "staged")
        kill(running)
    with server(empty_settings, log) as running:
        assert served(running) == 20
        found = ask(f"{running.url}/api/loads/{load}")
        assert (found["state"] in ("received", "staged"), found["running"]) == (True, False)
        again = send(running, many)  # the same file again: the load goes on
        assert again["id"] == load
        assert until(running, load, "checked")["counts"]["selected"] == MANY
        ask(f"{running.url}/api/loads/{load}/commit", "POST", b"{}")
        until(running, load, "loaded")
        assert served(running) == MANY
        uploads = empty_settings.state_dir / "uploads"
        assert list(uploads.glob("in-*")) == []


def test_files_that_a_killed_server_left_are_deleted_after_a_day(
    empty_settings: Settings, tmp_path: Path
) -> None:
    uploads = empty_settings.state_dir / "uploads"
    for name, age_s in (("in-old", 2 * 24 * 3600), ("in-new", 60)):
        (uploads / name).mkdir(parents=True)
        (uploads / name / "s.csv").write_text("x")
        os.utime(uploads / name, (time.time() - age_s,) * 2)
    with TestClient(create_app(empty_settings)):
        assert [path.name for path in uploads.glob("in-*")] == ["in-new"]
