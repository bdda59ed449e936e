"""Saved profiles: how files with these columns were loaded before; every save is a new version of its name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.profile import Profile
from etl.loads.sqltools import run
from layers.errors import BadInput, NotFound
from layers.region import BEIJING

LONGEST_NAME = 80
OF_ONE_FILE = {"source_date", "table", "shift"}
"""Keys that belong to one file and not to its kind: never saved."""


@dataclass(frozen=True)
class SavedProfile:
    """A profile under a name. ``columns`` are the names of the columns it was made for."""

    name: str
    version: int
    layer: str
    columns: list[str]
    body: dict[str, Any]
    saved_by: str
    saved_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the profile as JSON."""
        return {**self.__dict__, "saved_at": self.saved_at.astimezone(BEIJING).isoformat()}


_COLUMNS = "name, version, layer, columns, body, saved_by, saved_at"


def save(
    connection: Connection, name: str, layer: str, columns: Sequence[str], profile: Profile, by: str
) -> SavedProfile:
    """Save a profile as the next version of its name.

    Raises:
        BadInput: an empty or overlong name (code ``bad_profile``).
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInput(
            f"方案名称应为 1 到 {LONGEST_NAME} 个字",
            f"the name of a profile has 1 to {LONGEST_NAME} characters",
            code="bad_profile",
            field="name",
        )
    body = profile.model_dump(mode="json", exclude=OF_ONE_FILE, exclude_defaults=True)
    row = run(
        connection,
        sql.SQL(
            "INSERT INTO layer.profile (name, version, layer, columns, body, saved_by) SELECT {name},"
            " coalesce(max(version), 0) + 1, {layer}, {columns}::jsonb, {body}::jsonb, {by}"
            " FROM layer.profile WHERE name = {name} RETURNING "
        ).format(
            name=sql.Literal(name),
            layer=sql.Literal(layer),
            columns=sql.Literal(json.dumps(list(columns), ensure_ascii=False)),
            body=sql.Literal(json.dumps(body, ensure_ascii=False)),
            by=sql.Literal(by),
        )
        + sql.SQL(_COLUMNS),
    ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row
    return SavedProfile(*row)


def get(connection: Connection, name: str) -> SavedProfile:
    """Return the newest version of a profile.

    Raises:
        NotFound: no profile of that name (code ``unknown_profile``).
    """
    query = sql.SQL("SELECT {} FROM layer.profile WHERE name = {} ORDER BY version DESC LIMIT 1").format(
        sql.SQL(_COLUMNS), sql.Literal(name)
    )
    row = run(connection, query).fetchone()
    if row is None:
        raise NotFound(
            f"没有载入方案 {name[:40]!r}", f"there is no profile {name[:40]!r}", code="unknown_profile"
        )
    return SavedProfile(*row)


def fitting(connection: Connection, layer: str | None, columns: Sequence[str]) -> list[SavedProfile]:
    """Return the newest version of each profile of a layer; those with most of the columns in common first."""
    where = sql.SQL("layer = {}").format(sql.Literal(layer)) if layer else sql.SQL("true")
    rows = run(
        connection,
        sql.SQL(
            "SELECT DISTINCT ON (name) {} FROM layer.profile WHERE {} ORDER BY name, version DESC"
        ).format(sql.SQL(_COLUMNS), where),
    ).fetchall()
    found = [SavedProfile(*row) for row in rows]
    wanted = set(columns)
    return sorted(found, key=lambda p: (-_likeness(wanted, set(p.columns)), p.name))


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
