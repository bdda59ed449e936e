"""Demo areas about graded objects: towns, chemical parks, plant boundaries, risk contours, natural-hazard zones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from etl.demo.boundaries import Boundaries
from etl.demo.facts import counties, parks, towns
from etl.demo.names import ASSESSOR
from layers.exposure import surroundings

Rows = list[tuple[dict[str, object], BaseGeometry]]
PARK_CLASSES = {
    "A": (3, (51.0, 59.9)),
    "B": (7, (60.0, 69.9)),
    "C": (18, (70.0, 84.9)),
    "D": (8, (85.0, 96.0)),
}
"""Class: how many of the 36 parks, and their scores. 26 of 36 are C or D: 72 %, short of the plan's 80 %."""
CONTOURS = (("3e-5", 120.0), ("1e-5", 210.0), ("3e-6", 340.0), ("3e-7", 620.0))
"""Contour per year and its least radius in metres; none of it is a computed risk."""
CONTOUR_SITES = 60
HAZARD_KINDS = {
    "flood": "洪涝",
    "landslide": "地质灾害",
    "typhoon_wind": "台风大风",
    "forest_fire": "森林火灾",
}


def _blob(
    at: tuple[float, float], size: float, rng: np.random.Generator, corners: int = 14
) -> shapely.Polygon:
    """Return an uneven polygon round a place; ``size`` is its middle radius in degrees of latitude."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = size * rng.uniform(0.75, 1.25, corners)
    stretch = 1 / np.cos(np.radians(at[1]))
    return shapely.Polygon(
        np.stack([at[0] + radius * np.cos(angle) * stretch, at[1] + radius * np.sin(angle)], axis=1)
    )


def town_areas(boundaries: Boundaries) -> Rows:
    """Return schematic towns: the part of its county that lies nearest to each town or to the county seat."""
    rows: Rows = []
    for county in counties():
        own = [town for town in towns() if town.county_code == county.code]
        if not own:
            continue
        seats = [(f"{county.name}城区", county.lon, county.lat), *((t.name, t.lon, t.lat) for t in own)]
        area = boundaries.counties[county.code]
        points = shapely.MultiPoint([(lon, lat) for _, lon, lat in seats])
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=area.buffer(0.2)))
        for number, (name, lon, lat) in enumerate(seats, start=1):
            cell = next(one for one in cells if one.intersects(shapely.Point(lon, lat)))
            part = shapely.intersection(cell, area)
            parts = [p for p in shapely.get_parts(part) if isinstance(p, shapely.Polygon)]
            fields: dict[str, object] = {
                "code": f"{county.code}{number:03d}", "name": name, "name_en": None, "level": "town",
                "parent_code": county.code, "population": None,
            }  # fmt: skip
            if parts:
                rows.append((fields, shapely.MultiPolygon(parts)))
    return rows


def park_areas(boundaries: Boundaries, seed: int) -> Rows:
    """Return the 36 chemical parks with a score each."""
    rng = np.random.default_rng([seed, 11])
    letters = rng.permutation([letter for letter, (count, _) in PARK_CLASSES.items() for _ in range(count)])
    names = {county.code: county.name for county in counties()}
    rows: Rows = []
    for number, (park, letter) in enumerate(zip(parks(), letters, strict=True), start=1):
        low, high = PARK_CLASSES[str(letter)][1]
        shape = _blob((park.lon, park.lat), 0.012 + 0.001 * park.weight, rng)
        fields: dict[str, object] = {
            "code": f"HG{number:02d}",
            "name": f"{names[park.county_code]}演示化工园区{number:02d}",
            "county_code": park.county_code,
            "score": round(float(rng.uniform(low, high)), 1),
            "assessor": ASSESSOR,
            "assessed_on": f"2026-0{int(rng.integers(1, 9))}-15",
        }
        rows.append((fields, shapely.intersection(shape, boundaries.counties[park.county_code])))
    return rows


def plant_areas(majors: pd.DataFrame, seed: int) -> Rows:
    """Return boundaries for two installations of three: rectangles of 120 to 500 m with the point inside."""
    rng = np.random.default_rng([seed, 12])
    rows: Rows = []
    for one in majors[rng.random(len(majors)) < 0.67].to_dict("records"):
        wide, high = rng.uniform(120, 500, 2) / 111_000
        wide /= np.cos(np.radians(one["lat"]))
        at = rng.uniform(0.25, 0.75, 2) * (wide, high)
        west, south = one["lon"] - at[0], one["lat"] - at[1]
        rows.append(
            (
                {"code": one["code"], "name": f"{one['name']}厂界"},
                shapely.box(west, south, west + wide, south + high),
            )
        )
    return rows


def contours(majors: pd.DataFrame, seed: int) -> Rows:
    """Return risk contours round some installations."""
    rng = np.random.default_rng([seed, 13])
    rows: Rows = []
    for one in (
        majors.iloc[rng.choice(len(majors), CONTOUR_SITES, replace=False)]
        .sort_values("code")
        .to_dict("records")
    ):
        stretch = float(rng.uniform(0.8, 1.8))
        for level, radius in CONTOURS:
            fields: dict[str, object] = {
                "code": f"{one['code']}-{level}", "name": f"{one['name']} {level}/年", "object_code": one["code"],
                "contour": level, "in_service": bool(rng.random() < 0.8),
                "assessed_on": "2026-05-20", "assessor": ASSESSOR,
            }  # fmt: skip
            rows.append((fields, surroundings([shapely.Point(one["lon"], one["lat"])], radius * stretch)[0]))
    return rows


def natural_zones(boundaries: Boundaries, seed: int) -> Rows:
    """Return natural-hazard zones of four kinds and five steps inside the province."""
    rng = np.random.default_rng([seed, 14])
    order = counties()
    shapely.prepare(boundaries.province)
    rows: Rows = []
    for kind, word in HAZARD_KINDS.items():
        for number in range(1, 41):
            county = order[int(rng.integers(len(order)))]
            at = (county.lon + float(rng.normal(0, 0.08)), county.lat + float(rng.normal(0, 0.08)))
            shape = shapely.intersection(
                _blob(at, float(rng.uniform(0.02, 0.09)), rng, 18), boundaries.province
            )
            parts = [p for p in shapely.get_parts(shape) if isinstance(p, shapely.Polygon) and not p.is_empty]
            fields: dict[str, object] = {
                "code": f"NH-{kind}-{number:03d}", "name": f"演示{word}区{number:03d}", "kind": kind,
                "level": int(rng.integers(1, 6)), "surveyed_on": "2025-12-01",
            }  # fmt: skip
            if parts:
                rows.append((fields, shapely.MultiPolygon(parts)))
    return rows
