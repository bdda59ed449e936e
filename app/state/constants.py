"""Changing and confirming constants. A change is a new version of the table; what was before stays readable."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from sqlalchemy import Connection, func, text, update

from app.state.audit import explained, named, note
from layers.constants.bounds import FIXED, fault_of
from layers.constants.model import Confidence, Constant, Constants
from layers.constants.store import add_rows, current_constants
from layers.constants.values import Value, parse_value, write_value
from layers.errors import BadInput, NotFound
from layers.grading.cas import is_cas
from layers.kept import CONSTANT
from layers.model import Text

LONGEST_KEY = 100


def change(
    connection: Connection,
    key: str,
    value: str,
    *,
    person: str,
    reason: str,
    source: str = "",
    confidence: str = "C",
) -> Constants:
    """Give a constant another value, as the next version of the table, unconfirmed until somebody signs it.

    A key that is new is allowed where its set or one beside it exists (``ls-mining.cutoffs``, ``ls.industry.矿山``).

    Raises:
        BadInput: a value of another kind (``bad_constant``), nothing changed (``same_constant``), no person or reason.
        NotFound: a key of an unknown family (``unknown_constant``).
    """
    who = named(person, "修改常数", "changing a constant")
    reason = explained(reason, "修改常数", "changing a constant")
    if confidence not in get_args(Confidence):
        raise BadInput("可信度应为 A、B 或 C", "confidence is A, B or C", code="bad_constant")
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.constants'))"))
    standing = current_constants(connection)
    before = standing.rows.get(key)
    model = before or _sibling(key, standing)
    new = parse_value(value)
    _check(key, new, model, before, standing)
    row = replace(
        model,
        key=key,
        value=new,
        version=standing.version + 1,
        title=model.title if before else Text(key, key),
        source=source or (model.source if before else who),
        confidence=confidence,  # type: ignore[arg-type]  # one of the three, checked above
        changed_by=who,
        reason=reason,
    )
    add_rows(connection, [row])
    old = write_value(before.value) if before else None
    note(
        connection,
        who,
        "constant.set",
        key,
        before=old,
        after=write_value(new),
        version=row.version,
        reason=reason,
    )
    return current_constants(connection)


def confirm(connection: Connection, name: str, *, person: str) -> list[str]:
    """Sign a constant, or all of a set, as they stand; returns the keys that were not signed before.

    Raises:
        NotFound: neither a key nor a set of that name. BadInput: no person.
    """
    who = named(person, "确认常数", "confirming a constant")
    standing = current_constants(connection)
    rows = [standing[name]] if name in standing else list(standing.under(name).values())
    if not rows:
        standing[name]  # raises with the name
    signed = [row for row in rows if row.confirmed_by is None]
    for row in signed:
        here = (CONSTANT.c.key == row.key) & (CONSTANT.c.version == row.version)
        connection.execute(update(CONSTANT).where(here).values(confirmed_by=who, confirmed_at=func.now()))
    note(
        connection, who, "constant.confirm", name, keys=[row.key for row in signed], version=standing.version
    )
    return [row.key for row in signed]


def _sibling(key: str, standing: Constants) -> Constant:
    """Return a constant of the same family, which says what kind of value a new key has."""
    family, _, name = key.partition(".")
    beside = standing.under(key.rpartition(".")[0]) if name else {}
    stem = family.split("-")[0]
    likely = [row for one, row in standing.items() if one.split("-")[0] == stem and one.endswith(f".{name}")]
    found = next(iter([*beside.values(), *likely]), None)
    if found is None or not _is_key(key):
        raise NotFound(
            f"没有常数 {key[:100]!r}", f"there is no constant {key[:100]!r}", code="unknown_constant"
        )
    return found


def _is_key(key: str) -> bool:
    """Whether a new key can be one: no empty part, and a substance by its CAS number."""
    parts = key.split(".")
    whole = all(part.strip() == part != "" and not part.endswith("-") for part in parts)
    named = key.startswith(("gb18218-2018.q.", "gb18218-2018.beta."))
    return whole and key.isprintable() and len(key) <= LONGEST_KEY and (not named or is_cas(parts[-1]))


def _check(key: str, new: Value, model: Constant, before: Constant | None, standing: Constants) -> None:
    if key.startswith(FIXED):
        raise BadInput(
            f"{key} 随程序版本变更，不能单独修改",
            f"{key} changes with a release of the program",
            code="fixed_constant",
        )
    if type(new) is not type(model.value):
        raise BadInput(
            f"{key} 应写成与 {write_value(model.value)!r} 同类的值",
            f"{key} should be written like {write_value(model.value)!r}",
            code="bad_constant",
        )
    fault = fault_of(key, new, model.value, standing)
    if fault is not None:
        raise BadInput(f"{key} {fault.zh}", f"{key} {fault.en}", code="bad_constant")
    if before is not None and before.value == new:
        raise BadInput(f"{key} 已经是这个值", f"{key} already has this value", code="same_constant")
