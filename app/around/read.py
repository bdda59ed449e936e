"""Reading what lies near a place, out of one set of layer versions in one transaction."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, func, null, select

from app.analysis.model import BaseRow
from app.catalogue import Catalogue
from app.moments import moment_end
from app.state.live import live_values
from layers.geo import GEOD, Bools, Floats, Positions, distances_m
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.model import Text
from layers.store import LayerVersion

ADMIN, HAZARD, TARGET, DEFECT = "admin", "hazard", "target", "defect"
SHELTER, BASE, LANDING, TEAM, POPULATION = "shelter", "air_base", "landing", "team", "population"
METRES_PER_DEGREE = 110_500.0
"""Less than a degree of latitude has anywhere in the province: a box made with it is never too small."""
COMPASS = (
    Text("北", "N"), Text("东北", "NE"), Text("东", "E"), Text("东南", "SE"),
    Text("南", "S"), Text("西南", "SW"), Text("西", "W"), Text("西北", "NW"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Near:
    """Rows near a place in order of distance: columns by name, metres, degrees from north, inside the footprint."""

    layer: VectorLayer
    rows: list[dict[str, Any]]
    distance_m: Floats
    bearing_deg: Floats
    inside: Bools

    def within(self, metres: float) -> int:
        """How many rows lie within a distance."""
        return int(np.searchsorted(self.distance_m, metres, side="right"))

    def away(self, n: int) -> dict[str, Any]:
        """Say where row n is as seen from the place."""
        row, bearing = self.rows[n], float(self.bearing_deg[n])
        return {
            "layer": self.layer.id,
            "key": row[self.layer.key],
            "name": row[self.layer.title_field] or row[self.layer.key],
            "name_en": row.get("name_en"),
            "lon": row["x"],
            "lat": row["y"],
            "distance_m": round(float(self.distance_m[n]), 1),
            "bearing_deg": round(bearing, 1),
            "direction": compass(bearing).as_json(),
            "in_footprint": bool(self.inside[n]),
        }


def compass(bearing_deg: float) -> Text:
    """Return the word for a direction, eight of them."""
    return COMPASS[round(bearing_deg / 45) % 8]


def _has_live(layer: VectorLayer) -> bool:
    return any(f.live for f in layer.fields)


class Reader:
    """Reads round one place; layers are known by their role, what is not loaded is noted in ``missing``."""

    def __init__(
        self, catalogue: Catalogue, connection: Connection, day: date | None, place: tuple[float, float]
    ) -> None:
        self._catalogue, self._connection = catalogue, connection
        self.lon, self.lat = place
        self._day = day
        self.versions = catalogue.at(day)
        self.used: dict[str, LayerVersion] = {}
        self.missing: list[Text] = []

    def by_role(self, role: str) -> tuple[Any, LayerVersion] | None:
        """Return the layer of a role with its version; None, and a note, where none is loaded."""
        for layer in self._catalogue.registry.values():
            if getattr(layer, "role", None) == role:
                version = self.versions.get(layer.id)
                if version is None:
                    self.missing.append(layer.title)
                    return None
                self.used[layer.id] = version
                return layer, version
        return None

    def near(
        self, role: str, metres: float, footprint: BaseGeometry, *where: ColumnElement[bool]
    ) -> Near | None:
        """Return the objects of a role within a distance and in the footprint, nearest first."""
        found = self.by_role(role)
        if found is None:
            return None
        layer, version = found
        table = layer.table(str(version.table_name))
        up = metres / METRES_PER_DEGREE
        across = up / math.cos(math.radians(self.lat)) * 1.01
        box = func.ST_MakeEnvelope(self.lon - across, self.lat - up, self.lon + across, self.lat + up, 4326)
        columns = [table.c[f.name] for f in layer.fields]
        places = (func.ST_X(table.c.geom).label("x"), func.ST_Y(table.c.geom).label("y"))
        query = select(*columns, *places).where(table.c.geom.op("&&")(box), *where)
        live = live_values(self._connection, layer.id, moment_end(self._day)) if _has_live(layer) else {}
        found_rows = self._connection.execute(query).mappings()
        rows = [{**row, **live.get(row[layer.key], {})} for row in found_rows]
        return self._sorted(layer, rows, metres, footprint)

    def _sorted(
        self, layer: VectorLayer, rows: list[dict[str, Any]], metres: float, footprint: BaseGeometry
    ) -> Near:
        x = np.array([row["x"] for row in rows], dtype=np.float64)
        y = np.array([row["y"] for row in rows], dtype=np.float64)
        away = distances_m(self.lon, self.lat, Positions.of(x, y)) if rows else np.zeros(0)
        order = np.argsort(away, kind="stable")
        order = order[away[order] <= metres]
        x, y, away = x[order], y[order], away[order]
        bearing, _, _ = GEOD.inv(np.full(len(x), self.lon), np.full(len(x), self.lat), x, y)
        shapely.prepare(footprint)
        inside = np.asarray(shapely.intersects_xy(footprint, x, y), dtype=np.bool_)
        return Near(layer, [rows[int(n)] for n in order], away, np.asarray(bearing) % 360, inside)

    def areas(self) -> list[dict[str, Any]]:
        """Return the administrative areas the place lies in, the largest first."""
        found = self.by_role(ADMIN)
        if found is None:
            return []
        layer, version = found
        table = layer.table(str(version.table_name))
        names = ("code", "level", "name", "name_en")
        query = select(*(table.c[n] for n in names)).where(self._holds(table))
        rows = [dict(row) for row in self._connection.execute(query).mappings()]
        order = list(layer.field("level").choices or ())
        rows.sort(key=lambda row: order.index(row["level"]) if row["level"] in order else len(order))
        return [
            {
                "layer": layer.id,
                "key": r["code"],
                "level": r["level"],
                "name": r["name"],
                "name_en": r["name_en"],
            }
            for r in rows
        ]

    def zones(self, shape: BaseGeometry | None = None) -> Iterator[tuple[VectorLayer, RowMapping]]:
        """Yield the risk zones the place lies in, or the worst of each kind that a shape touches, with their layer."""
        for layer in self._catalogue.registry.values():
            if not isinstance(layer, VectorLayer) or layer.members is None:
                continue
            version = self.versions.get(layer.id)
            if version is None:
                continue
            self.used[layer.id] = version
            table = layer.table(str(version.table_name))
            names = ("code", "name", "grade", "because", "because_en", "overridden", "graded_on")
            columns = (*(table.c[n] for n in names), self._english(table.c.code).label("name_en"))
            query = select(*columns).where(self._holds(table, shape))
            query = query.order_by(table.c.grade.nulls_last()).limit(1)
            for row in self._connection.execute(query).mappings():
                yield layer, row

    def _english(self, code: ColumnElement[str]) -> Any:
        """The English name of the area with a code: the zone of a county has the county's."""
        found = self.by_role(ADMIN)
        if found is None:
            return null()
        areas = found[0].table(str(found[1].table_name)).alias("areas")
        return select(areas.c.name_en).where(areas.c.code == code).limit(1).scalar_subquery()

    def nearest_county(self) -> tuple[str, float, float] | None:
        """Return the name of the nearest county with metres and bearing to it; None where no areas are loaded."""
        found = self.by_role(ADMIN)
        if found is None:
            return None
        layer, version = found
        table = layer.table(str(version.table_name))
        place = func.ST_SetSRID(func.ST_MakePoint(self.lon, self.lat), 4326)
        point = func.ST_ClosestPoint(table.c.geom, place)
        query = (
            select(table.c.name, func.ST_X(point), func.ST_Y(point))
            .where(table.c.level == "county")
            .order_by(table.c.geom.op("<->")(place))
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        bearing, _, away = GEOD.inv(self.lon, self.lat, row[1], row[2])
        return str(row[0]), float(away), float(bearing) % 360

    def direction(self, lon: float, lat: float) -> tuple[float, float]:
        """Return the bearing (degrees) and the metres from the place to another."""
        bearing, _, away = GEOD.inv(self.lon, self.lat, lon, lat)
        return float(bearing) % 360, float(away)

    def overdue(self, layer: VectorLayer, version: LayerVersion, keys: list[str], on: date) -> dict[str, int]:
        """Count the defects past their clock by the object they are on."""
        table = layer.table(str(version.table_name))
        of = table.c.object_code
        query = (
            select(of, func.count())
            .where(of.in_(keys), layer.filter("overdue").where(table, on))
            .group_by(of)
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}

    def bases(self) -> tuple[VectorLayer, list[BaseRow]] | None:
        """Return the air bases, all of them."""
        found = self.by_role(BASE)
        if found is None:
            return None
        layer, version = found
        table = layer.table(str(version.table_name))
        names = ("name", "name_en", "status", "preparation_min", "cruise_kmh", "aircraft")
        places = (func.ST_X(table.c.geom).label("lon"), func.ST_Y(table.c.geom).label("lat"))
        query = select(table.c[layer.key].label("id"), *(table.c[n] for n in names), *places)
        live = live_values(self._connection, layer.id, moment_end(self._day))
        return layer, [
            BaseRow(**{**row, **live.get(row["id"], {})})
            for row in self._connection.execute(query).mappings()
        ]

    def population(self) -> tuple[RasterLayer, Path, LayerVersion] | None:
        """Return the file of the population raster."""
        found = self.by_role(POPULATION)
        if found is None:
            return None
        layer, version = found
        path = self._catalogue.files.rasters / str(version.raster_file)
        return (layer, path, version) if path.is_file() else None

    def _holds(self, table: Table, shape: BaseGeometry | None = None) -> ColumnElement[bool]:
        if shape is not None:
            return func.ST_Intersects(table.c.geom, func.ST_GeomFromWKB(shapely.to_wkb(shape), 4326))
        return func.ST_Intersects(table.c.geom, func.ST_SetSRID(func.ST_MakePoint(self.lon, self.lat), 4326))
