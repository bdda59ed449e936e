"""Gzip for pages and JSON; tiles and archives come packed and must keep their byte ranges."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send


class CompressText(GZipMiddleware):
    """Starlette's gzip, everywhere but under ``/tiles``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass tiles through untouched."""
        if scope["type"] == "http" and scope["path"].startswith("/tiles/"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
