"""Answers kept in memory, by bytes: the last ones asked for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

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


class Kept:
    """Answers by address and coding, at most ``most_bytes`` of them together."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._answers: OrderedDict[tuple[str, Coding], Answer] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, address: str, coding: Coding) -> Answer | None:
        """Return the answer to an address, None where it is not kept."""
        found = self._answers.get((address, coding))
        if found is not None:
            self._answers.move_to_end((address, coding))
        return found

    def keep(self, address: str, answer: Answer) -> None:
        """Keep an answer; the one not asked for longest goes."""
        key = (address, answer.coding)
        before = self._answers.pop(key, None)
        if before is not None:
            self.bytes -= len(before.body) + OVERHEAD
        self._answers[key] = answer
        self.bytes += len(answer.body) + OVERHEAD
        while self.bytes > self._most:
            _, dropped = self._answers.popitem(last=False)
            self.bytes -= len(dropped.body) + OVERHEAD
