"""The races: each prints a table."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import brotli  # type: ignore[import-untyped]
import numpy as np

from app.tiles import coding as coding_of
from app.tiles.coding import Coding
from benchmarks.tile_race.client import ACCEPTED, ask
from benchmarks.tile_race.data import BOX, SEED
from benchmarks.tile_race.fresh import fresh
from benchmarks.tile_race.rivals import LAYERS, Rival, nginx
from benchmarks.tile_race.setup import LAYER_DIR
from benchmarks.tile_race.shape_server import STATEMENT
from layers.kinds.archive import Archive
from layers.kinds.tiles import compiled
from layers.mercator import cover
from layers.registry import discover

Tile = tuple[int, int, int]
ROUNDS, TURNS = 4, 10
COLD_ZOOMS, PER_ZOOM, CONNECTIONS = range(6, 15), 400, 32
SCREENS, ACROSS, DOWN, BROWSER = 12, 5, 4, 6


def some_tiles(zoom: int, most: int, seed: int = SEED) -> list[Tile]:
    """Return tiles of the province in random order, the same at each call."""
    every = list(cover(BOX, zoom))
    order = np.random.default_rng(seed + zoom).permutation(len(every))
    return [every[at] for at in order[:most]]


def shape(field: Sequence[Rival], url: str, state: Path) -> None:
    """One connection: our statement, as it is made on demand, against Martin's; sizes after Brotli."""
    asyncio.run(_shape(url))


async def _shape(url: str) -> None:
    settings = {"jit": "off", "max_parallel_workers_per_gather": "0"}
    connection = await asyncpg.connect(url, server_settings=settings)
    registry = discover(LAYER_DIR)
    print(
        f"{'layer':>12} {'zoom':>4} {'Martin ms':>10} {'ours ms':>9} {'ratio':>6} {'Martin kB':>10} {'ours kB':>9}"
    )
    for name in LAYERS:
        table = await connection.fetchval(
            "SELECT table_name FROM layer.version JOIN layer.current USING (layer, version) WHERE layer = $1",
            name,
        )
        for zoom in (6, 8, 10, 11, 12, 13, 14):
            tiles = some_tiles(zoom, {6: 2, 8: 6}.get(zoom, 40))
            statement, places = compiled(registry.vector(name), table, zoom)
            asked = (
                (STATEMENT.format(layer=name), ("z", "x", "y"), {}),
                (statement, tuple(n for n, _ in places), dict(places)),
            )
            martin, ours = await _timed(connection, asked, tiles)
            print(
                f"{name:>12} {zoom:>4} {martin[0]:>10.2f} {ours[0]:>9.2f} {martin[0] / ours[0]:>5.1f}x"
                f" {martin[1]:>10.1f} {ours[1]:>9.1f}"
            )
    await connection.close()


Statement = tuple[str, Sequence[str], dict[str, object]]


async def _timed(
    connection: asyncpg.Connection, asked: Sequence[Statement], tiles: Sequence[Tile]
) -> list[tuple[float, float]]:
    """Return mean milliseconds and packed kilobytes of a tile by statement: turn by turn, the best of four."""
    best = np.full((len(asked), len(tiles)), np.inf)
    sizes = np.zeros(best.shape)
    for _ in range(ROUNDS):
        for at, tile in enumerate(tiles):
            address = dict(zip("zxy", tile, strict=True))
            for which, (statement, names, constants) in enumerate(asked):
                values = [address.get(name, constants.get(name)) for name in names]
                began = time.perf_counter()
                body = await connection.fetchval(statement, *values) or b""
                best[which, at] = min(best[which, at], time.perf_counter() - began)
                sizes[which, at] = len(brotli.compress(body, quality=5)) if body else 0
    return [(best[at].mean() * 1000, sizes[at].mean() / 1000) for at in range(len(asked))]


