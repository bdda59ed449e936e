"""The ledger: one row per attempt to load a file, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from etl.manifest import Entry
from etl.rows import KEPT, Refusal
from layers.store import LEDGER


@dataclass
class LedgerRow:
    """What is known of an attempt so far; ``write`` puts it on record."""

    layer: str
    file: str
    owner: str = ""
    source_date: Any = None
    file_sha256: str = ""
    rows_in: int = 0
    rows_loaded: int = 0
    refusals: Sequence[Refusal] = ()
    version: str | None = None
    note: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def begin(cls, entry: Entry) -> LedgerRow:
        """Open a row for an entry of a manifest."""
        return cls(layer=entry.id, file=entry.file, owner=entry.owner, source_date=entry.source_date)

    def write(self, connection: Connection, status: str, message: str = "") -> None:
        """Put the attempt on record with ``loaded``, ``unchanged``, ``refused`` or ``failed``."""
        connection.execute(
            LEDGER.insert().values(
                layer=self.layer,
                file=self.file,
                file_sha256=self.file_sha256,
                rows_in=self.rows_in,
                rows_loaded=self.rows_loaded,
                rows_refused=len({r.row for r in self.refusals}),
                refused=[r.as_json() for r in self.refusals[:KEPT]],
                status=status,
                message=message,
                owner=self.owner,
                source_date=self.source_date,
                version=self.version,
                started_at=self.started_at,
                finished_at=datetime.now(UTC),
            )
        )
