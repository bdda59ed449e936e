"""The table of constants as it stands at one version: rows, and the sets they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from layers.constants.values import Steps, Value, write_value
from layers.errors import NotFound
from layers.model import Text

Confidence = Literal["A", "B", "C"]


@dataclass(frozen=True)
class Constant:
    """One row. ``key`` is ``<set>.<name>``; ``version`` the version of the table in which it got this value.

    Confidence: A official page, own calculation or two agreeing sources; B one second-hand source; C not verified.
    """

    key: str
    value: Value
    unit: str
    title: Text
    source: str
    confidence: Confidence
    version: int = 1
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    reason: str = ""

    @property
    def set(self) -> str:
        """The set (of cut-offs, of factors) that the row belongs to."""
        return self.key.split(".", 1)[0]

    @property
    def confirmed(self) -> bool:
        """Whether it may be shown without a mark: signed by the department, or of confidence A as shipped."""
        return self.confirmed_by is not None or self.confidence == "A"

    def as_json(self) -> dict[str, Any]:
        """Describe the row for the API, the command line and exports."""
        times = {"confirmed_at": self.confirmed_at, "changed_at": self.changed_at}
        return {
            "key": self.key,
            "set": self.set,
            "value": write_value(self.value),
            "unit": self.unit,
            "title": self.title.as_json(),
            "source": self.source,
            "confidence": self.confidence,
            "version": self.version,
            "confirmed": self.confirmed,
            "confirmed_by": self.confirmed_by,
            "changed_by": self.changed_by,
            "reason": self.reason,
            **{name: time.isoformat() if time else None for name, time in times.items()},
        }


@dataclass(frozen=True)
class ConstantSet:
    """A set as a grade names it: ``id@version``. The version is that of the newest of its rows."""

    id: str
    version: int
    confirmed: bool

    def __str__(self) -> str:
        """Return ``id@version``."""
        return f"{self.id}@{self.version}"

    def as_json(self) -> dict[str, Any]:
        """Describe the set."""
        return {"id": self.id, "version": self.version, "confirmed": self.confirmed}


@dataclass(frozen=True, eq=False)
class Constants(Mapping[str, Constant]):
    """The rows by key at one version of the table."""

    rows: Mapping[str, Constant]
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: str) -> Constant:
        """Return a row; NotFound (code ``unknown_constant``) when there is none."""
        if key not in self.rows:
            raise NotFound(f"没有常数 {key!r}", f"there is no constant {key!r}", code="unknown_constant")
        return self.rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def version(self) -> int:
        """The version of the table."""
        return max((row.version for row in self.rows.values()), default=0)

    def number(self, key: str) -> float:
        """Return a row that is a number."""
        value = self[key].value
        if not isinstance(value, float):
            raise _wrong(key, "数", "number")
        return value

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a row that is a list of numbers."""
        value = self[key].value
        if isinstance(value, float):
            return (value,)
        if not isinstance(value, tuple):
            raise _wrong(key, "一列数", "list of numbers")
        return value

    def steps(self, key: str) -> Steps:
        """Return a row that is a list of steps."""
        value = self[key].value
        if not isinstance(value, Steps):
            raise _wrong(key, "分级", "list of steps")
        return value

    def word(self, key: str) -> str:
        """Return a row as text."""
        return write_value(self[key].value)

    def under(self, prefix: str) -> dict[str, Constant]:
        """Return the rows whose key begins with ``<prefix>.``, by the rest of their key."""
        start = f"{prefix}."
        return {key[len(start) :]: row for key, row in self.rows.items() if key.startswith(start)}

    def set(self, set_id: str) -> ConstantSet:
        """Return a set; NotFound (code ``unknown_cutoffs``) when no row belongs to it."""
        if set_id not in self._sets:
            raise NotFound(
                f"没有阈值集 {set_id!r}", f"there is no cut-off set {set_id!r}", code="unknown_cutoffs"
            )
        return self._sets[set_id]

    @cached_property
    def _sets(self) -> dict[str, ConstantSet]:
        """All sets, in the order of the table."""
        found: dict[str, ConstantSet] = {}
        for row in self.rows.values():
            one = found.get(row.set, ConstantSet(row.set, 0, True))
            found[row.set] = ConstantSet(
                row.set, max(one.version, row.version), one.confirmed and row.confirmed
            )
        return found

    def sets(self) -> list[ConstantSet]:
        """Return all sets, in the order of the table."""
        return list(self._sets.values())


def _wrong(key: str, zh: str, en: str) -> NotFound:
    return NotFound(f"常数 {key} 不是{zh}", f"the constant {key} is not a {en}", code="unknown_constant")
