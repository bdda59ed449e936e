"""Asking a server for tiles ahead of those who will look at them; what is asked comes from its own catalogue."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import urlsplit

from pmtiles.tile import deserialize_header

from layers.errors import BadInput, NotFound, Unavailable
from layers.kinds.archive import HEADER_BYTES
from layers.mercator import cover

BUSY = 4
"""Requests at a time: as many as the server keeps connections for tiles."""
LONGEST_S = 60


@dataclass
class Warmed:
    """What was asked for and how it went."""

    tiles: int = 0
    empty: int = 0
    bytes: int = 0
    failed: int = 0
    first_failure: str = ""
    slowest: str = ""
    slowest_s: float = 0.0
    seconds: float = 0.0

    def plus(self, other: Warmed) -> Warmed:
        """Put two parts of the work together."""
        slower = max(self, other, key=lambda one: one.slowest_s)
        return Warmed(
            self.tiles + other.tiles,
            self.empty + other.empty,
            self.bytes + other.bytes,
            self.failed + other.failed,
            self.first_failure or other.first_failure,
            slower.slowest,
            slower.slowest_s,
        )


def tiles_to_warm(base: str, names: Sequence[str], maxzoom: int) -> list[str]:
    """Return the paths of the tiles of some layers (none named: of those the map opens with) that no archive holds.

    Raises:
        Unavailable: no server answers (code ``no_server``).
        NotFound: a layer that the server does not have, or has no data for (codes ``unknown_layer``, ``layer_empty``).
    """
    with _connection(base) as connection:
        status, body = _ask(connection, "/api/layers")
        if status != 200:
            raise _no_server(base)
        layers = {one["id"]: one for one in json.loads(body)["layers"]}
        for name in names:
            if name not in layers:
                raise NotFound(f"没有图层 {name!r}", f"there is no layer {name!r}", code="unknown_layer")
            if layers[name]["status"] != "loaded":
                raise NotFound(
                    f"图层 {name} 还没有载入数据", f"nothing was loaded for layer {name}", code="layer_empty"
                )
        chosen = [
            one
            for one in layers.values()
            if one["status"] == "loaded" and (one["id"] in names if names else one["visible"])
        ]
        return [path for one in chosen for path in _paths(connection, one, maxzoom)]


def _paths(connection: http.client.HTTPConnection, layer: Any, maxzoom: int) -> Iterator[str]:
    source = layer["source"]
    first = max(source["minzoom"], _archived(connection, layer["id"]) + 1)
    for zoom in range(first, min(maxzoom, source["maxzoom"]) + 1):
        for z, x, y in cover(tuple(layer["bounds"]), zoom):
            yield source["tiles"][0].replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))


def _archived(connection: http.client.HTTPConnection, name: str) -> int:
    """Return the highest zoom that the archive of a layer holds, -1 without one."""
    status, body = _ask(connection, f"/tiles/{name}.pmtiles", {"Range": f"bytes=0-{HEADER_BYTES - 1}"})
    if status != 206:
        return -1
    header: Any = deserialize_header(body)
    return int(header["max_zoom"])


def warm_tiles(base: str, paths: Sequence[str], advance: Callable[[int], None], *, at_once: int) -> Warmed:
    """Ask for tiles on several connections."""
    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        parts = pool.map(
            lambda share: _warm(base, share, advance), (paths[n::at_once] for n in range(at_once))
        )
        done = reduce(Warmed.plus, parts, Warmed())
    done.seconds = time.monotonic() - began
    return done


def _warm(base: str, paths: Sequence[str], advance: Callable[[int], None]) -> Warmed:
    done = Warmed()
    with _connection(base) as connection:
        for path in paths:
            began = time.monotonic()
            status, body = _ask(connection, path, {"Accept-Encoding": "gzip"})
            took = time.monotonic() - began
            advance(1)
            if status not in (200, 204):
                done.failed += 1
                done.first_failure = done.first_failure or f"{path}: {status}"
                continue
            done.tiles += 1
            done.empty += status == 204
            done.bytes += len(body)
            if took > done.slowest_s:
                done.slowest, done.slowest_s = path.partition("?")[0], took
    return done


@contextmanager
def _connection(base: str) -> Iterator[http.client.HTTPConnection]:
    parts, port = urlsplit(base), _port(base)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname or port == 0:
        raise BadInput(
            f"--url {base!r} 应如 http://主机:8000",
            f"--url {base!r} is like http://host:8000",
            code="bad_option",
        )
    connection = kinds[parts.scheme](parts.hostname, port, timeout=LONGEST_S)
    try:
        yield connection
    except (OSError, http.client.HTTPException) as error:
        raise _no_server(base) from error
    finally:
        connection.close()


def _port(base: str) -> int | None:
    try:
        return urlsplit(base).port
    except ValueError:
        return 0


def _ask(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def _no_server(base: str) -> Unavailable:
    return Unavailable(
        f"{base} 没有应答；请先启动 ./riskmap serve，或用 --url 指定",
        f"nothing answers at {base}; start ./riskmap serve first, or give --url",
        code="no_server",
    )
