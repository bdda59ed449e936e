"""What it costs to keep where movers were: ``python -m benchmarks.positions [SECONDS] [MOVERS]``, on its own database.

Movers (5,000 unless said otherwise) report once a second for some seconds (300): nine tenths are parked with the unrest
of their receivers, the others drive at 15 m/s. Time runs as fast as the machine can, so that what is measured is the
work. Runs without and with history and prints side by side what taking a batch and saving cost (ms), how many rows
are kept, and how long the question for a moment of the past takes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, delete, func, select, text

from app.commands.database import etl_engine
from app.embedded import private_postgis
from app.fixes import Fix
from app.position_history import PositionHistory
from app.positions import SAVE_EVERY_S, PositionStore
from app.state.prepare import prepare
from app.state.tables import POSITION, POSITION_PAST

SEED, DRIVING, SPEED_MPS, UNREST_M, METRES_PER_DEGREE = 7, 0.1, 15.0, 4.0, 111_320.0
ASKED = 30


def batches(seconds: int, movers: int) -> Iterator[list[tuple[int, Fix]]]:
    """Yield what all movers report, second by second, the last one now."""
    rng = np.random.default_rng(SEED)
    start = rng.uniform((118.5, 27.5), (122.0, 31.0), (movers, 2))
    turn = rng.uniform(0, 2 * np.pi, movers)
    speed = np.where(np.arange(movers) < movers * DRIVING, SPEED_MPS, 0.0) / METRES_PER_DEGREE
    begins = datetime.now(UTC) - timedelta(seconds=seconds)
    for second in range(seconds):
        way = np.column_stack([np.cos(turn), np.sin(turn)]) * (speed * second)[:, None]
        place = start + way + rng.normal(0, UNREST_M / METRES_PER_DEGREE, (movers, 2))
        at = begins + timedelta(seconds=second)
        yield [
            (n, Fix(f"V{n}", "vehicle", f"V{n}", lon, lat, at, at, SPEED_MPS, 0.0))
            for n, (lon, lat) in enumerate(place.tolist())
        ]


def run(engine: Engine, seconds: int, movers: int, hours: float) -> dict[str, float]:
    """Report for some seconds and ask for moments between; return the figures."""
    with engine.begin() as connection:
        connection.execute(delete(POSITION))
        connection.execute(delete(POSITION_PAST))
    store = PositionStore(engine, PositionHistory(timedelta(hours=hours), 10_000_000))
    taken, saved, asked = [], [], []
    for second, batch in enumerate(batches(seconds, movers)):
        taken.append(_ms(lambda batch=batch: store.take(batch)))
        if second % SAVE_EVERY_S == 0:
            saved.append(_ms(store.save))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE app.position_past"))
        rows = connection.execute(select(func.count()).select_from(POSITION_PAST)).scalar_one()
        size = connection.execute(text("SELECT pg_total_relation_size('app.position_past')")).scalar_one()
    for ago in np.linspace(1, seconds, ASKED):
        moment = datetime.now(UTC) - timedelta(seconds=float(ago))
        asked.append(_ms(lambda moment=moment: store.known(moment)))
    return {
        "fixes reported": seconds * movers,
        "fixes kept": rows,
        "bytes kept": size,
        "take a batch, p50 ms": float(np.percentile(taken, 50)),
        "take a batch, p95 ms": float(np.percentile(taken, 95)),
        "save (5 s of it), p50 ms": float(np.percentile(saved, 50)),
        "save (5 s of it), p95 ms": float(np.percentile(saved, 95)),
        "a moment of the past, p95 ms": float(np.percentile(asked, 95)),
    }


def _ms(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return (time.perf_counter() - began) * 1000


def main(seconds: int, movers: int) -> None:
    """Print both runs side by side."""
    with tempfile.TemporaryDirectory(prefix="rmp-") as folder:
        Path(folder).chmod(0o755)
        with private_postgis(Path(folder)) as url, etl_engine(url) as engine:
            prepare(engine)
            without, kept = (run(engine, seconds, movers, hours) for hours in (0.0, 72.0))
    print(f"{movers:,} movers, {seconds} s, one in ten driving")
    print(f"{'':32}{'no history':>14}{'history':>14}{'ratio':>8}")
    for name, before in without.items():
        ratio = f"{kept[name] / before:8.2f}" if before else f"{'':8}"
        print(f"{name:32}{before:14,.1f}{kept[name]:14,.1f}{ratio}")
    print(f"one fix in {kept['fixes reported'] / kept['fixes kept']:.0f} is kept")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    main(*given, *(300, 5000)[len(given) :])
