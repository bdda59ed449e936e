"""How fast a file becomes a served layer: this loader beside geopandas.to_postgis and ogr2ogr, one after the other.

    python benchmarks/load.py [--rows 1000000] [--rounds 3] [--only points|shapefile]

The same file (fixed seed, seven attributes, Chinese text) ends in the same table for everybody: the attributes, the
geometry in degrees and in web mercator, a GIST index on each, a unique index on the key. Only ours checks the rows
(types, ranges, code list, keys, geometry, county of every point against its code). ogr2ogr is left out where it is not
installed. Prints seconds, rows per second and ratios; peak memory is that of the process and its reading child.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pyogrio
import shapely
from sqlalchemy import Engine, create_engine, text

from app.commands.database import etl_engine
from app.embedded import private_postgis
from etl.demo import boundaries, files, generate
from etl.loads.loader import Loader
from etl.loads.profile import Profile
from etl.manifest import manifest_for
from etl.pipeline import Pipeline
from etl.progress import Silent
from layers.registry import discover
from layers.store import Files, ensure_schema

SEED = 330_000
LAYER = """
from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Text
from layers.style import icons

KINDS = {"a": Text("甲类", "class A"), "b": Text("乙类", "class B"), "c": Text("丙类", "class C")}
LAYER = VectorLayer(
    id="bench", title=Text("测速", "Benchmark"), description=Text("测速", "Benchmark"), group="context", order=90,
    shape="point", key="code", tile_fields=("name",), minzoom=12,
    fields=(
        CODE, NAME, Field(name="kind", title=Text("类别", "Kind"), choices=KINDS), COUNTY_CODE,
        Field(name="persons", title=Text("人数", "Persons"), type=FieldType.INTEGER, minimum=0, maximum=100000),
        Field(name="area_m2", title=Text("面积", "Area"), type=FieldType.DECIMAL, minimum=0),
        Field(name="seen_on", title=Text("日期", "Date"), type=FieldType.DATE),
    ),
    draw=lambda theme: icons("bench", "camera", theme),
)
"""
PEER_TABLE = """
CREATE TABLE final AS SELECT *, ST_Transform(geom, 3857) AS tile_geom FROM loaded;
CREATE INDEX ON final USING gist (geom);
CREATE INDEX ON final USING gist (tile_geom);
CREATE UNIQUE INDEX ON final (code);
ANALYZE final
"""


@dataclass
class Times:
    """Seconds of each way, by name."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        self.seconds.setdefault(name, []).append(seconds)

    def show(self, rows: int, ours: str) -> None:
        base = median(self.seconds[ours])
        for name, taken in self.seconds.items():
            middle = median(taken)
            print(
                f"  {name:46} {middle:7.2f} s  {rows / middle / 1000:7.1f}k rows/s  {middle / base:5.2f} x ours"
                f"   (all: {', '.join(f'{t:.2f}' for t in taken)})"
            )


