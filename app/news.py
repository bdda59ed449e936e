"""What has changed, told to every open page at once: PostgreSQL notifies, one connection here listens.

A notification can be lost (the database restarts, the connection breaks), so every page is told what is served now
whenever the connection stands anew, and when it opens.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from app.catalogue import Catalogue
from app.db import listening_connection
from app.state.tables import CHANNEL as STATE_CHANNEL
from layers.store import CHANNEL

RETRY_S = 2.0
ALIVE_EVERY_S = 15.0
MOST_WAITING = 50
"""Events kept for a page that does not read; it is let go then, and asks anew when it comes back."""
BROKEN = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class News:
    """Tells open pages which layer versions are served, as soon as that changes."""

    def __init__(self, database_url: str, catalogue: Catalogue) -> None:
        self._url, self._catalogue = database_url, catalogue
        self._readers: set[asyncio.Queue[bytes | None]] = set()
        self._work: asyncio.Task[None] | None = None
        self.closed = False

    @property
    def readers(self) -> int:
        """How many pages are open."""
        return len(self._readers)

    def start(self) -> None:
        """Begin to listen."""
        self._work = asyncio.create_task(self._listen())

    def close(self) -> None:
        """End all streams: a server that stops does not wait for pages that stay open."""
        self.closed = True
        self._tell(None)

    async def stop(self) -> None:
        """Stop listening."""
        self.close()
        if self._work is not None:
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work

    async def events(self) -> AsyncIterator[bytes]:
        """Return the server-sent events for one page: ``layers``, first with everything that is served now."""
        reader: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._readers.add(reader)
        try:
            yield await self._event()
            while not self.closed:
                try:
                    event = await asyncio.wait_for(reader.get(), ALIVE_EVERY_S)
                except TimeoutError:
                    event = b": alive\n\n"
                if event is None:
                    return
                yield event
        finally:
            self._readers.discard(reader)

    async def _event(self, layers: list[str] | None = None) -> bytes:
        """Return an event with the served versions of these layers, or of all."""
        served = await asyncio.to_thread(self._catalogue.current)
        told = {
            name: {"version": one.version, "parent": one.parent, "changed": one.changed}
            for name, one in served.items()
            if layers is None or name in layers
        }
        return f"event: layers\ndata: {json.dumps({'layers': told, 'all': layers is None})}\n\n".encode()

    def _tell(self, event: bytes | None) -> None:
        for reader in list(self._readers):
            try:
                reader.put_nowait(event)
            except asyncio.QueueFull:
                self._readers.discard(reader)
                reader.get_nowait()
                reader.put_nowait(None)

    async def _listen(self) -> None:
        """Pass notifications on for ever; after a broken connection all pages are told everything."""
        is_first = True
        while True:
            heard: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
            connection: asyncpg.Connection | None = None
            try:
                connection = await listening_connection(self._url)
                connection.add_termination_listener(lambda _, queue=heard: queue.put_nowait(None))
                for channel in (CHANNEL, STATE_CHANNEL):
                    await connection.add_listener(
                        channel, lambda *notice, queue=heard: self._note(notice[-2], str(notice[-1]), queue)
                    )
                await asyncio.to_thread(self._catalogue.catch_up)
                if not is_first:
                    self._tell(await self._event())
                    self._tell(_state({"all": True}))
                is_first = False
                while (notice := await heard.get()) is not None:
                    channel, payload = notice
                    if channel == STATE_CHANNEL:
                        self._tell(_state(json.loads(payload)))
                    else:
                        await asyncio.to_thread(self._catalogue.catch_up)
                        self._tell(await self._event(_names(payload)))
            except (*BROKEN, SQLAlchemyError):
                is_first = False
            finally:
                self._catalogue.notice()
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(RETRY_S)

    def _note(self, channel: str, payload: str, heard: asyncio.Queue[tuple[str, str] | None]) -> None:
        if channel == CHANNEL:
            self._catalogue.notice()
        heard.put_nowait((channel, payload))


def _state(what: dict[str, Any]) -> bytes:
    """Return an event that tells what people have changed: an incident, the live values of an object, or all."""
    return f"event: state\ndata: {json.dumps(what)}\n\n".encode()


def _names(payload: str) -> list[str] | None:
    """Return the layers a notification names; None, all, where it does not say."""
    try:
        said: Any = json.loads(payload)
    except ValueError:
        return None
    return list(said) if isinstance(said, dict) else None
