"""``GET /health``: do the database, the archives and the raster answer?"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.api.schemas import Health
from app.catalogue import Catalogue
from app.deps import TheCatalogue
from layers.kinds.raster import RasterLayer

router = APIRouter(tags=["health"])


@router.get("/health", response_model=Health, response_model_exclude_none=True)
def health(response: Response, catalogue: TheCatalogue) -> dict[str, Any]:
    """Report each part; status 503 when the database does not answer."""
    database = _database(catalogue)
    parts = {"database": database}
    if database["ok"]:
        parts["archives"] = _archives(catalogue)
        parts["raster"] = _raster(catalogue)
    if not database["ok"]:
        response.status_code = 503
    return {"status": "ok" if all(part["ok"] for part in parts.values()) else "degraded", **parts}


def _database(catalogue: Catalogue) -> dict[str, Any]:
    try:
        with catalogue.engine.connect() as connection:
            versions = connection.execute(text("SELECT version(), postgis_lib_version()")).one()
    except SQLAlchemyError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "postgresql": versions[0].split(" ")[1], "postgis": versions[1]}


def _archives(catalogue: Catalogue) -> dict[str, Any]:
    missing = []
    tiles = 0
    for layer_id, version in catalogue.current().items():
        if version.archive_file is None:
            continue
        opened = catalogue.archive(version)
        if opened is None:
            missing.append(layer_id)
        else:
            tiles += len(opened)
    return {"ok": not missing, "tiles": tiles, "missing": missing}


def _raster(catalogue: Catalogue) -> dict[str, Any]:
    missing = []
    read = 0
    for layer in catalogue.registry.values():
        version = catalogue.current().get(layer.id)
        if not isinstance(layer, RasterLayer) or version is None:
            continue
        path = catalogue.files.rasters / str(version.raster_file)
        west, south, east, north = version.bounds
        try:
            layer.value(path, (west + east) / 2, (south + north) / 2)
            read += 1
        except OSError:
            missing.append(layer.id)
    return {"ok": not missing, "readable": read, "missing": missing}
