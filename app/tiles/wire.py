"""What is ready is answered on the wire: the request line is looked up among the kept answers before it is even parsed.

uvicorn's protocol, with one question asked first. It takes plain requests for tiles that are kept, one at a time; all
else (conditions, bodies, pipelines, clients that do not read) goes the usual way. A parsed request costs about twice as
much (``benchmarks/tiles.py``, warm tiles).
"""

from __future__ import annotations

from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.tiles.coding import negotiate

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


def protocol_for(app: FastAPI) -> type[HttpToolsProtocol]:
    """Return the protocol of a server of this application."""

    class TilesFirst(HttpToolsProtocol):
        """Answers kept tiles at once."""

        def data_received(self, data: bytes) -> None:
            if not (data.startswith(BEGIN) and self._is_idle() and self._answered(data)):
                super().data_received(data)

        def _is_idle(self) -> bool:
            is_between = self.cycle is None or self.cycle.response_complete
            return is_between and not self.pipeline and not self.flow.write_paused

        def _answered(self, data: bytes) -> bool:
            line = data.find(LINE_END)
            if line < 0 or len(data) > LONGEST_REQUEST or data.find(END) != len(data) - len(END):
                return False
            headers = data[line + len(LINE_END) - 2 :].lower()
            if any(word in headers for word in SPECIAL):
                return False
            at = headers.find(ACCEPTED)
            accepted = b"" if at < 0 else headers[at + len(ACCEPTED) : headers.find(b"\r\n", at + 2)]
            tiles = getattr(app.state, "tiles", None)
            if tiles is None:
                return False
            coding = negotiate(accepted.decode("latin-1").strip())
            kept = tiles.kept.get(data[4:line].decode("latin-1"), coding)
            if kept is None:
                return False
            tiles.meters.count("wire")
            self._unset_keepalive_if_required()
            self.transport.writelines((STATUS[kept.status], self._now(), kept.head, kept.body))
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return True

        def _now(self) -> bytes:
            """The headers that every answer has: the date, the server."""
            return b"".join(
                name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers
            )

    return TilesFirst
