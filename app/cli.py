"""The commands of ``riskmap``."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy.exc import DBAPIError

from app.commands.archive import archive
from app.commands.constants import constants
from app.commands.coverage import coverage
from app.commands.database import database, etl_engine
from app.commands.export import export
from app.commands.load_words import ways_on
from app.commands.loads import EXIT_CODES as LOAD_EXIT_CODES
from app.commands.loads import DataRow, HeaderRow, Layer, load_in_one, loads, profiles
from app.commands.serving import reserve_port, serve_until_stopped, stop_on_sigterm
from app.commands.tiles import tiles
from app.settings import Settings
from app.state.prepare import prepare
from etl.fingerprints import demo_fingerprint
from etl.loads.commit import Loaded
from etl.manifest import Manifest, fingerprint, manifest_for
from etl.pipeline import Pipeline
from etl.progress import Bars
from layers.errors import BadInput, Conflict, NotFound, RiskmapError, Unavailable
from layers.registry import discover
from layers.store import Files
from layers.visible import visible

EXIT_CODES: dict[type[Exception], int] = {
    **LOAD_EXIT_CODES,
    BadInput: 4,
    NotFound: 4,
    Conflict: 5,
    Unavailable: 6,
    RiskmapError: 1,
}

INTERRUPTED = 130

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)
etl = typer.Typer(no_args_is_help=True, help="Load files into layers.")
app.add_typer(etl, name="etl")
app.add_typer(coverage, name="coverage")
app.add_typer(loads, name="loads")
app.add_typer(constants, name="constants")
app.add_typer(profiles, name="profiles")
app.add_typer(tiles, name="tiles")
app.command()(export)
app.command()(archive)

DataDir = Annotated[Path | None, typer.Option("--data", help="Directory of files with a riskmap.toml.")]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port; without it the first free one from 8000.")
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]


@app.callback()
def riskmap() -> None:
    """Risk map of a province: load layers, serve tiles and the web map, compute air-rescue coverage."""


@app.command()
def demo(
    port: Port = None,
    host: Host = None,
    reset: Annotated[bool, typer.Option("--reset", help="Forget everything that was loaded.")] = False,
    data: DataDir = None,
) -> None:
    """Fill the map with demo data (or your own files) and serve it until Ctrl-C."""
    settings = Settings()
    with stop_on_sigterm(), reserve_port(host or settings.host, port or None, settings.port) as sockets:
        with database(settings, reset=reset) as url:
            if reset:  # only now: another riskmap on the same state would have stopped us
                _forget_files(settings)
            _fill(settings, url, data)
            serve_until_stopped(settings.model_copy(update={"database_url": url}), sockets)


@app.command()
def serve(port: Port = None, host: Host = None) -> None:
    """Serve what is loaded until Ctrl-C."""
    settings = Settings()
    with (
        stop_on_sigterm(),
        reserve_port(host or settings.host, port or settings.port, settings.port) as sockets,
    ):
        with database(settings) as url:
            with etl_engine(url) as engine:
                prepare(engine)  # says now, in one line, when the database does not answer
            serve_until_stopped(settings.model_copy(update={"database_url": url}), sockets)


@etl.command("run")
def etl_run(
    layers: Annotated[
        list[str] | None, typer.Argument(metavar="[LAYER]...", help="Layers to load; none means all.")
    ] = None,
    data: DataDir = None,
) -> None:
    """Load a directory of files (without --data: the demo data) and compute what follows from them."""
    settings = Settings()
    with database(settings) as url, _pipeline(settings, url) as pipeline:
        with _files(data, settings) as (directory, manifest, _):
            _report(pipeline.run(manifest(), directory, only=layers or []))


@app.command()
def load(
    file: Annotated[
        Path, typer.Argument(help="Shapefile, zip, GeoPackage, .gdb, GeoJSON, KML, CSV, XLSX, XLS, GeoTIFF.")
    ],
    layer: Layer = None,
    profile: Annotated[str | None, typer.Option(help="Saved profile to start from.")] = None,
    mode: Annotated[str, typer.Option(help="upsert, append, replace or sync.")] = "upsert",
    crs: Annotated[str | None, typer.Option(help="Coordinate system, when the file does not say it.")] = None,
    force_crs: Annotated[
        bool, typer.Option("--force-crs", help="Use --crs although the file says another.")
    ] = False,
    datum: Annotated[
        str | None,
        typer.Option(help="Datum of coordinates without .prj: CGCS2000, WGS84, Xian80, Beijing54."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Text encoding, e.g. gb18030.")] = None,
    table: Annotated[str | None, typer.Option(help="Table of a file with several.")] = None,
    x: Annotated[str | None, typer.Option(help="Column of the longitude or easting.")] = None,
    y: Annotated[str | None, typer.Option(help="Column of the latitude or northing.")] = None,
    header_row: HeaderRow = None,
    data_row: DataRow = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=FIELD", help="Column of the file and the field it fills; repeatable."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="The same value for all rows; repeatable."),
    ] = None,
    key_from: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Column of the key, or #content, #row; repeatable."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Load the good rows and keep the bad ones.")
    ] = False,
    max_gone: Annotated[float | None, typer.Option(help="Largest share of rows a sync may remove.")] = None,
    source: Annotated[str, typer.Option(help="Where the data comes from; shown on the map.")] = "",
    source_date: Annotated[str | None, typer.Option(help="Date of the data, YYYY-MM-DD.")] = None,
    owner: Annotated[str, typer.Option(help="Who answers for the data.")] = "",
    person: Annotated[str, typer.Option(help="Who asks for it; stays on record.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")] = False,
) -> None:
    """Load one file into one layer, as far as it safely goes, and say what it needs from a person.

    Without --layer it goes into the layer it is plainly meant for.
    """
    asked: dict[str, Any] = {
        "table": table, "x": x, "y": y, "header_row": header_row, "data_row": data_row,
        "crs": crs, "force_crs": force_crs or None, "data_datum": datum,
        "encoding": encoding, "mode": mode, "key_from": key_from or None, "max_gone": max_gone,
        "rename": dict(_pair(p, "--rename") for p in rename or []) or None,
        "set": dict(_pair(p, "--set") for p in set_ or []) or None,
        "bad_rows": "skip" if skip_bad_rows else None,
        "source": source or file.name, "source_date": _date(source_date), "owner": owner or None,
    }  # fmt: skip
    load_in_one(
        file, layer, profile, {name: v for name, v in asked.items() if v is not None}, person, as_json=as_json
    )


def main() -> None:
    """Run a command; errors become one line in both languages and an exit code, never a trace."""
    try:
        code = app(standalone_mode=False)  # typer returns the code of an Exit, its own for Ctrl-C too
    except RiskmapError as error:
        code = next(EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES)
        _answer_in_json(error.code, error.zh, error.en, code, questions=getattr(error, "questions", None))
        ways = "".join(f"\n  {line}" for line in ways_on(error))
        _fail(f"[{error.code}] {visible(error.zh)}\n  {visible(error.en)}{ways}", code)
    except DBAPIError as error:
        reason = str(error.orig).strip().split("\n")[0][:200]
        full = "disk" in reason.lower() or "space" in reason.lower()
        advice = (
            "磁盘已满，请清理后重试 / free some disk space" if full else "请检查数据库 / check the database"
        )
        _fail(f"[database] {reason}；{advice}", 6)
    except OSError as error:
        _fail(f"[os] {error.strerror or error}: {visible(str(error.filename or ''))}", 6)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # typer's own usage errors say their exit code; the rest is ours to mend
        shown = getattr(error, "format_message", None)
        if shown is None:
            _unexpected(error)
        code = getattr(error, "exit_code", 2)
        _answer_in_json("usage", shown(), shown(), code)
        if shown():  # a group without a command has printed its help and has nothing to say
            _fail(shown(), code)
    if code == INTERRUPTED:
        _fail("已中断，未完成的载入不生效 / interrupted; a load that was under way has no effect", code)
    sys.exit(code or 0)


def _unexpected(error: Exception) -> NoReturn:
    """Say in one line that the program failed, and keep the trace in a file for whoever mends it."""
    log = Settings().state_dir / "error.log"
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(
                f"{datetime.now(UTC).isoformat()} {sys.argv}\n{''.join(traceback.format_exception(error))}\n"
            )
    _fail(f"[unexpected] 程序出错：{type(error).__name__}，详见 {log} / the program failed, see {log}", 1)


def _answer_in_json(code: str, zh: str, en: str, exit_code: int, **more: Any) -> None:
    """Say an error on standard output too, for a caller that asked for JSON."""
    if "--json" not in sys.argv:
        return
    body = {"code": code, "detail": zh, "detail_en": en, "exit_code": exit_code}
    whole = {**body, **{n: v for n, v in more.items() if v is not None}}
    typer.echo(visible(json.dumps(whole, ensure_ascii=False)))


def _fail(line: str, code: int) -> NoReturn:
    typer.echo(f"riskmap: {line}", err=True)
    sys.exit(code)


@contextmanager
def _pipeline(settings: Settings, url: str) -> Iterator[Pipeline]:
    with etl_engine(url) as engine:
        prepare(engine)
        yield Pipeline(
            engine,
            discover(settings.layer_dir),
            Files(settings.state_dir),
            Bars(),
            settings.convert_offset_datums,
        )


def _fill(settings: Settings, url: str, data: Path | None) -> None:
    """Load the files unless exactly these were loaded last: a second start is quick and keeps later loads."""
    with _pipeline(settings, url) as pipeline:
        waiting = False
        while True:
            with _files(data, settings) as (directory, manifest, mark):
                if pipeline.loaded_fingerprint() == mark:
                    return
                try:
                    _report(pipeline.run(manifest(), directory, whole=True, fingerprint=mark))
                    return
                except Conflict:  # another start of this checkout is at it: wait, then look again
                    if not waiting:
                        pipeline.reporter.say("another load is running, waiting for it")
            waiting = True
            time.sleep(2)


@contextmanager
def _files(data: Path | None, settings: Settings) -> Iterator[tuple[Path, Callable[[], Manifest], str]]:
    """Give the directory, a function that reads its manifest (and makes the demo data first), and their mark."""
    if data is not None:
        manifest = manifest_for(data)
        yield data, lambda: manifest, fingerprint(data, manifest)
        return
    # a folder of its own: two starts at once would write into each other's files
    with tempfile.TemporaryDirectory(prefix="demo-", dir=_made(settings.state_dir)) as folder:
        directory = Path(folder)
        yield directory, lambda: _generate(directory), demo_fingerprint()


def _generate(directory: Path) -> Manifest:
    from etl.demo import generate

    with Bars().step("demo data: generate", total=100) as advance:
        done = 0

        def show(title: str, share: float) -> None:
            nonlocal done
            advance(round(share * 100) - done)
            done = round(share * 100)

        generate(directory, progress=show)
    return manifest_for(directory)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _report(loaded: list[Loaded]) -> None:
    for one in loaded:
        change = "" if one.changed else " (unchanged)"
        refused = f", {one.refused} rows refused" if one.refused else ""
        typer.echo(f"{one.layer:16} {one.rows:>8,} rows  version {one.version}{refused}{change}", err=True)


def _forget_files(settings: Settings) -> None:
    for name in ("rasters", "archives", "uploads"):
        shutil.rmtree(settings.state_dir / name, ignore_errors=True)


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput(
            f"{option} {text!r} 应写成 名=值", f"{option} {text!r} should be NAME=VALUE", code="bad_option"
        )
    return name, value


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            f"日期 {text!r} 应为 年-月-日", f"date {text!r} should be YYYY-MM-DD", code="bad_option"
        ) from None
