"""``riskmap loads …`` and ``riskmap profiles …``: a load step by step. Every command has ``--json``.

Exit codes: 0 done, 2 a decision is needed, 3 bad rows, 4 refused, 5 conflict.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from app.api.load_answers import answer
from app.commands.database import database
from app.commands.load_words import (
    both,
    changes,
    describe_load,
    describe_questions,
    describe_survey,
    load_line,
    sample_lines,
)
from app.loading import Load, LoadService, NeedsDecision, Profile, RowsRefused, Terminal, read_profile
from app.settings import Settings
from app.state.prepare import prepare
from layers.errors import BadInput
from layers.registry import discover
from layers.store import Files
from layers.visible import visible

loads = typer.Typer(
    no_args_is_help=True, help="One load step by step: inspect, stage, preview, commit, undo."
)
profiles = typer.Typer(no_args_is_help=True, help="Saved ways to load a kind of file.")

Layer = Annotated[
    str | None,
    typer.Option("--layer", help="Layer to load it into; without, the one of the profile or the file's own."),
]
LoadId = Annotated[str, typer.Argument(help="Id of the load.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
SetKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--set-key",
        metavar="KEY=VALUE",
        help="Key of the profile and its value (JSON or text), e.g. crs=EPSG:4549; repeatable.",
    ),
]
ProfileName = Annotated[str | None, typer.Option("--profile", help="Saved profile to start from.")]
Person = Annotated[str, typer.Option(help="Who asks for it; stays on record.")]
HeaderRow = Annotated[int | None, typer.Option(min=1, help="Row of the column names, if not recognised.")]
DataRow = Annotated[int | None, typer.Option(min=2, help="First row of data beneath it.")]


@contextmanager
def service() -> Iterator[LoadService]:
    """Give the loads of the database of this checkout, with bars on the terminal."""
    settings = Settings()
    with database(settings) as url:
        made = LoadService(
            settings.model_copy(update={"database_url": url}), discover(settings.layer_dir), Terminal()
        )
        try:
            prepare(made.engine)
            Files(settings.state_dir).ensure()
            yield made
        finally:
            made.close()


def load_in_one(
    file: Path, layer: str | None, profile: str | None, asked: dict[str, Any], person: str, *, as_json: bool
) -> None:
    """Receive, check and commit a file; stops where a person has to decide or rows are bad, and says what it needs."""
    with service() as known:
        layer, wanted = _wanted(known, layer, profile, asked)
        load = known.loader.receive(file, layer=layer, profile=wanted, person=person, surveyed=layer is None)
        earlier = not load.open
        if load.open:
            load = known.loader.advance(load.id)
            if not load.questions:
                known.loader.commit(load.id, guarded=False)
        load = known.get(load.id)
        if earlier and not as_json:
            typer.echo(
                f"{visible(file.name)} 已于 {load.started_at:%Y-%m-%d %H:%M} 按同样设置载入，内容正在使用，无须再载"
                " / was loaded then under the same profile and is what is served; there is nothing to do"
            )
        _show(known, load, as_json)
    if load.questions:
        raise typer.Exit(NEEDS_DECISION)


@loads.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="File, zip, .gdb or folder of loose parts.")],
    encoding: Annotated[str | None, typer.Option(help="Read the text as this.")] = None,
    header_row: HeaderRow = None,
    as_json: Json = False,
) -> None:
    """Look into a file: tables, rows, fields, the layers that fit and why, encoding with samples, coordinate systems
    that fit. Writes nothing."""
    with service() as known:
        found = known.inspect(file, encoding, header_row)
    _print(found, as_json, describe_survey(found))


@loads.command()
def stage(
    file: Annotated[Path, typer.Argument(help="File, zip, .gdb or folder of loose parts.")],
    layer: Layer = None,
    profile: ProfileName = None,
    header_row: HeaderRow = None,
    data_row: DataRow = None,
    set_key: SetKeys = None,
    person: Person = "",
    as_json: Json = False,
) -> None:
    """Read a file once into a working table and check its rows; prints the id of the load."""
    with service() as known:
        rows = {"header_row": header_row, "data_row": data_row}
        asked = {name: row for name, row in rows.items() if row is not None}
        layer, wanted = _wanted(known, layer, profile, {**asked, **dict(map(_key, set_key or []))})
        load = known.loader.receive(file, layer=layer, profile=wanted, person=person)
        if load.open:
            load = known.loader.advance(load.id)
        _show(known, load, as_json)
    _exit_for(load)


@loads.command()
def show(load_id: LoadId, as_json: Json = False) -> None:
    """Show a load."""
    with service() as known:
        _show(known, known.get(load_id), as_json)


@loads.command()
def amend(load_id: LoadId, set_key: SetKeys = None, as_json: Json = False) -> None:
    """Answer an open decision: set keys of the profile, then go on."""
    with service() as known:
        known.loader.amend(load_id, layer=None, patch=dict(map(_key, set_key or [])))
        load = known.loader.advance(load_id)
        _show(known, load, as_json)
    _exit_for(load)


@loads.command()
def preview(load_id: LoadId, as_json: Json = False) -> None:
    """Count what a load would do, and show the first rows that are new, changed, gone or bad."""
    with service() as known:
        load = known.get(load_id)
        if load.questions:
            raise NeedsDecision(load.id, load.questions)
        shown = {**known.loader.preview(load_id), "counts": load.counts, "load": load.id, "base": load.base}
        shown["faults"] = known.faults(load_id, limit=20, offset=0, severity=None)
    _print(shown, as_json, [changes(load.counts, load.removes), *sample_lines(shown)])


@loads.command()
def errors(
    load_id: LoadId,
    csv: Annotated[Path | None, typer.Option(help="Write all faults as CSV.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the bad rows as a sheet to mend.")] = None,
    gpkg: Annotated[Path | None, typer.Option(help="Write the bad rows with their places.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Faults to print.")] = 50,
    as_json: Json = False,
) -> None:
    """List the faults of a load, or write them to files. Each names its data row (counted from 1, without the header)
    and, for text and sheets, the line of the file or row of the sheet."""
    with service() as known:
        for kind, target in (("csv", csv), ("xlsx", xlsx), ("gpkg", gpkg)):
            if target is not None:
                with tempfile.TemporaryDirectory() as folder:
                    shutil.move(known.export(load_id, kind, Path(folder)), target)
        found = known.faults(load_id, limit=limit, offset=0, severity=None)
    lines = [
        f"{f['row']:>8}  {f['line'] or '-':>8}  {f['field']:16} {f['code']:18} {f['value']!r} {both(f)}"
        for f in found["faults"]
    ]
    head = HEAD_OF_FAULTS if lines else []
    _print(found, as_json, [f"{found['total']} faults", *head, *lines])


@loads.command()
def commit(
    load_id: LoadId,
    mode: Annotated[str | None, typer.Option(help="append, upsert, replace or sync.")] = None,
    bad: Annotated[str | None, typer.Option(help="refuse or skip bad rows.")] = None,
    max_gone: Annotated[
        str | None, typer.Option(help="Largest share of rows a sync may remove: 5% or 0.05.")
    ] = None,
    expect_version: Annotated[
        str | None, typer.Option(help="Version of the layer that must be served now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a load current, with everything derived from it."""
    patch: dict[str, Any] = {"mode": mode, "bad_rows": bad, "max_gone": _share(max_gone)}
    with service() as known:
        load = known.get(load_id)
        known.expect(load, expect_version)
        known.loader.commit(load_id, patch={k: v for k, v in patch.items() if v is not None})
        _show(known, known.get(load_id), as_json)