def cold(field: Sequence[Rival], url: str, state: Path) -> None:
    """Random tiles of all layers that nobody asked for, each server just started."""
    print(
        f"{'zoom':>4} {'server':>18} {'tiles/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'kB/tile':>8} {'faults':>6} ratio"
    )
    found: dict[tuple[int, str], float] = {}
    for rival in field:
        with rival.running() as port:
            for zoom in COLD_ZOOMS:
                tiles = some_tiles(zoom, PER_ZOOM // len(LAYERS))
                addresses = [rival.tile(layer, *tile) for tile in tiles for layer in LAYERS]
                got = ask(port, addresses, CONNECTIONS)
                found[zoom, rival.name] = got.rate
                print(
                    f"{zoom:>4} {rival.name:>18} {got.rate:>9.0f} {got.milliseconds(50):>8.1f}"
                    f" {got.milliseconds(99):>8.1f} {got.sizes.mean() / 1000:>8.1f} {got.faults:>6}"
                    f"  {found[zoom, field[0].name] / got.rate:>5.1f}x"
                )


def view(field: Sequence[Rival], url: str, state: Path) -> None:
    """Screens of 20 tiles of all layers over the six connections of a browser."""
    print(f"{'server':>18} {'pass':>5} {'p50 ms':>8} {'p99 ms':>8} {'kB p50':>8} {'kB max':>8}")
    rng = np.random.default_rng(SEED)
    screens = [_screen(rng, zoom) for zoom in (7, 8, 9, 10, 11, 12, 13) for _ in range(SCREENS)]
    for rival in field:
        with rival.running() as port:
            for which in ("cold", "warm"):
                seconds, sizes = [], []
                for tiles in screens:
                    if rival.together is not None:
                        addresses = [rival.together(*tile) for tile in tiles]
                    else:
                        addresses = [rival.tile(layer, *tile) for tile in tiles for layer in LAYERS]
                    got = ask(port, addresses, BROWSER)
                    seconds.append(got.whole_s * 1000)
                    sizes.append(got.sizes.sum() / 1000)
                p50, p99 = np.percentile(seconds, (50, 99))
                print(
                    f"{rival.name:>18} {which:>5} {p50:>8.1f} {p99:>8.1f} {np.median(sizes):>8.0f} {max(sizes):>8.0f}"
                )


def _screen(rng: np.random.Generator, zoom: int) -> list[Tile]:
    """Return the tiles of a screen somewhere over the province."""
    lon, lat = rng.uniform(BOX[0], BOX[2]), rng.uniform(BOX[1], BOX[3])
    _, x, y = next(cover((lon, lat, lon, lat), zoom))
    n = (1 << zoom) - 1
    return [
        (zoom, min(x + i - ACROSS // 2, n), min(y + j - DOWN // 2, n))
        for i in range(ACROSS)
        for j in range(DOWN)
    ]


def warm(field: Sequence[Rival], url: str, state: Path) -> None:
    """One tile again and again; then in turn with nginx and the same bytes: the machine is never the same twice."""
    if not (shutil.which("wrk") and shutil.which("nginx")):
        print("wrk or nginx is not here")
        return
    tile = ("race_point", 9, 427, 210)
    print(f"{'server':>20} {'req/s':>8} {'bytes':>7}")
    for rival in field[1:]:
        with rival.running() as port:
            target = f"http://127.0.0.1:{port}{rival.tile(*tile)}"
            print(f"{rival.name:>20} {_rate(target):>8.0f} {len(_body(target)):>7}")
    with field[0].running() as port:
        target = f"http://127.0.0.1:{port}{field[0].tile(*tile)}"
        ours = _body(target)
        (state / "tile.bin").write_bytes(ours)
        with nginx(state, 1) as other:
            turns = [(_rate(target), _rate(f"http://127.0.0.1:{other}/tile.bin")) for _ in range(TURNS)]
        # a condition sends a request the long way: parsed, but past the framework all the same
        parsed = _rate(target, "If-None-Match: x")
    for name, rates in zip((field[0].name, "nginx, 1 worker"), zip(*turns, strict=True), strict=True):
        print(f"{name:>20} {np.median(rates):>8.0f} {len(ours):>7}   {min(rates):.0f} to {max(rates):.0f}")
    print(f"{field[0].name + ', parsed':>20} {parsed:>8.0f} {len(ours):>7}")
    shares = [a / b for a, b in turns]
    print(
        f"of nginx, median of {TURNS} turns: {np.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})"
    )


def _body(target: str) -> bytes:
    request = urllib.request.Request(target, headers={"Accept-Encoding": ACCEPTED})  # noqa: S310 - our own servers
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body


def _rate(target: str, header: str = "X: x") -> float:
    """Return requests per second over 64 connections."""
    headers = ("-H", f"Accept-Encoding: {ACCEPTED}", "-H", header)
    command = ["wrk", "-t1", "-c64", "-d2", *headers, target]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None:
        raise SystemExit(said)
    return float(found[1])


def pack(field: Sequence[Rival], url: str, state: Path) -> None:
    """The tiles of the archives, packed in each way: milliseconds and kilobytes of all of a zoom."""
    codings: tuple[Coding, ...] = ("gzip", "zstd", "br")
    print(f"{'layer':>12} {'zoom':>4} {'plain kB':>9}" + "".join(f"{c:>7} ms {c:>7} kB" for c in codings))
    for name in LAYERS:
        archive = Archive(next((state / "archives").glob(f"{name}-*.pmtiles")))
        for zoom in (5, 8, 11):
            bodies = [b for tile in cover(BOX, zoom) if (b := archive.plain_tile(*tile)) is not None]
            columns = []
            for coding in codings:
                began = time.perf_counter()
                size = sum(len(coding_of.pack(body, coding)) for body in bodies)
                columns.append(f"{1000 * (time.perf_counter() - began):>10.1f} {size / 1000:>10.0f}")
            print(f"{name:>12} {zoom:>4} {sum(map(len, bodies)) / 1000:>9.0f}" + "".join(columns))


RACES: dict[str, Callable[[Sequence[Rival], str, Path], None]] = {
    "shape": shape,
    "cold": cold,
    "view": view,
    "warm": warm,
    "fresh": fresh,
    "pack": pack,
}
