"""Schematic boundaries: county cells round seats and towns, cut by a hand-written outline and the coast.

Everything is WGS84 degrees. Faces come from one noded line work, so counties neither overlap nor leave gaps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPoint, MultiPolygon, Point, Polygon, STRtree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from etl.demo.facts import HERE, cities, counties, towns
from etl.demo.warp import Warp

PROVINCE_CODE = "330000"
GRID = 1e-6  # degrees, about 0.1 m: coordinates are rounded to it, so results do not hang on the last bit
SMALLEST = 1e-4  # square degrees, about 1 km2: smaller specks are left out
STEP = 0.007  # degrees between vertices of a cell border before it is bent
FRAME = shapely.box(116.5, 25.5, 124.5, 32.5)


@dataclass(frozen=True)
class Boundaries:
    """Land of the whole frame, the province, and areas by code. Degrees, WGS84."""

    land: tuple[Polygon, ...]
    province: MultiPolygon
    cities: dict[str, MultiPolygon]
    counties: dict[str, MultiPolygon]


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons in a geometry, largest first."""
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]
    return sorted(parts, key=lambda part: (-part.area, part.bounds))


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(_polygons(geometry))


def _read() -> tuple[BaseGeometry, BaseGeometry]:
    """Return land of the frame and the outline of the province (reaching out to sea)."""
    coast = json.loads((HERE / "coast.geojson").read_text(encoding="utf-8"))["features"]
    schematic = json.loads((HERE / "schematic.geojson").read_text(encoding="utf-8"))["features"]
    outline = next(shape(f["geometry"]) for f in schematic if f["properties"]["role"] == "outline")
    patches = [shape(f["geometry"]) for f in schematic if f["properties"]["role"] == "land"]
    land = shapely.union_all([shape(f["geometry"]) for f in coast] + patches, grid_size=GRID)
    return land, outline


def _bend(line: BaseGeometry, warp: Warp, share: float = 1.0) -> BaseGeometry:
    """Cut a line into short steps and move its vertices by a share of the warp; ends that meet stay together."""
    steps = shapely.segmentize(line, STEP)
    return shapely.transform(steps, lambda points: points + warp.shift(points) * share)


@dataclass(frozen=True)
class _Sites:
    """Seats and towns: position, county code, and an index over them."""

    at: npt.NDArray[np.float64]
    code: list[str]
    tree: STRtree

    def nearest(self, part: Polygon) -> str:
        """Return the county of the site nearest to a polygon's centroid."""
        index = self.tree.nearest(part.centroid)
        return self.code[int(index)] if index is not None else ""


def _sites() -> _Sites:
    sites = [(c.lon, c.lat, c.code) for c in counties()] + [(t.lon, t.lat, t.county_code) for t in towns()]
    points = [Point(lon, lat) for lon, lat, _ in sites]
    return _Sites(np.array([(p.x, p.y) for p in points]), [code for _, _, code in sites], STRtree(points))


def _cells(sites: _Sites, warp: Warp) -> tuple[list[Polygon], list[str]]:
    """Return bent Voronoi cells of seats and towns, and the county code of each.

    The cells are drawn round the points moved backwards, so that after bending each holds its own point.
    """
    moved = MultiPoint(warp.backward(sites.at))
    edges = shapely.voronoi_polygons(moved, extend_to=FRAME.buffer(1), only_edges=True)
    lines = shapely.intersection(edges, FRAME.buffer(0.5))
    bent = shapely.union_all([_bend(lines, warp), FRAME.buffer(0.4).boundary], grid_size=GRID)
    faces = _polygons(shapely.polygonize([bent]))
    codes = []
    for face in faces:
        inside = sites.tree.query(face, predicate="intersects")
        # A sliver cut off by the bending has no site of its own.
        codes.append(sites.code[int(inside[0])] if len(inside) else sites.nearest(face))
    return faces, codes


def _whole_islands(sites: _Sites, land: list[Polygon]) -> dict[int, str]:
    """Give each island with sites of at most one county to one county, undivided."""
    owner: dict[int, str] = {}
    for index, part in enumerate(land):
        inside = {sites.code[int(i)] for i in sites.tree.query(part, predicate="intersects")}
        if len(inside) <= 1:
            owner[index] = inside.pop() if inside else sites.nearest(part)
    return owner


def _county_faces(sites: _Sites, land: list[Polygon], warp: Warp) -> dict[str, list[Polygon]]:
    """Return the pieces of land of each county."""
    cells, codes = _cells(sites, warp)
    owner = _whole_islands(sites, land)
    faces: dict[str, list[Polygon]] = {county.code: [] for county in counties()}
    for index, code in owner.items():
        faces[code].append(land[index])
    shared = [part for index, part in enumerate(land) if index not in owner]
    lines = shapely.union_all([p.boundary for p in shared] + [c.boundary for c in cells], grid_size=GRID)
    pieces = _polygons(shapely.polygonize([lines]))
    inner = [piece.representative_point() for piece in pieces]
    on_land = np.unique(STRtree(shared).query(inner, predicate="within")[0])
    piece, cell = STRtree(cells).query(inner, predicate="within")
    cell_of = dict(zip(piece.tolist(), cell.tolist(), strict=True))
    for index in on_land.tolist():
        faces[codes[cell_of[index]]].append(pieces[index])
    return faces


def build(seed: int) -> Boundaries:
    """Return the schematic boundaries of a seed."""
    warp = Warp(seed)
    land, outline = _read()
    # A fifth of the unrest: the hand-written outline must stay in place.
    rough = _polygons(shapely.polygonize([_bend(outline.boundary, warp, 0.2)]))[0]
    parts = [p for p in _polygons(shapely.intersection(land, rough, grid_size=GRID)) if p.area > SMALLEST]
    faces = _county_faces(_sites(), parts, warp)
    by_county = {code: _multi(shapely.union_all(polygons)) for code, polygons in faces.items()}
    members = {city.code: [c.code for c in counties() if c.city_code == city.code] for city in cities()}
    by_city = {
        city: _multi(shapely.union_all([by_county[code] for code in codes]))
        for city, codes in members.items()
    }
    whole = _multi(shapely.union_all(list(by_city.values())))
    abroad = _polygons(shapely.difference(land, rough, grid_size=GRID))
    base = (*_polygons(whole), *(p for p in abroad if p.area > SMALLEST))
    return Boundaries(land=base, province=whole, cities=by_city, counties=by_county)
