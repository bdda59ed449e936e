"""The data of the race, from a fixed seed: points gathered round towns, zones drawn by hand, counties with the borders
of a survey. The sizes are those of a province: 80,000 points, 19,849 zones, 90 counties."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

SEED = 20261128
BOX = (118.1, 27.2, 122.2, 31.1)
POINTS, ZONES, COUNTIES = 80_000, 19_849, 90
ZONE_VERTICES, BORDER_HALVINGS = 121, 11
SHARES = (0.03, 0.12, 0.35, 0.40, 0.10)
"""Share of the grades 1 to 4 and of none."""


def write_all(folder: Path) -> dict[str, Path]:
    """Write the three files (GeoPackage, EPSG:4326) and return them by layer."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    towns = np.column_stack([rng.uniform(BOX[0], BOX[2], COUNTIES), rng.uniform(BOX[1], BOX[3], COUNTIES)])
    made = {
        "race_point": shapely.points(*gathered(rng, towns, POINTS, 0.09).T),
        "race_zone": blots(rng, gathered(rng, towns, ZONES, 0.15)),
        "race_county": counties(rng, towns),
    }
    files = {}
    for layer, shapes in made.items():
        files[layer] = folder / f"{layer}.gpkg"
        described(rng, shapes).to_file(files[layer], driver="GPKG", engine="pyogrio")
    return files


def gathered(rng: np.random.Generator, towns: np.ndarray, wanted: int, spread: float) -> np.ndarray:
    """Return places (degrees), four of five within ``spread`` degrees of a town, the others anywhere."""
    near = towns[rng.integers(0, len(towns), wanted)] + rng.normal(0, spread, (wanted, 2))
    anywhere = np.column_stack([rng.uniform(BOX[0], BOX[2], wanted), rng.uniform(BOX[1], BOX[3], wanted)])
    places = np.where(rng.random((wanted, 1)) < 0.8, near, anywhere)
    return np.clip(places, (BOX[0], BOX[1]), (BOX[2], BOX[3]))


def blots(rng: np.random.Generator, places: np.ndarray) -> np.ndarray:
    """Return star-shaped polygons of 0.3 to 5 km with a rough edge."""
    angles = np.linspace(0, 2 * np.pi, ZONE_VERTICES, endpoint=False)
    radius = 0.003 * np.exp(rng.normal(0.9, 0.8, (len(places), 1))).clip(1, 17)
    rough = 1 + 0.25 * np.sin(3 * angles + rng.uniform(0, 6, (len(places), 1)))
    rough = rough + rng.normal(0, 0.04, (len(places), ZONE_VERTICES))
    x = places[:, :1] + radius * rough * np.cos(angles) / np.cos(np.radians(29))
    y = places[:, 1:] + radius * rough * np.sin(angles)
    return shapely.polygons(np.stack([x, y], axis=2))


def counties(rng: np.random.Generator, towns: np.ndarray) -> np.ndarray:
    """Return areas round towns whose common borders are one line of some thousand vertices each."""
    box = shapely.box(*BOX)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(towns), extend_to=box))
    cells = shapely.intersection(cells, box)
    lines: dict[tuple[float, ...], np.ndarray] = {}
    shapes = []
    for cell in cells:
        corners = np.round(shapely.get_coordinates(cell), 9)
        ring = [border(rng, lines, a, b)[:-1] for a, b in pairwise(corners)]
        shapes.append(shapely.polygons(np.vstack(ring)))
    return np.array(shapes)


def border(
    rng: np.random.Generator, lines: dict[tuple[float, ...], np.ndarray], a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """Return the line from a to b, made once for both sides by halving and shifting."""
    there, back = (*a, *b), (*b, *a)
    if back in lines:
        return lines[back][::-1]
    line, away = np.array([a, b]), np.array([a[1] - b[1], b[0] - a[0]])
    for halving in range(BORDER_HALVINGS):
        shift = rng.normal(0, 0.06 * 0.52**halving, len(line) - 1)[:, None] * away
        middles = (line[1:] + line[:-1]) / 2 + shift
        both = np.empty((len(line) + len(middles), 2))
        both[::2], both[1::2] = line, middles
        line = both
    lines[there] = line
    return line


def described(rng: np.random.Generator, shapes: np.ndarray) -> gpd.GeoDataFrame:
    """Give shapes the columns of the catalogue files."""
    n = len(shapes)
    grade = rng.choice([1, 2, 3, 4, 0], n, p=SHARES)
    columns = {
        "code": [f"R{i:06d}" for i in range(n)],
        "name": [f"演示企业{i:06d}有限公司" for i in range(n)],
        "grade": [int(g) or None for g in grade],
        "kind": rng.choice(["化工", "危化品仓储", "加油站", "液氨制冷"], n),
        "county_code": [f"33{c:04d}" for c in rng.integers(100, 1200, n)],
        "graded_on": [f"2026-{m:02d}-{d:02d}" for m, d in zip(*rng.integers(1, 13, (2, n)), strict=True)],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")
