"""From the commit of a changed row to the changed tile: who notices, and when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.tile_race.rivals import Rival
from benchmarks.tile_race.setup import LAYER_DIR
from layers.mercator import cover

ROUNDS = 5
PATIENCE_S = 10.0
HEAD = "code,name,grade,kind,county_code,graded_on,lon,lat\n"
ROW = "R000007,改名{n},{grade},化工,330100,2026-11-01,{place[0]},{place[1]}\n"
PLACE = (120.15, 30.25)
ZOOM = 14


def fresh(field: Sequence[Rival], url: str, state: Path) -> None:
    """Change one of 80,000 points; print when the page is told, and when it has the new tile."""
    told, drawn, taken = [], [], []
    with field[0].running() as port:
        for n in range(ROUNDS):
            one = _round(port, url, state, n)
            told.append(one[0] * 1000)
            drawn.append(one[1] * 1000)
            taken.append(one[2])
    print(f"     riskmap  told {median(told):.0f} ms and redrawn {median(drawn):.0f} ms after the commit (worst "
          f"{max(drawn):.0f} ms); the whole `riskmap load` of the row took {median(taken):.1f} s")  # fmt: skip
    for rival in field[1:]:
        print(f"{rival.name:>18}  {_rival(rival, url)}")


def _round(port: int, url: str, state: Path, n: int) -> tuple[float, float, float]:
    """Return seconds from the commit to the event, to the tile, and of the load."""
    heard = threading.Event()
    times: dict[str, float] = {}

    def listen() -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/events") as stream:
            is_first = True
            for line in stream:
                if not line.startswith(b"data:"):
                    continue
                if is_first:
                    is_first = False
                    heard.set()
                    continue
                version = json.loads(line[5:])["layers"]["race_point"]["version"]
                times["told"] = time.monotonic()
                z, x, y = next(cover((*PLACE, *PLACE), ZOOM))
                urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/tiles/race_point/{z}/{x}/{y}.mvt?v={version}"
                ).read()
                times["drawn"] = time.monotonic()
                return

    reader = threading.Thread(target=listen)
    reader.start()
    heard.wait(10)
    file = state / "row.csv"
    file.write_text(HEAD + ROW.format(n=time.time_ns(), grade=1 + n % 4, place=PLACE), encoding="utf-8")
    program = str(Path(sys.executable).parent / "riskmap")
    environment = {**os.environ, "RISKMAP_STATE_DIR": str(state), "RISKMAP_LAYER_DIR": str(LAYER_DIR)}
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("LISTEN riskmap_layers")
        load = subprocess.Popen([program, "load", str(file), "--layer", "race_point"], env=environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        next(connection.notifies(timeout=60))
        committed = time.monotonic()
    load.wait()
    taken = time.monotonic() - began
    reader.join(10)
    return times["told"] - committed, times["drawn"] - committed, taken


def _rival(rival: Rival, url: str) -> str:
    """Say when a rival shows a row that was changed in its table, asked ten times a second."""
    with rival.running() as port, psycopg.connect(url, autocommit=True) as connection:
        [place] = connection.execute(
            "SELECT ST_X(geom), ST_Y(geom) FROM peer.race_point WHERE code = 'R000009'"
        ).fetchall()
        _, x, y = next(cover((*place, *place), ZOOM))
        address = f"http://127.0.0.1:{port}{rival.tile('race_point', ZOOM, x, y)}"
        before = urllib.request.urlopen(address).read()
        name = f"改名{time.time_ns()}"
        connection.execute("UPDATE peer.race_point SET name = %s WHERE code = 'R000009'", (name,))
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            if urllib.request.urlopen(address).read() != before:
                taken = 1000 * (time.monotonic() - began)
                return f"the tile is new {taken:.0f} ms after, for who asks again; tells nobody"
            time.sleep(0.1)
    return f"the tile is still the old one {PATIENCE_S:.0f} s after; tells nobody"
