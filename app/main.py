"""``create_app(settings)``: the only place where things are wired; nothing is read at import."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Lifespan

from app import errors
from app.analysis import coverage
from app.analysis.inputs import CoverageData
from app.analysis_jobs import AnalysisJobs
from app.api import (
    analysis,
    archives,
    around,
    constants,
    exports,
    grading,
    health,
    incidents,
    items,
    kpis,
    layers,
    live,
    load_profiles,
    loads,
    metrics,
    news,
    ogc,
    ogc_tiles,
    positions,
    raster_tiles,
    replay,
    risk,
    search,
    styles,
    tilejson,
    tiles,
    warnings,
)
from app.api.schemas import Problem
from app.catalogue import Catalogue
from app.compression import CompressText
from app.db import make_engine, make_tile_pool
from app.headers import SecurityHeaders
from app.limits import AnswerHead, LimitBody, SameOrigin
from app.load_jobs import LoadJobs
from app.metering import MeterRequests
from app.news import News
from app.parameters import known_parameters
from app.position_history import PositionHistory
from app.positions import PositionStore
from app.raster_source import RasterSource
from app.regrading import Regrader
from app.risk.cutoffs import unconfirmed_sets
from app.search.finder import Finder
from app.settings import Settings
from app.state.prepare import prepare
from app.styles import SPRITES
from app.tiles.database import TileDatabase
from app.tiles.door import TileDoor, Tiles
from app.tiles.meters import Meters
from app.tiles.source import TileSource
from layers.errors import RiskmapError, Unavailable
from layers.kinds.vector import VectorLayer
from layers.registry import discover

VERSION = "0.1.0"
SETTLE_EVERY_S = 600.0
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": words}
    for status, words in (
        (404, "not there"),
        (409, "in the way of somebody else's work"),
        (422, "cannot be used as sent"),
        (503, "not available just now"),
    )
}

ROUTES = (
    layers, risk, items, exports, archives, tilejson, tiles, raster_tiles, styles, search, around, incidents, warnings,
    live, positions, replay, analysis, constants, grading, kpis, loads, load_profiles, news, ogc, ogc_tiles, health,
    metrics,
)  # fmt: skip
READ_THEIR_OWN = (exports, ogc, ogc_tiles)
"""Fields of layers are parameters there, which no route can declare; they refuse the others themselves."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application. ``settings.database_url`` must be set: whoever calls has started the database."""
    if settings.database_url is None:
        raise Unavailable(
            "没有数据库：请设 RISKMAP_DATABASE_URL，或用 ./riskmap demo 启动自带数据库",
            "there is no database: set RISKMAP_DATABASE_URL, or start the private one with ./riskmap demo",
            code="no_database",
        )
    app = FastAPI(
        title="riskmap",
        version=VERSION,
        summary="The risk map of a province: layers, tiles and air-rescue coverage",
        lifespan=_serving(settings, settings.database_url),
        docs_url=None,  # the built-in page loads its scripts from the internet
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.settings = settings
    app.state.metrics = CollectorRegistry()
    app.state.meters = Meters(app.state.metrics)
    errors.install(app)
    for part in ROUTES:
        checks = [] if part in READ_THEIR_OWN else [Depends(known_parameters)]
        app.include_router(part.router, responses=PROBLEMS, dependencies=checks)
    _guard(app, settings)
    app.mount("/sprites", StaticFiles(directory=SPRITES), name="sprites")
    _serve_page(app, settings.web_dir)
    return app


def _guard(app: FastAPI, settings: Settings) -> None:
    """Put what every request passes through round the routes; the last one added is the outermost."""
    app.add_middleware(CompressText, minimum_size=1000, compresslevel=5)
    app.add_middleware(LimitBody, uploads="/api/loads", most_upload_bytes=settings.upload_most_bytes)
    app.add_middleware(SameOrigin)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AnswerHead)
    app.add_middleware(TileDoor)
    app.add_middleware(MeterRequests, registry=app.state.metrics)


def _tiles(
    meters: Meters, pool: asyncpg.Pool, database: TileDatabase, catalogue: Catalogue, settings: Settings
) -> Tiles:
    """Return what answers tile addresses."""
    meters.watch("riskmap_tile_connections", "database connections open for tiles", pool.get_size)
    meters.watch("riskmap_tile_connections_idle", "of those, at rest", pool.get_idle_size)
    source = TileSource(database, catalogue, meters, settings.slow_tile_s)
    return Tiles(catalogue, source, meters, settings.tile_cache_bytes)


