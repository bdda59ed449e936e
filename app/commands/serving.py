"""Serving until told to stop: the port is taken first, the ready line comes last."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.tiles.wire import protocol_for
from layers.errors import Unavailable

TRIED_PORTS = 20


@contextmanager
def stop_on_sigterm() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that every ``with`` block closes what it opened."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def reserve_port(host: str, port: int | None, first: int) -> Iterator[socket.socket]:
    """Take the port before any long work; without a wish, the first free one from ``first`` on.

    Raises:
        Unavailable: the port is in use or not ours to take (codes ``port_in_use``, ``port_refused``).
    """
    for candidate in [port] if port else range(first, min(first + TRIED_PORTS, 65536)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(256)
        except OSError as error:
            listener.close()
            if error.errno != 98 or port:  # 98: address in use
                raise _port_refused(host, candidate, error) from error
            continue
        with listener:
            yield listener
        return
    raise Unavailable(
        f"端口 {first} 起的 {TRIED_PORTS} 个端口都被占用，请用 --port 指定",
        f"ports {first} and the next {TRIED_PORTS - 1} are all in use; choose one with --port",
        code="port_in_use",
    )


def serve_until_stopped(settings: Settings, listener: socket.socket) -> None:
    """Serve; prints one line with the URL when the map can be opened; returns after Ctrl-C or SIGTERM."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=protocol_for(app),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        limit_concurrency=1000,
        h11_max_incomplete_event_size=1 << 16,
    )
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
    try:
        _Server(config, app, f"riskmap is ready: http://{shown}:{port}/").run(sockets=[listener])
    except KeyboardInterrupt:
        sys.stderr.write("riskmap: stopping\n")


class _Server(uvicorn.Server):
    """Says that it is ready once it answers, and ends what would go on for ever when it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready_line: str) -> None:
        super().__init__(config)
        self._app, self._ready_line = app, ready_line

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of events first: open pages would hold the server until it loses patience."""
        self._app.state.news.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"{self._ready_line}\n")
            sys.stdout.flush()


def _port_refused(host: str, port: int, error: OSError) -> Unavailable:
    if error.errno == 98:
        return Unavailable(
            f"端口 {port} 已被占用，请换一个，如 ./riskmap demo --port {port + 1}",
            f"port {port} is in use; choose another, e.g. ./riskmap demo --port {port + 1}",
            code="port_in_use",
        )
    why = error.strerror
    return Unavailable(
        f"不能监听 {host}:{port}：{why}", f"cannot listen on {host}:{port}: {why}", code="port_refused"
    )
