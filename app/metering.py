"""How long routes take, for ``/metrics``: plain ASGI, by route and not by address, so that the numbers stay few."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class MeterRequests:
    """Times requests until their answer begins; streams may go on for hours."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self._taken = Histogram(
            "riskmap_request_seconds",
            "time until an answer begins",
            ("method", "route", "status"),
            registry=registry,
            buckets=SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note when the answer begins."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(
                    scope.get("route"), "path", "tile" if scope["path"].endswith(".mvt") else "other"
                )
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._taken.labels(method, route, str(message["status"])).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, noted)
