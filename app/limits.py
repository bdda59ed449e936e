"""Plain ASGI around all routes: HEAD is answered like GET without a body; bodies have a limit; no other site writes."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import problem

MOST_BODY_BYTES = 1 << 20
"""Enough for thousands of bases."""


class AnswerHead:
    """Answers HEAD with the status and headers of GET: clients of archives and monitors begin with it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask as GET and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class LimitBody:
    """Stops reading a request body beyond the limit, whatever its Content-Length says.

    POST to ``uploads``, or to ``fix`` below it, brings files and has a limit of its own, in bytes. Other bodies are
    read into memory whole and stay small.
    """

    def __init__(self, app: ASGIApp, uploads: str, most_upload_bytes: int) -> None:
        self.app, self.uploads, self.most_upload_bytes = app, uploads, most_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.most_upload_bytes if self._brings_files(scope) else MOST_BODY_BYTES
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:
                    raise HTTPException(413)
            return message

        await self.app(scope, counted, send)

    def _brings_files(self, scope: Scope) -> bool:
        path: str = scope["path"]
        below = path.startswith(f"{self.uploads}/") and path.endswith("/fix")
        return bool(scope["method"] == "POST") and (path == self.uploads or below)


class SameOrigin:
    """Refuses writes that a page of another site makes a visitor's browser send: there is no log-in to ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compare Origin with Host for everything that is not a read."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
            origin, host = headers.get(b"origin"), headers.get(b"host", "")
            if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
                answer = problem(
                    403, "other_origin", "拒绝来自其他网站的写入", "writes from other sites are refused"
                )
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)
