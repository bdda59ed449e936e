"""Filling the inputs of an analysis from the layers that are served."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import rasterio
import shapely
from sqlalchemy import func, select

from app.analysis.model import (
    BaseRow,
    County,
    CoverageInputs,
    GroundTimes,
    Hospital,
    PlaceSet,
    PopulationGrid,
    SourceNote,
)
from app.catalogue import Catalogue
from app.state.live import live_values
from layers.errors import Unavailable
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

ADMIN, BASES, POPULATION = "admin_area", "rescue_base", "population"
COAST, LANDING = "land", "landing_point"
GROUND_ROLE = "ground_time"
"""Role of a site's layer of travel times by road: a raster of minutes, or areas with a field ``minutes``."""

GRADE_WEIGHT = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0, None: 1.0}
"""How much a hazard source of a grade counts: each grade twice the next, one without a grade as the lowest."""

PLACES: dict[str, tuple[str, str, Callable[[Any], float]]] = {
    "hazards": ("hazard_source", "grade", lambda grade: GRADE_WEIGHT[grade]),
    "shelters": ("shelter", "capacity", lambda capacity: float(capacity or 0)),
    "incidents": ("incident", "key", lambda _: 1.0),
}


class CoverageData:
    """Reads counties, land, population and bases once per version and keeps the last ones."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept: dict[str, tuple[str, Any]] = {}

    def inputs(self, *demands: str) -> CoverageInputs:
        """Return the inputs at the versions served now, with the places of the demands named.

        Raises:
            Unavailable: no administrative areas are loaded (code ``land_missing``).
        """
        current = self._catalogue.current()
        admin = current.get(ADMIN)
        if admin is None:
            raise Unavailable(
                "还没有载入行政区划，无法计算覆盖", "no administrative areas are loaded", code="land_missing"
            )
        population = current.get(POPULATION)
        land, counties = self._once(ADMIN, admin, self._admin)
        grid = self._once(POPULATION, population, self._grid) if population else None
        coast, landing, road = current.get(COAST), current.get(LANDING), self._ground_layer(current)
        places = self._places(current, demands)
        hospitals = self._once(LANDING, landing, self._hospitals) if landing else ()
        layers = [admin, current.get(BASES), population if grid else None, coast, road]
        layers += [current[PLACES[name][0]] for name in places]
        used = [version for version in layers if version is not None]
        return CoverageInputs(
            land=land,
            counties=counties,
            population=grid,
            bases=self.bases(),
            sources=tuple(_note(version) for version in used),
            key=f"{admin.version}:{population.version if population and grid else '-'}",
            coast=self._once(COAST, coast, self._coast) if coast else None,
            places=places,
            hospitals=hospitals,
            ground=self._once(GROUND_ROLE, road, self._ground) if road else None,
            aircraft_file=self._catalogue.settings.aircraft_file,
        )

    def bases(self) -> tuple[BaseRow, ...]:
        """Return the bases as the layer has them, and what dispatchers have set since; none where it is empty."""
        version = self._catalogue.current().get(BASES)
        if version is None:
            return ()
        rows: tuple[BaseRow, ...] = self._once(BASES, version, self._bases)
        with self._catalogue.engine.connect() as connection:
            live = live_values(connection, BASES)
        return tuple(replace(row, **live.get(row.id, {})) for row in rows)

    def _once(self, name: str, version: LayerVersion, read: Any) -> Any:
        kept = self._kept.get(name)
        if kept is None or kept[0] != version.version:
            kept = self._kept[name] = (version.version, read(version))
        return kept[1]

    def _rows(self, layer: VectorLayer, version: LayerVersion, fields: Iterable[str]) -> list[dict[str, Any]]:
        table = layer.table(str(version.table_name))
        query = select(*(table.c[f] for f in fields), func.ST_AsBinary(table.c.geom).label("wkb"))
        with self._catalogue.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query.order_by(table.c[layer.key])).mappings()]

    def _admin(self, version: LayerVersion) -> tuple[shapely.Geometry | None, tuple[County, ...]]:
        layer = self._catalogue.registry.vector(ADMIN)
        rows = self._rows(layer, version, ("code", "name", "name_en", "level", "city"))
        counties = tuple(
            County(r["code"], r["name"], shapely.from_wkb(bytes(r["wkb"])), r["city"], r["name_en"])
            for r in rows
            if r["level"] == "county"
        )
        province = [shapely.from_wkb(bytes(r["wkb"])) for r in rows if r["level"] == "province"]
        return (province[0] if province else None), counties

    def _bases(self, version: LayerVersion) -> tuple[BaseRow, ...]:
        fields = ("code", "name", "name_en", "status", "preparation_min", "cruise_kmh", "is_main", "aircraft")
        rows = self._rows(self._catalogue.registry.vector(BASES), version, fields)
        bases = []
        for row in rows:
            point: Any = shapely.from_wkb(bytes(row["wkb"]))
            bases.append(
                BaseRow(
                    id=row["code"],
                    name=row["name"],
                    lon=point.x,
                    lat=point.y,
                    name_en=row["name_en"],
                    status=row["status"],
                    preparation_min=row["preparation_min"],
                    cruise_kmh=row["cruise_kmh"],
                    is_main=bool(row["is_main"]),
                    aircraft=row["aircraft"],
                )
            )
        return tuple(bases)

    def _coast(self, version: LayerVersion) -> shapely.Geometry:
        rows = self._rows(self._catalogue.registry.vector(COAST), version, ())
        return shapely.union_all([shapely.make_valid(shapely.from_wkb(bytes(row["wkb"]))) for row in rows])

    def _hospitals(self, version: LayerVersion) -> tuple[Hospital, ...]:
        rows = self._rows(self._catalogue.registry.vector(LANDING), version, ("name", "kind"))
        found = []
        for row in rows:
            if row["kind"] == "hospital":
                point: Any = shapely.from_wkb(bytes(row["wkb"]))
                found.append(Hospital(row["name"], point.x, point.y))
        return tuple(found)

    def candidates(self, kinds: Iterable[str]) -> tuple[BaseRow, ...]:
        """Return the landing points of some kinds as bases that could be."""
        version = self._catalogue.current().get(LANDING)
        if version is None:
            return ()
        rows = self._rows(self._catalogue.registry.vector(LANDING), version, ("code", "name", "kind"))
        wanted, found = set(kinds), []
        for row in rows:
            if row["kind"] in wanted:
                point: Any = shapely.from_wkb(bytes(row["wkb"]))
                found.append(BaseRow(row["code"], row["name"], point.x, point.y))
        return tuple(found)

    def _places(self, current: dict[str, LayerVersion], demands: Iterable[str]) -> dict[str, PlaceSet]:
        """The places of the named demands that are loaded."""
        found = {}
        for name in demands:
            layer_id, field, weigh = PLACES.get(name, ("", "", float))
            version = current.get(layer_id)
            if version is not None:
                found[name] = self._once(name, version, lambda v, f=field, w=weigh: self._place_set(v, f, w))
        return found

    def _place_set(self, version: LayerVersion, field: str, weigh: Callable[[Any], float]) -> PlaceSet:
        layer = self._catalogue.registry.vector(version.layer)
        rows = self._rows(layer, version, (layer.key if field == "key" else field,))
        points = shapely.centroid(shapely.from_wkb([bytes(row["wkb"]) for row in rows]))
        weight = np.array([weigh(None if field == "key" else row[field]) for row in rows], dtype=np.float64)
        return PlaceSet(shapely.get_x(points), shapely.get_y(points), weight)

    def _ground_layer(self, current: dict[str, LayerVersion]) -> LayerVersion | None:
        for layer in self._catalogue.registry.values():
            if getattr(layer, "role", None) == GROUND_ROLE and layer.id in current:
                return current[layer.id]
        return None

    def _ground(self, version: LayerVersion) -> GroundTimes | None:
        layer = self._catalogue.registry[version.layer]
        if isinstance(layer, RasterLayer):
            grid = self._grid(version)
            return None if grid is None else GroundTimes(layer.id, grid)
        rows = self._rows(self._catalogue.registry.vector(layer.id), version, ("minutes",))
        areas = [(float(row["minutes"]), shapely.from_wkb(bytes(row["wkb"]))) for row in rows]
        return GroundTimes(layer.id, areas=tuple(areas))

    def _grid(self, version: LayerVersion) -> PopulationGrid | None:
        path = self._catalogue.files.rasters / str(version.raster_file)
        if not path.is_file():
            return None
        with rasterio.open(path, driver="GTiff") as source:
            return PopulationGrid(source.read(1), tuple(source.transform)[:6], source.nodata)


def _note(version: LayerVersion) -> SourceNote:
    return SourceNote(
        version.layer, version.version, version.source_name, version.source_date, version.generated
    )
