"""The tile path as plain ASGI ahead of every other route: a tile pays for no routing, validation or buffering."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.catalogue import Catalogue
from app.errors import answer_for
from app.tiles.asked import Asked, read
from app.tiles.coding import PREFERRED, Coding, negotiate, pack, unpack
from app.tiles.kept import Answer, Headers, Kept
from app.tiles.meters import Meters
from app.tiles.source import TileSource
from layers.store import LayerVersion

MVT = b"application/vnd.mapbox-vector-tile"
FOR_EVER = b"public, max-age=31536000, immutable"
ASK_AGAIN = b"no-cache"
COMMON = ((b"vary", b"Accept-Encoding"), (b"x-content-type-options", b"nosniff"))


class Tiles:
    """Answers tile addresses: from what is kept, or from the source."""

    def __init__(self, catalogue: Catalogue, source: TileSource, meters: Meters, most_bytes: int) -> None:
        self._catalogue, self._source, self.meters = catalogue, source, meters
        self.kept = Kept(most_bytes)
        meters.watch("riskmap_tiles_kept_bytes", "tiles kept in memory, bytes", lambda: self.kept.bytes)
        meters.watch("riskmap_tiles_kept", "tiles kept in memory", lambda: len(self.kept))

    async def answer(self, asked: Asked, accepted: str, known: str, receive: Receive) -> Answer:
        """Return the answer to a tile; ``known`` are the ETags that the client has (If-None-Match).

        Raises:
            RiskmapError: no such version, too slow, too busy.
            ClientDisconnect: the client left before its tile was made.
        """
        coding = negotiate(accepted)
        if asked.version is not None and _has(known, _etag(asked, asked.version, coding)):
            # the name says it all: nothing is looked up
            return self._not_modified(asked, asked.version, coding)
        version = await self._version(asked)
        if known and (known.strip() == "*" or _has(known, _etag(asked, version.version, coding))):
            return self._not_modified(asked, version.version, coding)
        address = asked.address(version.version)
        kept = self.kept.get((address, coding))
        if kept is None:
            kept = await self._find(asked, version, coding, receive)
            self.kept.keep((address, kept.coding), kept)
        else:
            self.meters.count("kept")
        return kept if asked.is_fixed else _asked_again(kept)

    async def _version(self, asked: Asked) -> LayerVersion:
        known = self._catalogue.in_memory(asked.layer, asked.version)
        if known is not None:
            return known
        return await asyncio.to_thread(self._catalogue.version, asked.layer, asked.version)

    async def _find(self, asked: Asked, version: LayerVersion, coding: Coding, receive: Receive) -> Answer:
        body, packed = self._unchanged_body(asked, version, coding) or await _unless_gone(
            receive, self._source.tile(asked, version)
        )
        if body and packed != coding:
            body = await _recoded(body, packed, coding)
        etag = _etag(asked, version.version, coding)
        headers: Headers = ((b"etag", etag.encode()), (b"cache-control", FOR_EVER), *COMMON)
        if body:
            headers += ((b"content-type", MVT), (b"content-length", str(len(body)).encode()))
            if coding != "identity":
                headers += ((b"content-encoding", coding.encode()),)
        return _answer(200 if body else 204, headers, body, coding)

    def _unchanged_body(
        self, asked: Asked, version: LayerVersion, coding: Coding
    ) -> tuple[bytes, Coding] | None:
        """Return the tile as it is kept packed in another way, or of the version before where they do not differ."""
        names = [version.version]
        if version.parent is not None and asked.is_as_in_parent(version):
            names.append(version.parent)
        for name in names:
            for other in (coding, *PREFERRED, "identity"):
                kept = self.kept.get((asked.address(name), other))
                if kept is not None:
                    self.meters.count("repacked" if name == version.version else "version before")
                    return kept.body, kept.coding
        return None

    def _not_modified(self, asked: Asked, version: str, coding: Coding) -> Answer:
        self.meters.count("not modified")
        control = FOR_EVER if asked.is_fixed else ASK_AGAIN
        etag = _etag(asked, version, coding).encode()
        return _answer(304, ((b"etag", etag), (b"cache-control", control), *COMMON), b"", coding)


class TileDoor:
    """Lets tile addresses in ahead of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, pass everything else on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"].endswith(".mvt"):
            await answer_tile(scope, receive, send, self.app)
        else:
            await self.app(scope, receive, send)


async def answer_tile(scope: Scope, receive: Receive, send: Send, otherwise: ASGIApp) -> None:
    """Answer the tile of a request's address; what is no such address goes ``otherwise``."""
    state: Any = scope["app"].state
    try:
        asked = read(scope["path"], scope["query_string"], state.catalogue.registry)
        if asked is None:
            await otherwise(scope, receive, send)
            return
        await send_tile(asked, state.tiles, scope, receive, send)
    except Exception as error:
        answer = await answer_for(scope, error)
        if answer is None:
            raise
        await answer(scope, receive, send)


async def send_tile(asked: Asked, tiles: Tiles, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the tile that is asked for."""
    accepted = known = ""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value.decode("latin-1")
        elif name == b"if-none-match":
            known = value.decode("latin-1")
    answer = await tiles.answer(asked, accepted, known, receive)
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


class TileResponse(Response):
    """What a route returns to have a tile sent."""

    def __init__(self, asked: Asked, tiles: Tiles) -> None:
        super().__init__()
        self._asked, self._tiles = asked, tiles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; errors are those of any route."""
        await send_tile(self._asked, self._tiles, scope, receive, send)


def _answer(status: int, headers: Headers, body: bytes, coding: Coding) -> Answer:
    head = b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"
    return Answer(status, headers, body, coding, head)


def _asked_again(kept: Answer) -> Answer:
    """Return an answer whose address names no version: the client asks whether it still holds."""
    headers = tuple((n, ASK_AGAIN if n == b"cache-control" else v) for n, v in kept.headers)
    return _answer(kept.status, headers, kept.body, kept.coding)


def _etag(asked: Asked, version: str, coding: Coding) -> str:
    packed = "" if coding == "identity" else f"-{coding}"
    return f'"{asked.layer.id}-{version}-{asked.z}-{asked.x}-{asked.y}{asked.mark}{packed}"'


def _has(known: str, etag: str) -> bool:
    return bool(known) and any(part.strip().removeprefix("W/") == etag for part in known.split(","))


LARGE = 100_000
"""Bytes from which a tile is packed in a thread, so that others are answered meanwhile."""


async def _recoded(body: bytes, packed: Coding, coding: Coding) -> bytes:
    def work() -> bytes:
        return pack(unpack(body, packed), coding)

    return await asyncio.to_thread(work) if len(body) > LARGE else work()


async def _unless_gone(receive: Receive, work: Any) -> tuple[bytes, Coding]:
    """Await a tile, but let go of it when the client leaves; nobody else would notice."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    if task.done():
        found: tuple[bytes, Coding] = task.result()
        return found
    watch = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        made: tuple[bytes, Coding] = task.result()
    finally:
        task.cancel()
        watch.cancel()
    return made


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
