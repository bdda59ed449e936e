"""People near places: the population raster summed over what lies round a plant, shares of cells counted by area."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from layers.geo import E2, SEMI_MAJOR_M

QUARTER_SEGMENTS = 32
"""Segments of a quarter circle: a disc loses less than 0.05 % of its area."""


def surroundings(shapes: Sequence[BaseGeometry], distance_m: float) -> NDArray[np.object_]:
    """Return what lies within a distance (metres) outside each shape, without the shape itself; degrees, WGS 84.

    Each shape is laid out on the plane with the ellipsoid's two radii of curvature at its middle: over a kilometre or
    two distances are true to 1 part in 5,000.
    """
    given = np.array(shapes, dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(given))
    bent = 1 - E2 * np.sin(np.radians(middle[:, 1])) ** 2
    along = SEMI_MAJOR_M / np.sqrt(bent) * np.cos(np.radians(middle[:, 1]))
    up = SEMI_MAJOR_M * (1 - E2) / bent**1.5
    scale = np.radians(np.stack([along, up], axis=1))
    places, of = shapely.get_coordinates(given, return_index=True)
    flat = shapely.set_coordinates(given.copy(), (places - middle[of]) * scale[of])
    ring = shapely.difference(shapely.buffer(flat, distance_m, quad_segs=QUARTER_SEGMENTS), flat)
    places, of = shapely.get_coordinates(ring, return_index=True)
    found: NDArray[np.object_] = shapely.set_coordinates(ring, places / scale[of] + middle[of])
    return found


def persons_within(raster: Path, shapes: Iterable[BaseGeometry]) -> NDArray[np.float64]:
    """Return the persons in each shape (degrees), from a raster of persons per cell in EPSG:4326.

    A cell counts by the share of it that lies in the shape, as if people were spread evenly in it: all that the raster
    says. NaN where no cell with data meets the shape.
    """
    with rasterio.open(raster, driver="GTiff") as source:
        return np.array([_persons(source, shape) for shape in shapes], dtype=np.float64)


def _persons(source: DatasetReader, shape: BaseGeometry) -> float:
    grid = source.transform
    west, south, east, north = shape.bounds
    left, right = math.floor((west - grid.c) / grid.a), math.ceil((east - grid.c) / grid.a)
    top, bottom = math.floor((north - grid.f) / grid.e), math.ceil((south - grid.f) / grid.e)
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, source.width), min(bottom, source.height)
    if left >= right or top >= bottom:
        return math.nan
    window = Window(left, top, right - left, bottom - top)
    persons = source.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    x, y = np.meshgrid(grid.c + np.arange(left, right) * grid.a, grid.f + np.arange(top, bottom) * grid.e)
    cells = shapely.box(x, y + grid.e, x + grid.a, y)
    share = shapely.area(shapely.intersection(cells, shape)) / abs(grid.a * grid.e)
    known = (share > 0) & np.isfinite(persons) & (persons >= 0)
    return float((persons * share)[known].sum()) if known.any() else math.nan
