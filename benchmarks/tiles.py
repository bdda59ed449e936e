"""Tiles side by side: ``python -m benchmarks.tiles STATE_DIR [--tipg PYTHON] [--only pack,shape,cold,…]``.

Data from a fixed seed at the size of a province (80,000 points, 19,849 zones, 90 counties of 1 M vertices), loaded with
``riskmap load`` into a private PostGIS under STATE_DIR (kept for the next run). The rivals are Martin and pg_tileserv
where they are on the PATH, tipg where a Python has it, and Martin's query shape through the same driver.

shape   one connection, one tile at a time: our statement against Martin's, by layer and zoom
cold    random tiles nobody asked for, 32 connections, each server just started
view    a screen of 20 tiles of all three layers over 6 connections, as a browser asks: cold, then warm
warm    one tile again and again (wrk, 64 connections), beside nginx with the same bytes
pack    tiles of the archives in gzip, Zstandard and Brotli
fresh   from the commit of a changed row to the changed tile
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from app.embedded import private_postgis
from benchmarks.tile_race import races
from benchmarks.tile_race.rivals import others, riskmap
from benchmarks.tile_race.setup import LAYER_DIR, load, tables

RACES = ("pack", "shape", "cold", "view", "warm", "fresh")


def main() -> None:
    """Set the race up and run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("state", type=Path)
    parser.add_argument("--tipg", help="a Python that has tipg and uvicorn")
    parser.add_argument("--only", default=",".join(RACES))
    asked = parser.parse_args()
    state = asked.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    load(state)
    with private_postgis(state, log=lambda line: print(line, file=sys.stderr)) as url:
        versions = tables(url)
        field = [riskmap(state, LAYER_DIR, versions), *others(url, state, asked.tipg)]
        print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; in the race: {', '.join(r.name for r in field)}"
        )
        for name in asked.only.split(","):
            print(f"\n== {name}")
            races.RACES[name](field, url, state)


if __name__ == "__main__":
    main()
