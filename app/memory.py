"""What was made lately, kept in memory by bytes: the last ones asked for stay."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Values by key, at most ``most_bytes`` of them together as ``weigh`` gives their bytes. Threads may share it."""

    def __init__(self, most_bytes: int, weigh: Callable[[Value], int]) -> None:
        self._most, self._weigh = most_bytes, weigh
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, None where it is not kept."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
        return found

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value; those not asked for longest go."""
        with self._lock:
            before = self._values.pop(key, None)
            if before is not None:
                self.bytes -= self._weigh(before)
            self._values[key] = value
            self.bytes += self._weigh(value)
            while self.bytes > self._most:
                _, dropped = self._values.popitem(last=False)
                self.bytes -= self._weigh(dropped)
