"""Time of one coverage request, beside plain ways to the same figures. Prints seconds and ratios.

python benchmarks/coverage.py          real data (RISKMAP_REAL_DATA or ../shared/data)
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import shapely

from app.analysis.coverage import CoverageParams, run
from app.analysis.engine import Demand, Flight, Reach, coverage
from app.analysis.engine.measures import by_times, expected, losses, shares
from app.analysis.engine.signatures import place_bits
from app.analysis.kit.flights import rules_of, site_of
from app.analysis.kit.prepare import prepared_for
from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid
from app.analysis.rows import aircraft_rows
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


def million() -> None:
    """A million places under 20 bases, and every figure after that, beside Karney's inverse over whole arrays."""
    random, n, bases = np.random.default_rng(0), 1_000_000, 20
    start = time.perf_counter()
    demand = Demand.of(random.uniform(118, 123, n), random.uniform(27, 31.2, n), random.random(n))
    sorting = time.perf_counter() - start
    flight = Flight(900, 200 / 3.6, 2700)
    at = list(zip(random.uniform(118, 123, bases), random.uniform(27, 31.2, bases), strict=True))
    reaches = [Reach(float(lon), float(lat), flight) for lon, lat in at]
    ours = timed(lambda: coverage(reaches, demand), 11)
    bits, wrong = place_bits(demand, reaches), 0
    start = time.perf_counter()
    for i, (lon, lat) in enumerate(at):
        away = GEOD.inv(np.full(n, lon), np.full(n, lat), demand.points.lon, demand.points.lat)[2]
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

    print(f"1,000,000 places x {bases} bases (places sorted into tiles once, {sorting:.2f} s)")
    print(f"histogram of signatures        {ours:8.4f} s")
    print(
        f"Geod.inv over whole arrays     {karney:8.3f} s   {karney / ours:7.0f} x ours, {wrong} places differ"
    )
    print(f"k, unique, Shapley, N-1, N-2, MEXCLP {timed(figures, 11) * 1000:6.1f} ms")


def main() -> int:
    million()
    if not DATA.is_dir():
        print(f"no real data in {DATA}")
        return 0
    inputs, params = read(), CoverageParams(radius_km=RADIUS_M / 1000)
    cold = timed(lambda: run(params, inputs))
    warm = timed(lambda: run(params, inputs), 11)
    written = timed(lambda: run(params, inputs).model_dump_json(), 5)
    rules = rules_of(params, aircraft_rows())
    reaches = [site_of(rules, base).reach for base in inputs.bases]
    cells = cells_of(inputs)
    people = timed(lambda: coverage(reaches, cells), 11)
    print(f"{len(inputs.counties)} counties, {len(cells)} inhabited cells, {len(reaches)} bases")
    print(f"cold request (data prepared)   {cold:8.3f} s")
    print(f"warm request                   {warm:8.3f} s")
    print(f"warm request, written as JSON  {written:8.3f} s")
    print(f"  of which people              {people:8.3f} s")
    for name, seconds, ours in (
        ("cell by cell, Geod.inv and shapely", cell_by_cell(inputs), people),
        ("Geod.inv over whole arrays", karney_for_all(inputs), people),
        ("shapely overlay county by county", plain_overlay(inputs), warm - people),
    ):
        print(f"{name:36} {seconds:8.3f} s   {seconds / ours:7.1f} x ours ({ours:.3f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
