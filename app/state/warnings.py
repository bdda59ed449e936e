"""Drafts of warnings: written by one person, approved by another, on record in the log of their incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from app.state.audit import named, visible
from app.state.incidents import OPEN, incident, log_line, tell
from app.state.tables import WARNING
from app.warning.cap import stamp
from layers.errors import BadInput, Conflict, Forbidden, NotFound, Outdated
from layers.model import Json
from layers.region import BEIJING

VALID = timedelta(hours=6)
WORDS = ("headline", "description", "instruction", "headline_en", "description_en", "instruction_en")


def draft(connection: Connection, about: Json, values: Json, *, person: str, issuer: str) -> Json:
    """Put a draft on record; ``values``: sender, colour, texts, area. ``about`` is the incident as it was read.

    Raises:
        Conflict: the incident is closed (``incident_closed``).
        Outdated: it was changed while the draft was being made (``incident_changed``).
    """
    who = named(person, "起草预警", "a draft")
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.warning'))"))
    _check_incident(connection, about["id"], about["rev"])
    now = datetime.now(BEIJING)
    line = {
        **values,
        "incident": about["id"],
        "incident_rev": about["rev"],
        "hazard": about["hazard"],
        "identifier": _identifier(connection, issuer, now),
        "refers_to": _last_approved(connection, about["id"]),
        "written_by": who,
        "drafted_at": now,
        "expires_at": now + VALID,
    }
    made: int = connection.execute(insert(WARNING).values(**line).returning(WARNING.c.id)).scalar_one()
    return _said(connection, made, who, "warning_drafted")


def rewrite(connection: Connection, number: int, words: Json, *, person: str, rev: int) -> Json:
    """Change the words of a draft that nobody has changed since ``rev`` was read.

    Raises:
        NotFound: no such draft (``no_warning``).
        Conflict: it is approved already (``warning_approved``).
        Outdated: somebody was quicker (``warning_changed``).
    """
    who = named(person, "修改预警", "a change of a draft")
    before = _open(connection, number, rev)
    values = {name: _lines(value) for name, value in words.items() if name in WORDS and value is not None}
    if not all(values.values()):
        raise BadInput(
            "标题、内容和指引不能为空", "headline, text and advice cannot be empty", code="bad_text"
        )
    texts = {**before["texts"], **values}
    change = {"texts": texts, "written_by": who, "rev": WARNING.c.rev + 1}
    connection.execute(update(WARNING).where(WARNING.c.id == number).values(**change))
    return _said(connection, number, who, "warning_changed")


def approve(connection: Connection, number: int, *, person: str, rev: int) -> Json:
    """Approve the words that were read: by somebody other than who wrote them last.

    Raises:
        NotFound, Conflict, Outdated: as ``rewrite``, and where the incident was changed (``incident_changed``).
        Forbidden: who wrote it cannot approve it (``same_person``).
    """
    who = named(person, "批准预警", "an approval")
    before = _open(connection, number, rev)
    if _same(who, before["written_by"]):
        raise Forbidden(
            f"{who} 起草或修改了这份预警，须由另一人批准",
            f"{who} wrote this warning; somebody else has to approve it",
            code="same_person",
        )
    _check_incident(connection, before["incident"], before["incident_rev"])
    now = datetime.now(BEIJING)
    if before["expires_at"] <= now:
        raise Outdated(
            "草稿已过有效期，请重新起草", "the draft has expired; make a new one", code="warning_expired"
        )
    change = {"approved_by": who, "approved_at": now, "rev": WARNING.c.rev + 1}
    connection.execute(update(WARNING).where(WARNING.c.id == number).values(**change))
    return _said(connection, number, who, "warning_approved")


def warning(connection: Connection, number: int) -> Json:
    """Return one warning.

    Raises:
        NotFound: no such warning (``no_warning``).
    """
    row = connection.execute(select(WARNING).where(WARNING.c.id == number)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"没有预警 {number}", f"there is no warning {number}", code="no_warning")
    return dict(row)


def warnings_of(connection: Connection, number: int) -> list[Json]:
    """Return the warnings of an incident, the newest first.

    Raises:
        NotFound: no such incident (``no_incident``).
    """
    incident(connection, number, with_log=False)
    query = select(WARNING).where(WARNING.c.incident == number).order_by(WARNING.c.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]


def _open(connection: Connection, number: int, rev: int) -> Json:
    """Return a draft that is still one, locked until the end of the transaction."""
    connection.execute(select(WARNING.c.id).where(WARNING.c.id == number).with_for_update())
    found = warning(connection, number)
    if found["approved_at"] is not None:
        raise Conflict("预警已批准，不能再改", "the warning is approved and stands", code="warning_approved")
    if found["rev"] != rev:
        raise Outdated(
            "草稿已被他人修改，请查看后再定",
            "somebody else has changed the draft; read it and decide anew",
            code="warning_changed",
            rev=found["rev"],
        )
    return found


def _check_incident(connection: Connection, number: int, rev: int) -> None:
    now = incident(connection, number, with_log=False)
    if now["status"] != OPEN:
        raise Conflict("事件已结束，不能再发预警", "the incident is closed", code="incident_closed")
    if now["rev"] != rev:
        raise Outdated(
            "事件已修改，预警的范围与内容可能不符，请重新起草",
            "the incident was changed and the draft may no longer fit; make a new one",
            code="incident_changed",
            rev=now["rev"],
        )


def _identifier(connection: Connection, issuer: str, now: datetime) -> str:
    """GB/T 35965.1: issuer, time in Beijing, one digit; a second in which ten were made is left for the next."""
    for later in range(60):
        base = f"{issuer}_{now + timedelta(seconds=later):%Y%m%d%H%M%S}_"
        taken = select(func.count()).select_from(WARNING).where(WARNING.c.identifier.startswith(base))
        n = connection.execute(taken).scalar_one()
        if n < 10:
            return f"{base}{n}"
    raise Conflict("同一时刻预警过多，请稍后再试", "too many warnings at once; try again", code="busy")


def _last_approved(connection: Connection, number: int) -> str | None:
    """What an update refers to: sender, identifier, time of the incident's last approved warning."""
    mine = (WARNING.c.incident == number) & WARNING.c.approved_at.is_not(None)
    last = connection.execute(
        select(WARNING).where(mine).order_by(WARNING.c.id.desc()).limit(1)
    ).one_or_none()
    return None if last is None else f"{last.sender},{last.identifier},{stamp(last.approved_at)}"


def _lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.splitlines()).strip()


def _same(one: str, other: str) -> bool:
    return "".join(one.casefold().split()) == "".join(other.casefold().split())


def _said(connection: Connection, number: int, person: str, action: str) -> Json:
    found = warning(connection, number)
    detail: dict[str, Any] = {"warning": number, "identifier": found["identifier"], "rev": found["rev"]}
    log_line(connection, found["incident"], person, action, found["texts"]["headline"], detail)
    tell(connection, incident=found["incident"])
    return found
