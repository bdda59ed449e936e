"""Making a database ready: schema ``layer`` by its SQL, schema ``app`` by its migrations, the constants seeded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from layers.constants.shipped import SHIPPED_BY, shipped
from layers.constants.store import add_rows, current_constants
from layers.store import ensure_schema

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(engine: Engine) -> None:
    """Bring both schemas up to what this program expects. Running it again does nothing."""
    ensure_schema(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('riskmap.schema'))"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
        command.upgrade(alembic_config(connection), "head")
        _seed(connection)


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _seed(connection: Connection) -> None:
    """Add shipped constants that are new, and those that this release ships with another value, unless somebody here
    has decided on their own one: that stays."""
    standing = current_constants(connection)
    is_empty = connection.execute(text("SELECT NOT EXISTS (SELECT FROM app.constant)")).scalar_one()
    fresh = [
        row
        for key, row in shipped().items()
        if is_empty
        or key not in standing
        or (standing[key].changed_by == SHIPPED_BY and standing[key].value != row.value)
    ]
    version = 1 if is_empty else standing.version + 1
    add_rows(connection, [replace(row, version=version) for row in fresh])
