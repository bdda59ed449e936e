"""The audit trail: who decided what, and when. Rows are added and never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from layers.errors import BadInput
from layers.kept import AUDIT

LEAST_REASON = 2


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
    name = visible(person)
    if not name:
        raise BadInput(
            f"{what_zh}须写明由谁决定", f"{what_en} needs the name of who decides", code="missing_person"
        )
    return name[:100]


def explained(reason: str | None, what_zh: str, what_en: str) -> str:
    """Return the reason of a decision, on one line.

    Raises:
        BadInput: none is given (code ``missing_reason``).
    """
    said = visible(reason)
    if len(said) < LEAST_REASON:
        raise BadInput(f"{what_zh}须写明理由", f"{what_en} needs a reason", code="missing_reason")
    return said


def visible(text: str | None) -> str:
    """Return what a reader sees: no control characters, nothing of no width, nothing that turns the writing round."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
