"""Answers to tile addresses, ready to be sent, and how they are kept in memory."""

from __future__ import annotations

from dataclasses import dataclass

from app.memory import Memory
from app.tiles.coding import Coding

Headers = tuple[tuple[bytes, bytes], ...]
OVERHEAD = 900
"""Bytes an answer takes besides its body: address, headers, objects."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers and body as they are sent, and how the body is packed."""

    status: int
    headers: Headers
    body: bytes
    coding: Coding
    head: bytes
    """The headers as HTTP/1.1 has them, with the empty line after them."""


class Kept(Memory[tuple[str, Coding], Answer]):
    """Answers by address and coding."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most_bytes, lambda answer: len(answer.body) + OVERHEAD)
