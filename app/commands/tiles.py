"""``riskmap tiles warm``: ask a running server for the tiles that it would otherwise make when somebody looks."""

from __future__ import annotations

from typing import Annotated

import typer

from app.archiving.warm import BUSY, Warmed, tiles_to_warm, warm_tiles
from app.loading import Terminal
from app.settings import Settings

tiles = typer.Typer(no_args_is_help=True, help="Tiles of a running server.")
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="LAYER", help="Repeatable; without it what the map opens with."),
]


@tiles.callback()
def group() -> None:
    """Tiles of a running server."""


@tiles.command()
def warm(
    layer: Layers = None,
    maxzoom: Annotated[int, typer.Option(min=0, max=16, help="Highest zoom.")] = 12,
    url: Annotated[
        str | None, typer.Option(help="Address of the server; without it that of the settings.")
    ] = None,
) -> None:
    """Ask for all tiles of the province that no archive holds, and say how long the slowest took."""
    settings = Settings()
    base = (url or f"http://{settings.host}:{settings.port}").rstrip("/")
    wanted = tiles_to_warm(base, layer or [], maxzoom)
    with Terminal().step("tiles", total=len(wanted)) as advance:
        done = warm_tiles(base, wanted, advance, at_once=BUSY)
    typer.echo(_line(done), err=True)
    if done.failed:
        raise typer.Exit(6)


def _line(done: Warmed) -> str:
    slowest = f"; slowest {done.slowest} with {done.slowest_s * 1e3:.0f} ms" if done.slowest else ""
    failed = f", {done.failed:,} failed (first: {done.first_failure})" if done.failed else ""
    return (
        f"{done.tiles:,} tiles ({done.empty:,} empty), {done.bytes / 1e6:.1f} MB in {done.seconds:.1f} s"
        f"{slowest}{failed}"
    )
