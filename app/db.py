"""Database access: one engine for everything but tiles, one asyncpg pool for tiles."""

from __future__ import annotations

import asyncpg
from sqlalchemy import URL, Engine, create_engine, make_url


def sync_url(database_url: str) -> URL:
    """Return a SQLAlchemy URL with the psycopg driver for a ``postgresql://`` URL."""
    return make_url(database_url).set(drivername="postgresql+psycopg")


def make_engine(database_url: str, *, connections: int = 8, timeout_s: float | None = 15.0) -> Engine:
    """Return the engine. ``timeout_s`` limits each statement (None for the ETL, whose steps may be long)."""
    options = (
        "-c jit=off" if timeout_s is None else f"-c jit=off -c statement_timeout={round(timeout_s * 1000)}"
    )
    return create_engine(
        sync_url(database_url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 10, "application_name": "riskmap"},
    )


async def listening_connection(database_url: str) -> asyncpg.Connection:
    """Return a connection to hear notifications on."""
    return await asyncpg.connect(
        _plain(database_url), timeout=10, server_settings={"application_name": "riskmap-news"}
    )


async def make_tile_pool(database_url: str, *, connections: int, timeout_s: float) -> asyncpg.Pool:
    """Return the pool of the tiles: its own connections, so that slow questions never freeze the map."""

    async def no_reset(connection: asyncpg.Connection) -> None:
        """Tile statements leave no session state; the default reset would cost a round trip per tile."""

    return await asyncpg.create_pool(
        _plain(database_url),
        min_size=connections,
        max_size=connections,
        statement_cache_size=500,
        reset=no_reset,
        command_timeout=timeout_s + 1,
        server_settings={
            "application_name": "riskmap-tiles",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "statement_timeout": str(round(timeout_s * 1000)),
        },
    )


def _plain(database_url: str) -> str:
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
