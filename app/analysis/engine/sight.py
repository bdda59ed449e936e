"""What can be seen from a place among closed areas: the plane that shows geodesics straight, and the view in it.

The central projection onto the plane that touches the ellipsoid at a place, seen from the centre of curvature below:
planes through that centre are within some centimetres of geodesics over 150 km, and azimuths at the place are true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.geo import Bools, Floats, Positions, mean_radius_m

Indices = NDArray[np.intp]
WHOLE = 2 * math.pi


@dataclass(frozen=True)
class Plane:
    """The central projection at a place; straight lines are geodesics to within centimetres."""

    lon: float
    lat: float

    def xy(self, points: Positions) -> Floats:
        """Plane coordinates (2, n) in metres, east and north of the centre."""
        here = Positions.of(self.lon, self.lat).xyz
        dx, dy, dz = points.xyz - here
        lam, phi = math.radians(self.lon), math.radians(self.lat)
        outward = dx * math.cos(lam) + dy * math.sin(lam)
        east = dy * math.cos(lam) - dx * math.sin(lam)
        north = dz * math.cos(phi) - outward * math.sin(phi)
        up = outward * math.cos(phi) + dz * math.sin(phi)
        radius = mean_radius_m(self.lat)
        scale = radius / (radius + up)
        return np.stack([east * scale, north * scale])

    def of(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of degrees in the plane."""
        return shapely.transform(geometry, lambda c: self.xy(Positions.of(c[:, 0], c[:, 1])).T)

    def ground_m(self, flat_m: Floats) -> Floats:
        """Metres along the ground of metres from the centre in the plane."""
        radius = mean_radius_m(self.lat)
        return np.asarray(radius * np.arctan(flat_m / radius))


@dataclass(frozen=True, eq=False)
class View:
    """The first edge of a closed area towards each azimuth.

    Between two neighbouring azimuths of vertices it is one and the same edge, because edges do not cross: ``cut`` holds
    those azimuths rising from 0, sector i runs from cut[i] to the next, round the whole circle, and ``edge[i]`` is its
    edge in ``start`` and ``side`` (2, edges), -1 for none.
    """

    plane: Plane
    cut: Floats
    edge: Indices
    start: Floats
    side: Floats

    @classmethod
    def at(cls, plane: Plane, areas: BaseGeometry) -> View:
        """The view from the centre of a plane, which lies outside of all areas; the areas in the plane."""
        rings = shapely.get_rings(shapely.get_parts(areas))
        lines = [shapely.get_coordinates(ring) for ring in rings]
        start = np.concatenate([line[:-1].T for line in lines], axis=1) if lines else np.zeros((2, 0))
        end = np.concatenate([line[1:].T for line in lines], axis=1) if lines else np.zeros((2, 0))
        cut = np.unique(np.mod(np.arctan2(start[0], start[1]), WHOLE)) if lines else np.zeros(1)
        middle = cut + np.diff(cut, append=cut[0] + WHOLE) / 2
        east, north = np.sin(middle)[:, None], np.cos(middle)[:, None]
        side = end - start
        with np.errstate(divide="ignore", invalid="ignore"):
            cross = east * side[1] - north * side[0]
            along = (start[0] * side[1] - start[1] * side[0]) / cross
            on_edge = (start[0] * north - start[1] * east) / cross
        away = np.where((along > 0) & (on_edge >= 0) & (on_edge <= 1), along, np.inf)
        if not away.size:
            return cls(plane, cut, np.full(cut.size, -1), start, side)
        first = np.argmin(away, axis=1)
        open_ = np.isinf(away[np.arange(cut.size), first])
        return cls(plane, cut, np.where(open_, -1, first), start, side)

    def sector(self, azimuth: Floats) -> Indices:
        """The sector of azimuths from 0 to 2 pi."""
        return np.asarray(
            (np.searchsorted(self.cut, azimuth, side="right") - 1) % self.cut.size, dtype=np.intp
        )

    def free_m(self, azimuth: Floats, sector: Indices) -> Floats:
        """Metres in the plane to the first edge towards azimuths (radians) of known sectors; infinite: open."""
        edge = self.edge[sector]
        if not self.start.size:
            return np.full(edge.size, np.inf)
        x, y = self.start[:, edge]
        dx, dy = self.side[:, edge]
        with np.errstate(divide="ignore", invalid="ignore"):
            along = (x * dy - y * dx) / (np.sin(azimuth) * dy - np.cos(azimuth) * dx)
        return np.where((edge >= 0) & (along > 0), along, np.inf)

    def sees(self, xy: Floats) -> Bools:
        """Which places, given in the plane, have a free straight way from its centre."""
        azimuth = np.mod(np.arctan2(xy[0], xy[1]), WHOLE)
        return np.asarray(np.hypot(xy[0], xy[1]) <= self.free_m(azimuth, self.sector(azimuth)))

    def rim(self, first: float, turn: float, step: float, also: Floats) -> tuple[Floats, Floats]:
        """Azimuths from ``first`` on through ``turn`` radians clockwise, and the free metres towards each.

        No two are more than a step apart, those in ``also`` are among them; where the first edge changes an azimuth
        stands twice, once with each edge.
        """
        inner = first + np.mod(np.concatenate([self.cut, also]) - first, WHOLE)
        inner = np.sort(inner[(inner > first) & (inner < first + turn)])
        bounds = np.concatenate([[first], inner, [first + turn]])
        found, sectors = [], []
        for low, high in pairwise(bounds):
            count = 2 + math.floor((high - low) / step)
            found.append(np.linspace(low, high, count))
            sectors.append(np.full(count, self.sector(np.mod([(low + high) / 2], WHOLE))[0]))
        azimuth = np.concatenate(found)
        return azimuth, self.free_m(azimuth, np.concatenate(sectors))
