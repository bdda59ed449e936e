"""Filling the inputs of an analysis from the layers that are served."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rasterio
import shapely
from sqlalchemy import func, select

from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid, SourceNote
from app.catalogue import Catalogue
from layers.errors import Unavailable
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

ADMIN, BASES, POPULATION = "admin_area", "rescue_base", "population"


class CoverageData:
    """Reads counties, land, population and bases once per version and keeps the last ones."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept: dict[str, tuple[str, Any]] = {}

    def inputs(self) -> CoverageInputs:
        """Return the inputs at the versions served now.

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
        used = [v for v in (admin, current.get(BASES), population if grid else None) if v is not None]
        return CoverageInputs(
            land=land,
            counties=counties,
            population=grid,
            bases=self.bases(),
            sources=tuple(_note(version) for version in used),
            key=f"{admin.version}:{population.version if population and grid else '-'}",
        )

    def bases(self) -> tuple[BaseRow, ...]:
        """Return the bases as the layer has them; none when the layer is empty."""
        version = self._catalogue.current().get(BASES)
        return self._once(BASES, version, self._bases) if version else ()

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
