"""Time of coverage beside plain ways and other programs to the same figures, in one run. Prints seconds and ratios.

    python benchmarks/coverage.py [--only million|postgis|raster|request|http]

A million places under 20 bases beside pyproj and PostGIS; 30 million raster cells under five bases beside exactextract
(where it is installed: pip install exactextract); one question on the real data (RISKMAP_REAL_DATA or ../shared/data)
beside plain loops and overlays; the same question over HTTP to a demo that is started for it (40 s).
"""

from __future__ import annotations

import argparse
import atexit
import csv
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import psycopg
import rasterio
import shapely

from app.analysis.coverage import CoverageParams, run
from app.analysis.engine import Demand, Flight, Reach, coverage
from app.analysis.engine.demand import Grid
from app.analysis.engine.measures import by_times, expected, losses, memberships, shares
from app.analysis.engine.signatures import place_bits
from app.analysis.kit.flights import rules_of, site_of
from app.analysis.kit.prepare import prepared_for
from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid
from app.analysis.rows import aircraft_rows
from app.embedded import private_postgis
from layers.geo import GEOD, densify

DATA = Path(os.environ.get("RISKMAP_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
BASES = ("建德千岛湖", "德清莫干山", "普陀山", "东阳横店", "龙湾")
RADIUS_M = 100_000.0
LOOP_CELLS = 4000  # the cell-by-cell loop is timed on so many and scaled up


def read() -> CoverageInputs:
    features = json.loads((DATA / "zj_county2020_tudigong.geojson").read_text(encoding="utf-8"))["features"]
    counties = tuple(
        County(
            str(f["properties"]["CODE"]),
            f["properties"]["NAME"],
            shapely.from_geojson(json.dumps(f["geometry"])),
        )
        for f in features
    )
    with rasterio.open(DATA / "zj_pop2020_30sec_gpwshape_censustotal.tif") as file:
        people = PopulationGrid(file.read(1), tuple(file.transform), file.nodata)
    with (DATA / "zj_airfields_civil.csv").open(encoding="utf-8-sig") as lines:
        rows = [row for row in csv.DictReader(lines) if any(name in row["name_zh"] for name in BASES)]
    bases = tuple(
        BaseRow(row["name_zh"], row["name_zh"], float(row["lon"]), float(row["lat"])) for row in rows
    )
    return CoverageInputs(None, counties, people, bases)


def timed(work: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def cells_of(inputs: CoverageInputs) -> Demand:
    people = prepared_for(inputs).people
    if people is None:
        raise SystemExit("no population")
    return people.demand


def cell_by_cell(inputs: CoverageInputs) -> float:
    """Seconds for a loop that asks each cell for its county and its distance to every base, by centre
    only.
    """
    cells = cells_of(inputs)
    shapes = [county.geometry for county in inputs.counties]
    random = np.random.default_rng(1).choice(len(cells), LOOP_CELLS, replace=False)

    def loop() -> None:
        for i in random:
            lon, lat = cells.points.lon[i], cells.points.lat[i]
            point = shapely.Point(lon, lat)
            next((shape for shape in shapes if shape.contains(point)), None)
            any(GEOD.inv(base.lon, base.lat, lon, lat)[2] <= RADIUS_M for base in inputs.bases)

    return timed(loop) * len(cells) / LOOP_CELLS


def karney_for_all(inputs: CoverageInputs) -> float:
    """Seconds for Karney's inverse over whole arrays, the edge cells split as ours are."""
    cells = cells_of(inputs)

    def arrays() -> None:
        for base in inputs.bases:
            n = len(cells)
            away = np.asarray(
                GEOD.inv(np.full(n, base.lon), np.full(n, base.lat), cells.points.lon, cells.points.lat)[2]
            )
            fine = cells.grid.split(np.flatnonzero(np.abs(away - RADIUS_M) < cells.half_m))
            n = len(fine)
            GEOD.inv(np.full(n, base.lon), np.full(n, base.lat), fine.lon, fine.lat)

    return timed(arrays)


def plain_overlay(inputs: CoverageInputs) -> float:
    """Seconds for land by county: every county against every disc, the union, and the union less one base."""

    def overlay() -> None:
        n = 1440
        discs = []
        for base in inputs.bases:
            ring = GEOD.fwd([base.lon] * n, [base.lat] * n, np.arange(n) / 4, [RADIUS_M] * n)
            discs.append(shapely.Polygon(np.column_stack(ring[:2])))
        unions = [shapely.union_all(discs)]
        unions += [shapely.union_all(discs[:i] + discs[i + 1 :]) for i in range(len(discs))]
        for county in inputs.counties:
            for shape in [*discs, *unions]:
                GEOD.geometry_area_perimeter(densify(county.geometry.intersection(shape), 1000))

    return timed(overlay)


def scattered() -> tuple[Demand, list[Reach]]:
    """A million places with weights under 20 bases."""
    random, n, bases = np.random.default_rng(0), 1_000_000, 20
    demand = Demand.of(random.uniform(118, 123, n), random.uniform(27, 31.2, n), random.random(n))
    flight = Flight(900, 200 / 3.6, 2700)
    at = zip(random.uniform(118, 123, bases), random.uniform(27, 31.2, bases), strict=True)
    return demand, [Reach(float(lon), float(lat), flight) for lon, lat in at]


def million() -> None:
    """A million places under 20 bases, and every figure after that, beside Karney's inverse over whole arrays."""
    start = time.perf_counter()
    demand, reaches = scattered()
    sorting, n, bases = time.perf_counter() - start, len(demand), len(reaches)
    ours = timed(lambda: coverage(reaches, demand), 11)
    bits, wrong = place_bits(demand, reaches), 0
    start = time.perf_counter()
    for i, reach in enumerate(reaches):
        away = GEOD.inv(np.full(n, reach.lon), np.full(n, reach.lat), demand.points.lon, demand.points.lat)[2]
        wrong += int(((np.asarray(away) <= RADIUS_M) != (bits >> np.uint64(i) & np.uint64(1) != 0)).sum())
    karney = time.perf_counter() - start
    found = coverage(reaches, demand)
    weight = found.total[:, 0]

    def figures() -> None:
        by_times(found.bits, weight, bases)
        shares(found.bits, weight, bases)
        losses(found.bits, weight, bases, 1)
        losses(found.bits, weight, bases, 2)
        expected(found.bits, weight, [0.3] * bases)

    print(f"{n:,} places x {bases} bases (made and sorted into tiles once, {sorting:.2f} s)")
    print(f"histogram of signatures        {ours:8.4f} s")
    print(
        f"pyproj.Geod.inv, whole arrays  {karney:8.3f} s   {karney / ours:7.0f} x ours, {wrong} places differ"
    )
    print(f"k, unique, Shapley, N-1, N-2, MEXCLP {timed(figures, 11) * 1000:6.1f} ms")


IN_POSTGIS = """
SELECT b.id, count(*), sum(p.id::numeric), sum(p.weight)
FROM base b JOIN place p ON ST_DWithin(p.at, b.at, %s) GROUP BY b.id ORDER BY b.id
"""


def postgis() -> None:
    """The same places and bases in PostGIS: ST_DWithin on geography with an index, summed by base."""
    demand, reaches = scattered()
    ours, bits = timed(lambda: coverage(reaches, demand), 11), place_bits(demand, reaches)
    with private_postgis(_state(), fsync=False) as url, psycopg.connect(_plain(url), autocommit=True) as link:
        link.execute("DROP TABLE IF EXISTS place, base")
        link.execute(
            "CREATE TEMP TABLE place (id int, weight float8, lon float8, lat float8, at geography(point))"
        )
        link.execute("CREATE TEMP TABLE base (id int, lon float8, lat float8, at geography(point))")
        start = time.perf_counter()
        rows = zip(range(len(demand)), demand.weight[:, 0].tolist(), demand.points.lon.tolist(), strict=False)
        with link.cursor().copy("COPY place (id, weight, lon, lat) FROM STDIN") as copy:
            for row, lat in zip(rows, demand.points.lat.tolist(), strict=True):
                copy.write_row((*row, lat))
        for i, reach in enumerate(reaches):
            link.execute("INSERT INTO base (id, lon, lat) VALUES (%s, %s, %s)", (i, reach.lon, reach.lat))
        link.execute("UPDATE place SET at = ST_MakePoint(lon, lat)::geography")
        link.execute("UPDATE base SET at = ST_MakePoint(lon, lat)::geography")
        link.execute("CREATE INDEX ON place USING gist (at)")
        link.execute("ANALYZE place")
        loading, found = time.perf_counter() - start, []
        theirs = timed(lambda: found.append(link.execute(IN_POSTGIS, (RADIUS_M,)).fetchall()), 3)
    held = memberships(bits, len(reaches))
    ids = np.arange(len(demand), dtype=object)
    differ = sum(
        (int(held[:, i].sum()), int(ids[held[:, i]].sum())) != (count, int(total))
        for i, count, total, _ in found[-1]
    )
    print(
        f"PostGIS ST_DWithin(geography)  {theirs:8.3f} s   {theirs / ours:7.0f} x ours ({ours:.3f} s), "
        f"loading and index {loading:.1f} s, {differ} of {len(reaches)} bases with other places"
    )


def _state() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="riskmap-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # the server's own user has to enter
    return folder


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def raster() -> None:
    """30 million cells of a raster in memory under five bases, beside exactextract with the same five outlines."""
    rows, columns, west, north = 5040, 6000, 118.0, 31.2
    width, height = 5 / columns, 4.2 / rows
    persons = np.random.default_rng(0).gamma(0.5, 4, (rows, columns)).astype(np.float32)
    start = time.perf_counter()
    row, column = (index.ravel() for index in np.indices((rows, columns), dtype=np.int32))
    lon, lat = west + (column + 0.5) * width, north - (row + 0.5) * height
    grid = Grid.of(row, column, west, north, width, -height)
    demand = Demand.of(lon, lat, persons.ravel(), half_m=70.0, grid=grid)
    preparing = time.perf_counter() - start
    flight = Flight(900, 200 / 3.6, 2700)
    at = [(119.18, 29.36), (119.98, 30.52), (122.36, 29.93), (120.43, 29.15), (120.85, 27.91)]
    reaches = [Reach(*place, flight) for place in at]
    ours = timed(lambda: coverage(reaches, demand), 5)
    print(
        f"{persons.size:,} cells x {len(reaches)} bases (sorted into tiles once per raster, {preparing:.1f} s)"
    )
    print(f"histogram: every base, union, k {ours:7.3f} s")
    if importlib.util.find_spec("exactextract") is None:
        print("exactextract is not installed: pip install exactextract, to have it beside")
        return
    import exactextract
    from exactextract.raster import NumPyRasterSource

    outlines = gpd.GeoDataFrame({"i": range(5)}, geometry=[reach.outline() for reach in reaches])
    source = NumPyRasterSource(persons, xmin=west, ymin=27.0, xmax=123.0, ymax=north)
    outlines = outlines.set_crs(4326)
    answer: list[object] = []

    def theirs() -> None:
        answer.append(exactextract.exact_extract(source, outlines, ["sum"], output="pandas"))

    taken = timed(theirs, 3)
    found = coverage(reaches, demand)
    sums = found.total[:, 0] @ memberships(found.bits, len(reaches))
    off = np.abs(np.asarray(answer[-1]["sum"]) / sums - 1).max()  # type: ignore[index]
    print(
        f"exactextract, sum per base     {taken:8.3f} s   {taken / ours:7.1f} x ours, sums differ by {off:.1e}"
    )


def request() -> None:
    """One question on the real data, in this process."""
    if not DATA.is_dir():
        print(f"no real data in {DATA}")
        return
    inputs, params = read(), CoverageParams(radius_km=RADIUS_M / 1000)
    cold = timed(lambda: run(params, inputs))
    warm = timed(lambda: run(params, inputs), 11)
    written = timed(lambda: run(params, inputs).model_dump_json(), 11)
    rules = rules_of(params, aircraft_rows())
    reaches = [site_of(rules, base).reach for base in inputs.bases]
    cells = cells_of(inputs)
    people = timed(lambda: coverage(reaches, cells), 11)
    closed = CoverageParams(radius_km=RADIUS_M / 1000, no_fly=[CLOSED])
    print(f"{len(inputs.counties)} counties, {len(cells)} inhabited cells, {len(reaches)} bases")
    print(f"cold request (data prepared)   {cold:8.3f} s")
    print(f"warm request                   {warm:8.3f} s, of which people {people:.3f} s")
    print(f"warm request, written as JSON  {written:8.3f} s")
    print(f"with closed airspace           {timed(lambda: run(closed, inputs), 5):8.3f} s")
    for name, seconds, ours in (
        ("cell by cell, Geod.inv and shapely", cell_by_cell(inputs), people),
        ("Geod.inv over whole arrays", karney_for_all(inputs), people),
        ("shapely overlay county by county", plain_overlay(inputs), warm - people),
    ):
        print(f"{name:36} {seconds:8.3f} s   {seconds / ours:7.1f} x ours ({ours:.3f} s)")


CLOSED = {
    "type": "Polygon",
    "coordinates": [[[119.4, 28.6], [119.6, 28.6], [119.6, 29.9], [119.4, 29.9], [119.4, 28.6]]],
}


def http() -> None:
    """The question of the map over HTTP, packed as a browser asks for it, to a demo of our own."""
    state, port = _state(), 8937
    command = [str(Path(sys.executable).parent / "riskmap"), "demo", "--port", str(port)]
    environment = {**os.environ, "RISKMAP_STATE_DIR": str(state)}
    with (state / "log").open("wb") as log:
        demo = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _until_ready(demo, f"http://127.0.0.1:{port}/health")
        url = f"http://127.0.0.1:{port}/api/analysis/coverage"
        for name, asked in (
            ("map", {"response_min": 45, "radius_km": 100}),
            ("map, bands", {"response_min": 45, "radius_km": 100, "bands_min": [20, 30, 45, 60]}),
            ("map, closed airspace", {"response_min": 45, "radius_km": 100, "no_fly": [CLOSED]}),
        ):
            size, taken = 0, []
            for _ in range(45):
                start = time.perf_counter()
                size = _ask(url, asked)
                taken.append(time.perf_counter() - start)
            warm = sorted(taken[5:])
            print(
                f"HTTP, five bases: {name:22} p50 {statistics.median(warm) * 1000:6.1f} ms  "
                f"p95 {warm[37] * 1000:6.1f} ms  {size / 1000:.0f} kB  load {os.getloadavg()[0]:.1f}"
            )
    finally:
        demo.terminate()
        demo.wait(60)


def _until_ready(demo: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + 300
    while demo.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the demo did not start")


def _ask(url: str, asked: dict[str, object]) -> int:
    headers = {"content-type": "application/json", "accept-encoding": "gzip"}
    question = urllib.request.Request(url, json.dumps(asked).encode(), headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(question, timeout=60) as answer:  # noqa: S310
        return len(answer.read())


PARTS = {"million": million, "postgis": postgis, "raster": raster, "request": request, "http": http}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS)
    chosen = parser.parse_args().only
    for name, part in PARTS.items():
        if chosen in (None, name):
            part()
    return 0


if __name__ == "__main__":
    sys.exit(main())
