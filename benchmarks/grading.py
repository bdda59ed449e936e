"""How fast objects are graded and zones rebuilt, and how that grows: ``python benchmarks/grading.py [N …]``.

For each number of objects (10,000, 100,000, 1,000,000 unless said otherwise) three figures, in seconds and objects per
second: grading in memory (all methods, with reasons); computing the graded objects and all zones in PostGIS; a whole
regrade as ``riskmap constants set`` does it: grade, compare, write versions, zones, archives. The last line of each
column says how time grows with tenfold objects (10 is linear).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from app.commands.database import etl_engine
from app.embedded import private_postgis
from app.regrading import Regrader
from app.state.prepare import prepare
from etl.demo import boundaries, files
from etl.demo.generate import DEFAULT_SEED
from etl.derive.grades import INPUTS, grade_hazards
from etl.derive.zones import DERIVED, OPTIONAL, REQUIRED, Inputs, compute_rows
from etl.loads.heap import be_quick
from etl.manifest import Entry, Manifest
from etl.pipeline import Pipeline
from etl.progress import Silent
from layers.constants.shipped import shipped
from layers.constants.store import current_constants
from layers.registry import discover
from layers.store import Files, current_versions

SIZES = (10_000, 100_000, 1_000_000)
INVENTORIES = ("7782-50-5:12;7664-41-7:20", "67-64-1/W5.3:9000", "74-90-8:2.5", "68476-85-7:400;1333-74-0:3")


def objects(n: int) -> pd.DataFrame:
    """Objects over the province: 2 % installations, 10 % by LEC, 10 % by LS, the rest firms with a score."""
    rng = np.random.default_rng(n)
    kind = rng.choice(4, size=n, p=(0.02, 0.1, 0.1, 0.78))

    def where(wanted: int, values: np.ndarray) -> pd.Series:
        return pd.Series(values, dtype=object).where(kind == wanted, None)

    return pd.DataFrame(
        {
            "code": [f"B{i:07d}" for i in range(n)],
            "name": [f"对象{i:07d}" for i in range(n)],
            "kind": np.where(kind == 0, "major_hazard", "firm"),
            "industry": rng.choice(["基础化工", "印染", "木业", "矿山"], n),
            "inventory": where(0, rng.choice(INVENTORIES, n)),
            "residents_500m": where(0, rng.integers(0, 300, n)),
            "lec_l": where(1, rng.choice([10, 6, 3, 1, 0.5], n)),
            "lec_e": where(1, rng.choice([10, 6, 3, 2, 1], n)),
            "lec_c": where(1, rng.choice([40, 15, 7, 3], n)),
            "ls_l": where(2, rng.integers(1, 6, n)),
            "ls_s": where(2, rng.integers(1, 6, n)),
            "firm_score": where(3, rng.uniform(45, 99, n).round(1)),
            "red_line": None,
            "assessed_on": "2026-03-01",
            "lon": rng.uniform(118.6, 121.6, n).round(6),
            "lat": rng.uniform(27.8, 30.9, n).round(6),
        }
    )


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_memory(frame: pd.DataFrame) -> float:
    """Seconds to grade a frame with all methods."""
    given = frame[list(INPUTS)].astype(object)
    return timed(lambda: grade_hazards(given, shipped()))


def in_database(url: str, frame: pd.DataFrame, folder: Path, areas: Path) -> tuple[float, float]:
    """Seconds to compute all zones, and seconds of a whole regrade."""
    with etl_engine(url) as engine:
        prepare(engine)
        store = Files(folder)
        frame.to_csv(folder / "h.csv", index=False)
        pipeline = Pipeline(engine, discover(), store, Silent())
        entries = [
            Entry(id="admin_area", file=str(areas), crs="EPSG:4326", source="benchmark"),
            Entry(id="hazard_source", file="h.csv", crs="EPSG:4326", source="benchmark"),
        ]
        pipeline.run(Manifest(layer=entries), folder)

        def zones() -> None:
            with engine.begin() as connection:
                be_quick(connection)
                served = current_versions(connection)
                known = {i: str(served[i].table_name) for i in (*REQUIRED, *OPTIONAL) if i in served}
                inputs = Inputs(known, None, current_constants(connection))
                for layer_id in DERIVED:
                    compute_rows(connection, pipeline.registry.vector(layer_id), inputs)
                    inputs.made[layer_id] = str(served[layer_id].table_name) if layer_id in served else ""

        computed = timed(zones)
        regrader = Regrader.silent(engine, pipeline.registry, store)
        said = {"person": "benchmark", "reason": "benchmark"}
        value = f">=90:4; >=75:3; >=61.{len(frame) % 7}5:2; >=0:1"
        return computed, timed(lambda: regrader.set_constant("chemical-firm-2018.cutoffs", value, **said))


def main(sizes: tuple[int, ...]) -> None:
    """Print a line per size, then how each column grows."""
    print(
        f"{'objects':>10} {'grade s':>9} {'per s':>10} {'zones s':>9} {'per s':>10} {'regrade s':>10} {'per s':>9}"
    )
    seen: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as base:
        Path(base).chmod(0o755)
        areas = Path(base) / "admin.geojson"
        files.write_admin(areas, boundaries.build(DEFAULT_SEED))
        for n in sizes:
            folder = Path(base) / str(n)
            folder.mkdir(mode=0o755)
            frame = objects(n)
            with private_postgis(folder, fsync=False) as url:
                figures = (in_memory(frame), *in_database(url, frame, folder, areas))
            seen.append(figures)
            print(f"{n:>10,} " + " ".join(f"{s:>9.2f} {n / s:>10,.0f}" for s in figures), flush=True)
    for before, after in pairwise(seen):
        print("   x10 ->  " + " ".join(f"{b / a:>9.1f} {'':>10}" for a, b in zip(before, after, strict=True)))


if __name__ == "__main__":
    main(tuple(int(one.replace(",", "")) for one in sys.argv[1:]) or SIZES)
