"""What is ready is answered on the wire: the request line is looked up among the kept answers before it is even parsed.

uvicorn's protocol, with one question asked first. It takes plain requests for tiles that are kept, one at a time; all
else (conditions, bodies, pipelines, clients that do not read) goes the usual way, at a fifth of the rate
(``benchmarks/tiles.py --only warm``).
"""

from __future__ import annotations

from functools import lru_cache

from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.tiles.coding import Coding, negotiate

BEGIN, END = b"GET /tiles/", b"\r\n\r\n"
LINE_END = b" HTTP/1.1\r\n"
LONGEST_REQUEST = 8_192
ACCEPTED = b"\r\naccept-encoding:"
SPECIAL = (
    b"\r\nif-",
    b"\r\nrange:",
    b"\r\ncontent-",
    b"\r\ntransfer-",
    b"\r\nupgrade:",
    b"\r\nexpect:",
    b"\r\nconnection: close",
)
STATUS = {200: b"HTTP/1.1 200 OK\r\n", 204: b"HTTP/1.1 204 No Content\r\n"}


@lru_cache(maxsize=512)
def coding_of_plain(headers: bytes) -> Coding | None:
    """Return the coding that the headers of one whole plain request allow, None for any other request.

    A client sends the same headers with every tile, so they are read once.
    """
    if headers.find(END) != len(headers) - len(END):
        return None
    lower = headers.lower()
    if any(word in lower for word in SPECIAL):
        return None
    at = lower.find(ACCEPTED)
    accepted = b"" if at < 0 else lower[at + len(ACCEPTED) : lower.find(b"\r\n", at + 2)]
    return negotiate(accepted.decode("latin-1").strip())


def protocol_for(app: FastAPI) -> type[HttpToolsProtocol]:
    """Return the protocol of a server of this application."""

    class TilesFirst(HttpToolsProtocol):
        """Answers kept tiles at once."""

        _answered_at = 0.0
        _made_of: object = None
        _common = b""

        def data_received(self, data: bytes) -> None:
            if not (data.startswith(BEGIN) and self._is_idle() and self._answered(data)):
                super().data_received(data)

        def _is_idle(self) -> bool:
            is_between = self.cycle is None or self.cycle.response_complete
            return is_between and not self.pipeline and not self.flow.write_paused

        def _answered(self, data: bytes) -> bool:
            line = data.find(LINE_END)
            if line < 0 or len(data) > LONGEST_REQUEST:
                return False
            coding = coding_of_plain(data[line:])
            tiles = getattr(app.state, "tiles", None)
            if coding is None or tiles is None:
                return False
            kept = tiles.kept.get((data[4:line].decode("latin-1"), coding))
            if kept is None:
                return False
            tiles.meters.count("wire")
            self.transport.write(b"".join((STATUS[kept.status], self._now(), kept.head, kept.body)))
            self._answered_at = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._wait(self.timeout_keep_alive)
            return True

        def _now(self) -> bytes:
            """The headers that every answer has: the date, the server. uvicorn makes them anew each second."""
            if self._made_of is not self.server_state.default_headers:
                self._made_of = self.server_state.default_headers
                self._common = b"".join(n + b": " + v + b"\r\n" for n, v in self._made_of)
            return self._common

        def timeout_keep_alive_handler(self) -> None:
            """Close a connection at rest; one timer looks after many answers, as setting one for each costs as much."""
            rest = self._answered_at + self.timeout_keep_alive - self.loop.time()
            if rest > 0 and not self.transport.is_closing():
                self._wait(rest)
            else:
                super().timeout_keep_alive_handler()

        def _wait(self, seconds: float) -> None:
            self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    return TilesFirst