@loads.command()
def fix(
    load_id: LoadId,
    file: Annotated[Path, typer.Argument(help="The corrected sheet (XLSX or CSV).")],
    person: Person = "",
    as_json: Json = False,
) -> None:
    """Send the corrected bad rows of a load again, alone; then commit the new load."""
    with service() as known:
        load = known.fix(load_id, file, file.name, person)
        _show(known, load, as_json)
    _exit_for(load)


@loads.command()
def discard(load_id: LoadId, as_json: Json = False) -> None:
    """End a load that was not committed."""
    with service() as known:
        _show(known, known.loader.discard(load_id), as_json)


@loads.command()
def history(
    layer: Annotated[str | None, typer.Argument(help="Only loads of this layer.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Loads to list.")] = 20,
    as_json: Json = False,
) -> None:
    """List loads, the newest first, with the time of the province."""
    with service() as known:
        found = known.history(layer, limit)
        body = {"loads": [answer(known, load) for load in found]}
    _print(body, as_json, [load_line(load) for load in found])


@loads.command()
def diff(load_id: LoadId, as_json: Json = False) -> None:
    """Show what a committed load changed."""
    with service() as known:
        found = known.diff(load_id)
    _print(found, as_json, [changes(found["counts"]), *sample_lines(found)])


@loads.command()
def rollback(
    load_id: LoadId,
    with_later: Annotated[
        bool, typer.Option("--with-later", help="Take later loads of the layer back too.")
    ] = False,
    person: Person = "",
    as_json: Json = False,
) -> None:
    """Take a load back: what was served before it is served again, as a new version."""
    with service() as known:
        _show(known, known.roll_back(load_id, with_later=with_later, person=person), as_json)