def _serving(settings: Settings, url: str) -> Lifespan[FastAPI]:
    """Return what opens the parts of a server before the first request, and closes them after the last."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = make_engine(url, connections=settings.query_connections, timeout_s=settings.query_timeout_s)
        prepare(engine)
        catalogue = Catalogue(engine, discover(settings.layer_dir), settings)
        pool = await make_tile_pool(
            url, connections=settings.tile_connections, timeout_s=settings.tile_timeout_s
        )
        app.state.catalogue = catalogue
        app.state.coverage_data = CoverageData(catalogue)
        app.state.finder = Finder(catalogue)
        app.state.export_places = exports.Places()
        app.state.analysis_jobs = AnalysisJobs()
        database = TileDatabase(pool)
        app.state.tiles = _tiles(app.state.meters, pool, database, catalogue, settings)
        app.state.raster_tiles = RasterSource()
        app.state.positions = PositionStore(engine, _history(settings))
        app.state.loads = LoadJobs(settings, catalogue.registry)
        app.state.loads.tidy()
        app.state.news = News(url, catalogue)
        app.state.news.start()
        app.state.meters.watch(
            "riskmap_pages_listening", "open pages that hear news", lambda: app.state.news.readers
        )
        await asyncio.to_thread(_look_once, catalogue)
        warming = asyncio.create_task(_warm(app, database))
        async with _regrading(url, catalogue) as app.state.regrader, app.state.positions.kept():
            yield
        await app.state.news.stop()
        await warming
        await asyncio.to_thread(app.state.analysis_jobs.close)
        await asyncio.to_thread(app.state.loads.close)
        await pool.close()
        engine.dispose()

    return lifespan


def _history(settings: Settings) -> PositionHistory:
    return PositionHistory(timedelta(hours=settings.position_hours), settings.position_rows)


def _look_once(catalogue: Catalogue) -> None:
    """Look through the grades once, so that the first page need not wait for it."""
    with suppress(RiskmapError, SQLAlchemyError):
        unconfirmed_sets(catalogue, catalogue.current())


async def _warm(app: FastAPI, database: TileDatabase) -> None:
    """Prepare what the first who asks would wait for."""
    await asyncio.to_thread(_warm_answers, app.state.coverage_data, app.state.finder)
    catalogue: Catalogue = app.state.catalogue
    for name, version in (await asyncio.to_thread(catalogue.current)).items():
        layer = catalogue.registry[name]
        if isinstance(layer, VectorLayer):
            with suppress(RiskmapError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await database.prepare(layer, version)


def _warm_answers(data: CoverageData, finder: Finder) -> None:
    """Prepare the names for the first search, and counties and population for the first coverage question (about a
    second each), ahead of them."""
    with suppress(RiskmapError, SQLAlchemyError):
        finder.warm()
    with suppress(RiskmapError, SQLAlchemyError):
        coverage.run(coverage.CoverageParams(), data.inputs())
    gc.freeze()  # what was prepared stays: the collector need not walk through it in the middle of an answer


@asynccontextmanager
async def _regrading(url: str, catalogue: Catalogue) -> AsyncIterator[Regrader]:
    """Give what changes grades, on connections of its own, and keep what is served up with what was decided."""
    engine = make_engine(url, connections=2, timeout_s=None)
    regrader = Regrader.silent(engine, catalogue.registry, catalogue.files)
    settling = asyncio.create_task(_settle(regrader))
    try:
        yield regrader
    finally:
        settling.cancel()
        engine.dispose()


async def _settle(regrader: Regrader) -> None:
    """Let zones that were set by hand go back to their members when the decision has ended."""
    while True:
        with suppress(RiskmapError, SQLAlchemyError):
            await asyncio.to_thread(regrader.settle)
        await asyncio.sleep(SETTLE_EVERY_S)


def _serve_page(app: FastAPI, web_dir: Path) -> None:
    """Serve the built page at ``/``; without one the API works alone."""
    if (web_dir / "index.html").is_file():
        app.mount("/", StaticFiles(directory=web_dir, html=True), name="web")
