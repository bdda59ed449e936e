"""A small HTTP client that asks for many tiles at once and notes how long each took and how large it was."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import uvloop

ACCEPTED = "gzip, deflate, br, zstd"
"""What a browser takes."""


@dataclass(frozen=True)
class Asked:
    """What came of a round: seconds of each answer, its bytes on the wire, its status; seconds of the whole."""

    seconds: np.ndarray
    sizes: np.ndarray
    statuses: np.ndarray
    whole_s: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.whole_s

    def milliseconds(self, percentile: float) -> float:
        """Return a percentile of the times in milliseconds."""
        return float(np.percentile(self.seconds, percentile) * 1000)

    @property
    def faults(self) -> int:
        """How many answers were neither a tile nor empty."""
        return int((~np.isin(self.statuses, (200, 204, 404))).sum())


def ask(port: int, addresses: Sequence[str], connections: int) -> Asked:
    """Ask for addresses in their order over so many connections, each with one request at a time."""
    return uvloop.run(_ask(port, addresses, connections))


async def _ask(port: int, addresses: Sequence[str], connections: int) -> Asked:
    waiting = iter(addresses)
    lines = [_Line() for _ in range(min(connections, len(addresses)))]
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", port) for one in lines))
    began = time.perf_counter()
    found = await asyncio.gather(*(_drain(line, waiting) for line in lines))
    whole = time.perf_counter() - began
    for line in lines:
        line.transport.close()
    seconds, sizes, statuses = (np.array(column) for column in zip(*itertools.chain(*found), strict=True))
    return Asked(seconds, sizes, statuses, whole)


async def _drain(line: _Line, waiting: Iterator[str]) -> list[tuple[float, int, int]]:
    found = []
    for address in waiting:
        began = time.perf_counter()
        status, size = await line.get(address)
        found.append((time.perf_counter() - began, size, status))
    return found


class _Line(asyncio.Protocol):
    """One connection; reads answers with Content-Length, chunked or empty."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._got = bytearray()
        self._answer: asyncio.Future[tuple[int, int]] | None = None

    def get(self, address: str) -> asyncio.Future[tuple[int, int]]:
        self._answer = asyncio.get_running_loop().create_future()
        self._got.clear()
        head = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: {ACCEPTED}\r\n\r\n"
        self.transport.write(head.encode())
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = bytes(self._got[:end]).lower()
        status, body = int(head[9:12]), len(self._got) - end - 4
        if status in (204, 304):
            self._answer.set_result((status, 0))
        elif (at := head.find(b"content-length:")) >= 0:
            length = int(head[at + 15 :].split(b"\r", 1)[0])
            if body >= length:
                self._answer.set_result((status, length))
        elif self._got.endswith(b"0\r\n\r\n"):
            self._answer.set_result((status, body))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))