@profiles.command("suggest")
def suggest(
    file: Annotated[Path, typer.Argument(help="A file of the kind.")],
    layer: Annotated[str, typer.Option("--layer", help="Layer to load it into.")],
    as_json: Json = False,
) -> None:
    """Say which column would fill which field, and which saved profiles fit."""
    with service() as known:
        found = known.suggest(file, layer)
    lines = [
        f"{row['field']:20} <- {row['column'] or '-'}  ({row['how'] or 'nothing fits'})"
        for row in found["mapping"]
    ]
    lines += [f"unused column {name}" for name in found["unused"]]
    _print(found, as_json, [*lines, *(f"saved profile {p['name']}" for p in found["profiles"])])


@profiles.command("save")
def save(
    name: Annotated[str, typer.Argument(help="Name of the profile.")],
    load_id: Annotated[str, typer.Option("--load", help="Load whose profile is saved.")],
    person: Person = "",
    as_json: Json = False,
) -> None:
    """Save the profile of a load as the next version of a name."""
    with service() as known:
        saved = known.save_profile_of(name, load_id, person)
    _print(saved, as_json, [f"saved {saved['name']} version {saved['version']}"])


@profiles.command("list")
def list_profiles(
    layer: Annotated[str | None, typer.Argument(help="Only profiles for this layer.")] = None,
    as_json: Json = False,
) -> None:
    """List saved profiles."""
    with service() as known:
        found = known.profiles(layer, [])
    _print({"profiles": found}, as_json, [f"{p['name']:30} v{p['version']} {p['layer']}" for p in found])


@profiles.command("show")
def show_profile(
    name: Annotated[str, typer.Argument(help="Name of the profile.")], as_json: Json = False
) -> None:
    """Show a saved profile."""
    with service() as known:
        found = known.profile(name)
    _print(found, as_json, json.dumps(found, ensure_ascii=False, indent=2).splitlines())


@profiles.command("test")
def try_profile(
    name: Annotated[str, typer.Argument(help="Name of the profile.")],
    file: Annotated[Path, typer.Argument(help="A file to try it on.")],
    as_json: Json = False,
) -> None:
    """Check a file under a saved profile without loading it."""
    with service() as known:
        saved = known.profile(name)
        load = known.loader.receive(
            file, layer=saved["layer"], profile=read_profile(saved["body"]), again=True
        )
        load = known.loader.advance(load.id)
        _show(known, load, as_json)
        known.loader.discard(load.id)
    _exit_for(load)


def _wanted(
    known: LoadService, layer: str | None, profile: str | None, asked: dict[str, Any]
) -> tuple[str | None, Profile]:
    """Return the layer and the profile of a load: what is asked wins over what is saved."""
    if profile is None:
        return layer, read_profile(asked)
    saved = known.profile(profile)
    return layer or saved["layer"], read_profile({**saved["body"], **asked})


def _show(known: LoadService, load: Load, as_json: bool) -> None:
    _print(answer(known, load), as_json, [*describe_load(load), *describe_questions(load.questions, load.id)])


def _print(body: Any, as_json: bool, lines: list[str]) -> None:
    if as_json:
        typer.echo(visible(json.dumps(body, ensure_ascii=False, default=str)))
        return
    for line in lines:
        typer.echo(visible(line))


def _exit_for(load: Load) -> None:
    if load.questions:
        raise typer.Exit(NEEDS_DECISION)
    if load.counts.get("bad"):
        raise typer.Exit(BAD_ROWS)


HEAD_OF_FAULTS = (
    "数据行号  文件行号  （数据行从 1 数起，不含表头；文件行：表格为左侧行号，文本为编辑器行号）",
    "data row      line  (data rows are counted from 1 without the header, lines as the sheet or a text editor does)",
)
NEEDS_DECISION, BAD_ROWS = 2, 3
EXIT_CODES: dict[type[Exception], int] = {NeedsDecision: NEEDS_DECISION, RowsRefused: BAD_ROWS}


def _key(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput(
            f"--set-key {text!r} 应写成 键=值", f"--set-key {text!r} should be KEY=VALUE", code="bad_option"
        )
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _share(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise BadInput(
            f"--max-gone {text!r} 应为 5% 或 0.05",
            f"--max-gone {text!r} should be 5% or 0.05",
            code="bad_option",
        ) from None
