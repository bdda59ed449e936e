"""The record of a load: one row of ``layer.load``, kept for ever, whatever became of the load."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    MetaData,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from etl.loads.profile import Profile, read_profile
from etl.sources.model import Finding, Survey, TableFacts
from layers.errors import Conflict, NotFound, Outdated
from layers.region import BEIJING

_METADATA = MetaData(schema="layer")
_TEXTS = (
    "kind",
    "parent",
    "state",
    "layer",
    "file",
    "file_sha256",
    "base",
    "version",
    "message",
    "owner",
    "person",
    "path",
)
_JSONS = ("profile", "survey", "facts", "reading", "operation", "questions", "findings", "counts")
LOAD = Table(
    "load",
    _METADATA,
    Column("id", Text, primary_key=True),
    *(Column(name, Text) for name in _TEXTS),
    *(Column(name, JSONB(none_as_null=True)) for name in _JSONS),
    *(
        Column(name, BigInteger)
        for name in ("revision", "shaped", "file_bytes", "rows_in", "rows_loaded", "rows_refused")
    ),
    Column("source_date", Date),
    *(Column(name, DateTime(timezone=True)) for name in ("started_at", "finished_at")),
)
OPEN_STATES = ("received", "staged", "checked", "committing")


def new_id() -> str:
    """Return an id that begins with the time of the province and can stand in a table name."""
    return f"{datetime.now(BEIJING):%y%m%d%H%M%S}{secrets.token_hex(3)}"


@dataclass
class Load:
    """What is known of a load so far.

    ``questions`` are decisions that are open; ``counts`` what it would change; ``path`` is where the file lies on the
    server, which no answer tells; ``shaped`` the version number for which the checked rows may become the layer's
    table as they are.
    """

    id: str = field(default_factory=new_id)
    state: str = "received"
    kind: str = "file"
    parent: str | None = None
    layer: str | None = None
    file: str = ""
    file_sha256: str = ""
    file_bytes: int = 0
    profile: Profile = field(default_factory=Profile)
    survey: Survey | None = None
    facts: TableFacts | None = None
    reading: dict[str, Any] | None = None
    operation: dict[str, Any] | None = None
    questions: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    rows_in: int = 0
    rows_loaded: int = 0
    rows_refused: int = 0
    base: str | None = None
    version: str | None = None
    message: str = ""
    owner: str = ""
    source_date: date | None = None
    person: str = ""
    path: str = ""
    shaped: int | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(BEIJING))
    finished_at: datetime | None = None
    revision: int = 0

    @property
    def open(self) -> bool:
        """Whether the load can still go on."""
        return self.state in OPEN_STATES

    @property
    def removes(self) -> bool:
        """Whether served rows that the file lacks are taken away."""
        return self.kind == "rollback" or self.profile.mode in ("replace", "sync")

    def as_row(self) -> dict[str, Any]:
        """Return the columns of the table."""
        row = {f.name: getattr(self, f.name) for f in fields(self)}
        row["profile"] = self.profile.model_dump(mode="json")
        row["survey"] = _storable(self.survey.as_json()) if self.survey else None
        row["facts"] = _storable(self.facts.as_json()) if self.facts else None
        row["findings"] = _storable([f.as_json() for f in self.findings])
        return row


def _storable(value: Any) -> Any:
    """Return samples of a file without NUL, which PostgreSQL holds in no text; the rows tell of theirs themselves."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list | tuple) else value


def create(connection: Connection, load: Load) -> Load:
    """Put a new load on record."""
    connection.execute(insert(LOAD).values(load.as_row()))
    return load


def save(connection: Connection, load: Load) -> Load:
    """Write what is known now. The revision grows.

    Raises:
        Conflict: somebody else has changed the load since it was read (code ``load_changed``).
    """
    row = {**load.as_row(), "revision": load.revision + 1}
    result = connection.execute(
        update(LOAD).where(LOAD.c.id == load.id, LOAD.c.revision == load.revision).values(row)
    )
    if result.rowcount != 1:
        raise load_changed(load.id)
    load.revision += 1
    return load


def get(connection: Connection, load_id: str) -> Load:
    """Return a load.

    Raises:
        NotFound: there is none of that id (code ``unknown_load``).
    """
    row = connection.execute(select(LOAD).where(LOAD.c.id == load_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"没有载入记录 {load_id[:40]!r}", f"there is no load {load_id[:40]!r}", code="unknown_load"
        )
    return from_row(dict(row))


def history(connection: Connection, layer: str | None, limit: int, offset: int = 0) -> Sequence[Load]:
    """Return the loads of a layer (or of all), the newest first."""
    query = select(LOAD).order_by(LOAD.c.started_at.desc(), LOAD.c.id.desc()).limit(limit).offset(offset)
    if layer is not None:
        query = query.where(LOAD.c.layer == layer)
    return [from_row(dict(row)) for row in connection.execute(query).mappings()]


def from_row(row: dict[str, Any]) -> Load:
    """Build a load from its row; its times are those of the province, whatever the zone of the server."""
    return Load(
        **{
            **row,
            "started_at": row["started_at"].astimezone(BEIJING),
            "finished_at": row["finished_at"].astimezone(BEIJING) if row["finished_at"] else None,
            "profile": read_profile(row["profile"]),
            "survey": Survey.from_json(row["survey"]) if row["survey"] else None,
            "facts": TableFacts.from_json(row["facts"]) if row["facts"] else None,
            "findings": [Finding.from_json(f) for f in row["findings"]],
        }
    )


def not_checked(load_id: str) -> Conflict:
    """Return the error of a commit that comes too early."""
    return Conflict(
        f"载入 {load_id} 还没有检查完，请继续或放弃",
        f"load {load_id} is not checked yet: go on with it or discard it",
        code="not_checked",
        load=load_id,
    )


def load_changed(load_id: str) -> Outdated:
    """Return the error of a load that somebody else has changed meanwhile."""
    return Outdated(
        f"载入 {load_id} 已被别人改动，请重新打开",
        f"load {load_id} was changed meanwhile; read it again",
        code="load_changed",
    )
