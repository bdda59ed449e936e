"""The audit trail: who decided what, and when. Rows are added and never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from layers.errors import BadInput
from layers.kept import AUDIT


def note(connection: Connection, person: str, action: str, subject: str, **detail: Any) -> None:
    """Put a decision on record, in the caller's transaction."""
    connection.execute(insert(AUDIT).values(person=person, action=action, subject=subject, detail=detail))


def trail(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Return the decisions on record, the newest first."""
    rows = connection.execute(select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)).mappings()
    return [{**row, "at": row["at"].isoformat()} for row in rows]


def named(person: str | None, what_zh: str, what_en: str) -> str:
    """Return the name of who decides.

    Raises:
        BadInput: nobody is named (code ``missing_person``).
    """
    name = (person or "").strip()
    if not name:
        raise BadInput(
            f"{what_zh}须写明由谁决定", f"{what_en} needs the name of who decides", code="missing_person"
        )
    return name[:100]
