"""The database a command works on: the one it was given, or the private one of this checkout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from app.db import make_engine
from app.embedded import private_postgis, remove_cluster
from app.secrets import refuse_default_secrets
from app.settings import Settings


@contextmanager
def database(settings: Settings, *, reset: bool = False) -> Iterator[str]:
    """Give the URL of the database, starting the private one when none was given; ``reset`` empties it first."""
    if settings.database_url is not None:
        refuse_default_secrets(settings.database_url)
        if reset:
            with etl_engine(settings.database_url) as engine, engine.begin() as connection:
                connection.execute(text("DROP SCHEMA IF EXISTS layer CASCADE"))
        yield settings.database_url
        return
    if reset:
        remove_cluster(settings.state_dir)
    with private_postgis(settings.state_dir, log=_say) as url:
        yield url


@contextmanager
def etl_engine(url: str) -> Iterator[Engine]:
    """Give an engine without a statement timeout, for loads."""
    engine = make_engine(url, connections=6, timeout_s=None)
    try:
        yield engine
    finally:
        engine.dispose()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
