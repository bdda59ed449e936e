"""``riskmap constants …``: what grades and zones hang on, listed, changed and signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.commands.database import database, etl_engine
from app.regrading import Bars, Regrader
from app.settings import Settings
from app.state.constants import confirm
from app.state.prepare import prepare
from layers.changes import ClassChanges
from layers.constants.store import current_constants, history
from layers.grading.grade import NO_DATA, WORDS
from layers.registry import discover
from layers.store import Files

constants = typer.Typer(no_args_is_help=True, help="Thresholds, cut-offs, factors: list, change, sign.")
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
Person = Annotated[str, typer.Option(help="Who decides; stays on record.")]
MOST_NAMED = 20


@contextmanager
def _regrader() -> Iterator[Regrader]:
    settings = Settings()
    with database(settings) as url, etl_engine(url) as engine:
        prepare(engine)
        store = Files(settings.state_dir)
        store.ensure()
        yield Regrader(engine, discover(settings.layer_dir), store, Bars())


@constants.command("list")
def list_(
    name: Annotated[str | None, typer.Argument(help="Set or key; none means all.")] = None,
    as_json: Json = False,
) -> None:
    """List constants with value, unit, source, confidence and who signed them; of one key all its versions."""
    with _regrader() as known, known.engine.connect() as connection:
        standing = current_constants(connection)
        if name and name in standing:
            rows = history(connection, name)
        else:
            if name:
                standing.set(name)  # an unknown set is named
            rows = [row for row in standing.values() if name in (None, row.set)]
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False))
        return
    for row in rows:
        said = row.as_json()
        sign = (
            f"已确认 {row.confirmed_by}"
            if row.confirmed_by
            else ""
            if row.confirmed
            else "未确认 unconfirmed"
        )
        parts = (
            row.key,
            f"{said['value']} {row.unit}",
            f"@{row.version} {row.confidence}",
            sign,
            row.title.zh,
        )
        typer.echo("\t".join(part for part in parts if part))


@constants.command("set")
def set_(
    key: Annotated[str, typer.Argument(help="Key, such as lec.cutoffs.")],
    value: Annotated[str, typer.Argument(help="Value as the list writes it, such as '>=20:1; >=10:2'.")],
    person: Person = "",
    reason: Annotated[str, typer.Option(help="Why; stays on record.")] = "",
    source: Annotated[str, typer.Option(help="Where the value comes from.")] = "",
    confidence: Annotated[str, typer.Option(help="A, B or C.")] = "C",
    as_json: Json = False,
) -> None:
    """Change a constant, grade again what used it, and say what changed colour."""
    with _regrader() as known:
        found = known.set_constant(
            key, value, person=person, reason=reason, source=source, confidence=confidence
        )
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        _tell(one)
    if not found:
        typer.echo("没有对象改变颜色 / nothing changed colour")


@constants.command("confirm")
def confirm_(
    name: Annotated[str, typer.Argument(help="Key or set.")], person: Person = "", as_json: Json = False
) -> None:
    """Sign a constant, or a whole set, as it stands."""
    with _regrader() as known, known.engine.begin() as connection:
        signed = confirm(connection, name, person=person)
    typer.echo(json.dumps(signed) if as_json else f"已确认 {len(signed)} 项 / {len(signed)} signed")


def _tell(one: ClassChanges) -> None:
    typer.echo(
        f"{one.after.layer}: {one.total} 处变色 / changed, {one.before.version} -> {one.after.version}"
    )
    for row in one.counts:
        typer.echo(f"  {_word(row['before'])} -> {_word(row['after'])}: {row['count']}")
    for row in one.objects[:MOST_NAMED]:
        typer.echo(f"    {row['key']} {row['name'] or ''}: {_word(row['before'])} -> {_word(row['after'])}")


def _word(value: object) -> str:
    words = {int(grade): text.zh for grade, text in WORDS.items()}
    return words.get(value, NO_DATA.zh) if isinstance(value, int) else NO_DATA.zh


def _as_json(one: ClassChanges) -> dict[str, object]:
    return {
        "layer": one.after.layer,
        "before": one.before.version,
        "after": one.after.version,
        "total": one.total,
        "counts": one.counts,
        "objects": one.objects,
    }
