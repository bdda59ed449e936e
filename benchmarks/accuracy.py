"""How far coverage is from Karney's geodesics: places, edges of discs, areas, and polygons against cells.

    python -m benchmarks.accuracy [--places N]      real data where there is (RISKMAP_REAL_DATA or ../shared/data)

Prints a table: what is asked, what is found. Ends with 1 where one of them does not hold.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator

import numpy as np
import shapely

from app.analysis.coverage import CoverageParams, run
from app.analysis.engine import Flight, Reach, Wind
from benchmarks.coverage import CLOSED, DATA, read
from layers.geo import GEOD, Positions, area_m2, densify, exact_distances_m

Row = tuple[str, str, float, float]
"""What, its unit, the worst that was found, and the limit."""

SPEED, PLACES = 200 / 3.6, [(lon, lat) for lon in (118.5, 120.0, 121.5, 122.9) for lat in (27.0, 29.0, 31.0)]


def places(count: int) -> Iterator[Row]:
    """Places decided otherwise than by Karney's inverse: anywhere, and within a metre of the edge."""
    random, wrong, close = np.random.default_rng(0), 0, 0
    for lon, lat in PLACES:
        reach = Reach(lon, lat, Flight(900, SPEED, 2700))
        anywhere = Positions.of(random.uniform(117, 124, count), random.uniform(26, 32, count))
        away = exact_distances_m(lon, lat, anywhere)
        wrong += int((reach.holds(anywhere) != (away <= reach.flight.farthest_m)).sum())
        azimuth, metres = random.uniform(0, 360, count), 100_000 + random.uniform(-1, 1, count)
        x, y, _ = GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuth, metres)
        edge = Positions.of(x, y)
        away = exact_distances_m(lon, lat, edge)
        close += int((reach.holds(edge) != (away <= reach.flight.farthest_m)).sum())
    yield f"places anywhere, {len(PLACES) * count:,} pairs: decided otherwise", "", float(wrong), 0.0
    yield f"places within 1 m of the edge, {len(PLACES) * count:,} pairs", "", float(close), 0.0


def rings() -> Iterator[Row]:
    """Vertices and middles of edges against the true radius, and the area against that of 36,000 vertices."""
    for radius in (50_000.0, 100_000.0, 150_000.0, 300_000.0):
        off = area = 0.0
        for lon, lat in PLACES:
            disc = Reach(lon, lat, Flight(0, SPEED, math.inf, radius_m=radius)).outline()
            ring = shapely.get_coordinates(disc)
            for at in (ring, (ring[1:] + ring[:-1]) / 2):
                away = exact_distances_m(lon, lat, Positions.of(at[:, 0], at[:, 1]))
                off = max(off, float(np.abs(away - radius).max()))
            n = 36_000
            fine = GEOD.fwd(np.full(n, lon), np.full(n, lat), np.arange(n) / 100, np.full(n, radius))
            true = abs(GEOD.polygon_area_perimeter(fine[0], fine[1])[0])
            area = max(area, abs(area_m2(disc) / true - 1))
        yield f"disc of {radius / 1000:.0f} km: edge against radius", "m", off, 0.5
        yield f"disc of {radius / 1000:.0f} km: area", "relative", area, 1e-6


def winds() -> Iterator[Row]:
    """The reach in wind against flying there and back, leg by leg, with the closed form at the exact azimuth."""
    worst = 0.0
    for lon, lat in PLACES:
        reach = Reach(lon, lat, Flight(900, SPEED, 2700, endurance_s=5400, winds=(Wind(15, 200),)))
        ring = shapely.get_coordinates(reach.outline())
        on = Positions.of(ring[:, 0], ring[:, 1])
        worst = max(worst, float(np.abs(reach.excess_m(on, exact=True)).max()))
    yield "reach in 15 m/s of wind: edge", "m", worst, 0.5


def province() -> Iterator[Row]:
    """Areas of counties against Karney's polygon area of edges cut at 100 m; polygons against cells."""
    if not DATA.is_dir():
        print(f"no real data in {DATA}")
        return
    inputs = read()
    worst = 0.0
    for county in inputs.counties:
        cut = shapely.orient_polygons(densify(county.geometry, 100))
        worst = max(worst, abs(area_m2(county.geometry) / abs(GEOD.geometry_area_perimeter(cut)[0]) - 1))
    yield f"areas of {len(inputs.counties)} counties", "relative", worst, 1e-6
    cases = {
        "five bases": {},
        "wind": {"wind": {"speed_mps": 10, "from_deg": 330}},
        "closed airspace": {"no_fly": [CLOSED]},
    }
    for name, sent in cases.items():
        answer = run(CoverageParams.model_validate({"response_min": 45, **sent}), inputs)
        bound = answer.error_bound
        yield f"{name}: polygons against cells", "share", bound.cells_differ, bound.cells_relative


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=500_000)
    rows = [
        row for part in (places(parser.parse_args().places), rings(), winds(), province()) for row in part
    ]
    for what, unit, found, limit in rows:
        sign = "ok" if found <= limit else "TOO MUCH"
        print(f"{what:58} {found:10.3g} {unit:9} limit {limit:8.3g}  {sign}")
    return int(any(found > limit for _, _, found, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
