"""The messages between the reading process and its caller: one byte of kind, eight of length, then the content.

The caller trusts nothing it gets: a kind it does not know or a length beyond the limit is an error, never an
allocation. Record batches travel in the encapsulated form of Arrow IPC, one per message.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

import pyarrow as pa

from layers.model import Json

HEADER = struct.Struct("<cQ")
FACTS, SCHEMA, BATCH, ERROR, END = b"F", b"S", b"B", b"E", b"Z"
KINDS = (FACTS, SCHEMA, BATCH, ERROR, END)
LONGEST = {FACTS: 64 << 20, SCHEMA: 8 << 20, BATCH: 1 << 30, ERROR: 1 << 20, END: 16 << 20}


class BrokenFrame(Exception):
    """What came is no message."""


def check(header: bytes) -> tuple[bytes, int]:
    """Return kind and length of the message that a header announces.

    Raises:
        BrokenFrame: unknown kind, or a length beyond the limit of its kind.
    """
    kind, length = HEADER.unpack(header)
    if kind not in KINDS or length > LONGEST[kind]:
        raise BrokenFrame(f"kind {kind!r}, length {length}")
    return kind, length


def send(pipe: int, kind: bytes, content: bytes | memoryview | pa.Buffer) -> None:
    """Write one message, however often the pipe takes only a part of it."""
    view = memoryview(content)
    _write(pipe, memoryview(HEADER.pack(kind, view.nbytes)))
    _write(pipe, view)


def send_json(pipe: int, kind: bytes, data: Json) -> None:
    """Write one message of JSON."""
    send(pipe, kind, as_bytes(data))


def as_bytes(data: Json) -> bytes:
    """Return JSON as bytes; text that is no Unicode (lone surrogates) is replaced rather than refused."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def from_bytes(content: bytes | memoryview | pa.Buffer) -> Any:
    """Return the JSON in a message.

    Raises:
        BrokenFrame: no JSON.
    """
    try:
        return json.loads(bytes(content))
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("no JSON") from error


def _write(pipe: int, view: memoryview) -> None:
    while view.nbytes:
        view = view[os.write(pipe, view) :]