def make_points(rows: int) -> gpd.GeoDataFrame:
    """Points over the province with text as offices have it; one row in ten has no county code."""
    rng = np.random.default_rng(SEED)
    lon, lat = rng.uniform(118.6, 121.8, rows), rng.uniform(28.2, 30.7, rows)
    codes = _codes_of(lon, lat)
    codes[rng.random(rows) < 0.1] = None
    return gpd.GeoDataFrame(
        {
            "code": np.char.add("B", np.arange(rows).astype("U7")),
            "name": np.char.add("浙江省测试避灾安置点第", np.arange(rows).astype("U7")),
            "kind": rng.choice(["a", "b", "c"], rows),
            "county_code": codes,
            "persons": rng.integers(0, 5000, rows),
            "area_m2": np.round(rng.uniform(10, 9000, rows), 2),
            "seen_on": pd.to_datetime("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, rows), "D"),
        },
        geometry=shapely.points(np.round(lon, 7), np.round(lat, 7)),
        crs=4326,
    )


def write_files(folder: Path, rows: int, only: str | None) -> None:
    """Write the files to load."""
    frame = make_points(rows)
    frame.to_file(folder / "points.gpkg", layer="points")
    if only != "points":
        dated = frame.assign(seen_on=frame["seen_on"].dt.strftime("%Y-%m-%d"))
        dated.rename(columns={"county_code": "county_cod"}).to_file(folder / "points.shp", encoding="gb18030")


def _codes_of(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The county each point lies in, on the demo's own boundaries."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files.write_admin(folder / "a.geojson", boundaries.build(SEED))
        counties = gpd.read_file(folder / "a.geojson")
    counties = counties[counties["level"] == "county"].reset_index(drop=True)
    tree = shapely.STRtree(counties.geometry.to_numpy())
    point, county = tree.query(shapely.points(lon, lat), predicate="intersects")
    found = np.full(len(lon), None, dtype=object)
    found[point] = counties["code"].to_numpy()[county]
    return found


class Bench:
    """One database, one file, several ways in."""

    def __init__(self, url: str, engine: Engine, folder: Path, rows: int) -> None:
        self.url, self.engine, self.folder, self.rows = url, engine, folder, rows
        site = folder / "site"
        site.mkdir(exist_ok=True)
        (site / "bench.py").write_text(LAYER, encoding="utf-8")
        self.registry = discover(site)
        self.loader = Loader(engine, self.registry, Files(folder), Silent())

    def clear(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for name in ("loaded", "final"):
                connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute("DELETE FROM layer.current WHERE layer = 'bench'")
            connection.execute("DELETE FROM layer.version WHERE layer = 'bench'")
            names = connection.execute(
                "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'bench\\_\\_%' AND relkind IN ('r', 'v')"
                " ORDER BY relkind DESC"
            ).fetchall()
            for name, kind in names:
                connection.execute(f'DROP {"VIEW" if kind == "v" else "TABLE"} layer."{name}"')
            connection.execute("CHECKPOINT")

    def ours(self, path: Path, **more: object) -> float:
        began = time.perf_counter()
        load = self.loader.receive(path, layer="bench", profile=Profile(**more), again=True, surveyed=False)  # type: ignore[arg-type]
        load = self.loader.advance(load.id)
        if load.questions:
            raise SystemExit(load.questions)
        [done] = self.loader.commit(load.id)
        taken = time.perf_counter() - began
        if done.rows != self.rows:
            raise SystemExit(f"{done} is not {self.rows} rows")
        return taken

    def geopandas(self, path: Path) -> float:
        began = time.perf_counter()
        frame = pyogrio.read_dataframe(path, encoding="gb18030" if path.suffix == ".shp" else None)
        frame = frame.rename(columns={"county_cod": "county_code"}).rename_geometry("geom")
        engine = create_engine(self.engine.url)
        frame.to_postgis("loaded", engine)
        engine.dispose()
        self._finish()
        return time.perf_counter() - began

    def ogr2ogr(self, path: Path) -> float:
        began = time.perf_counter()
        where = dict(part.split("=") for part in psycopg.conninfo.make_conninfo(self.url).split(" "))
        target = "PG:" + " ".join(f"{k}={v}" for k, v in where.items())
        options = [
            "--config",
            "PG_USE_COPY",
            "YES",
            "-lco",
            "GEOMETRY_NAME=geom",
            "-lco",
            "SPATIAL_INDEX=NONE",
        ]
        source = ["-oo", "ENCODING=GB18030"] if path.suffix == ".shp" else []
        subprocess.run(
            ["ogr2ogr", "-q", "-f", "PostgreSQL", target, str(path), "-nln", "loaded", *options, *source],
            check=True,
        )
        self._finish()
        return time.perf_counter() - began

    def _finish(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in PEER_TABLE.split(";"):
                connection.execute(statement)
            [count] = connection.execute("SELECT count(*) FROM final").fetchone() or [0]
            if count != self.rows:
                raise SystemExit(f"{count} rows arrived, not {self.rows}")

    def blind_upsert(self) -> float:
        """What a re-load costs that writes every row: ON CONFLICT UPDATE from rows that are staged already."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS loaded AS SELECT * FROM final")
            began = time.perf_counter()
            connection.execute(
                "INSERT INTO final SELECT * FROM loaded ON CONFLICT (code) DO UPDATE SET name = excluded.name,"
                " kind = excluded.kind, county_code = excluded.county_code, persons = excluded.persons,"
                " area_m2 = excluded.area_m2, seen_on = excluded.seen_on, geom = excluded.geom,"
                " tile_geom = excluded.tile_geom"
            )
            return time.perf_counter() - began


def first_loads(bench: Bench, path: Path, rounds: int) -> None:
    times = Times()
    ways: dict[str, Callable[[Path], float]] = {"ours, every row checked": bench.ours}
    ways["geopandas.to_postgis, then SQL"] = bench.geopandas
    if shutil.which("ogr2ogr"):
        ways["ogr2ogr PG_USE_COPY, then SQL"] = bench.ogr2ogr
    for _ in range(rounds):
        for name, way in ways.items():
            bench.clear()
            times.add(name, way(path))
    print(f"{path.name}: {bench.rows:,} rows, file to indexed table, median of {rounds}")
    times.show(bench.rows, "ours, every row checked")


def reloads(bench: Bench, path: Path, rounds: int) -> None:
    bench.clear()
    bench.geopandas(path)
    times = Times()
    staged = [bench.blind_upsert() for _ in range(rounds)]
    bench.clear()
    bench.ours(path)
    load = bench.loader.receive(path, layer="bench", profile=Profile(), again=True)
    began = time.perf_counter()
    bench.loader.advance(load.id)
    read = time.perf_counter() - began
    for n in range(rounds):
        times.add("blind ON CONFLICT UPDATE of staged rows", staged[n])
        began = time.perf_counter()
        with bench.engine.begin() as connection:
            from etl.loads.preview import change_of
            from etl.loads.sqltools import stage_table

            change, _ = change_of(connection, bench.registry.vector("bench"), stage_table("ready", load.id))
        if change.writes:
            raise SystemExit(f"the same file is not the same: {change}")
        times.add("ours: staged rows compared, nothing written", time.perf_counter() - began)
    bench.loader.discard(load.id)
    for _ in range(rounds):
        times.add("ours: whole file again, other bytes", bench.ours(path, note="again"))
        began = time.perf_counter()
        again = bench.loader.receive(path, layer="bench", profile=Profile(note="again"))
        if again.state not in ("loaded", "unchanged"):
            raise SystemExit(f"the same bytes were not recognised: {again.state}")
        times.add("ours: the same bytes again, known by hash", time.perf_counter() - began)
    print(f"{path.name}: identical re-load (reading and checking alone: {read:.2f} s)")
    times.show(bench.rows, "ours: staged rows compared, nothing written")


class Peak(threading.Thread):
    """The largest resident memory of this process and of its children, bytes, sampled."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.child = 0
        self.stop = threading.Event()

    def run(self) -> None:
        me = Path("/proc/self")
        while not self.stop.wait(0.05):
            self.own = max(self.own, _resident(me))
            for task in me.glob("task/*/children"):
                for pid in task.read_text().split():
                    self.child = max(self.child, _resident(Path("/proc") / pid))


def _resident(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def load_counties(url: str, folder: Path) -> None:
    """Load the counties that places are judged by."""
    data = folder / "data"
    generate(data)
    with etl_engine(url) as engine:
        Pipeline(engine, discover(), Files(folder), Silent()).run(
            manifest_for(data), data, only=["admin_area"]
        )


def apart(work: Callable[..., None], *arguments: object) -> None:
    """Do preparations in a process of their own: what they take would count as memory of the load."""
    process = get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} failed")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["points", "shapefile"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="riskmap-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        apart(write_files, folder, asked.rows, asked.only)
        with private_postgis(folder) as url, etl_engine(url) as engine:
            ensure_schema(engine)
            apart(load_counties, url, folder)
            bench = Bench(url, engine, folder, asked.rows)
            peak = Peak()
            bench.clear()
            peak.start()
            bench.ours(folder / "points.gpkg")
            peak.stop.set()
            print(
                f"peak memory of one load: {peak.own / 1e6:.0f} MB, its reading process {peak.child / 1e6:.0f} MB"
            )
            if asked.only != "shapefile":
                first_loads(bench, folder / "points.gpkg", asked.rounds)
                reloads(bench, folder / "points.gpkg", asked.rounds)
            if asked.only != "points":
                first_loads(bench, folder / "points.shp", asked.rounds)
            with engine.connect() as connection:
                print(connection.execute(text("SELECT version()")).scalar_one()[:40])


if __name__ == "__main__":
    main()
