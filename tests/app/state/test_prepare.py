"""Schema ``app``: the migrations make what the program expects, and go back."""

from __future__ import annotations

from dataclasses import replace

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text, update

from app.commands.database import etl_engine
from app.settings import Settings
from app.state.prepare import alembic_config, prepare
from layers.constants.store import current_constants
from layers.kept import CONSTANT, KEPT


def test_the_migrations_make_what_the_tables_say(empty_settings: Settings) -> None:
    with etl_engine(str(empty_settings.database_url)) as engine, engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, parents: kind != "schema" or name == "app",
                "version_table_schema": "app",
            },
        )
        assert compare_metadata(context, KEPT) == []


def test_going_back_and_forth_ends_where_it_began(empty_settings: Settings) -> None:
    with etl_engine(str(empty_settings.database_url)) as engine:
        with engine.begin() as connection:
            command.downgrade(alembic_config(connection), "base")
            assert connection.execute(text("SELECT to_regclass('app.constant')")).scalar() is None
        prepare(engine)
        with engine.connect() as connection:
            assert current_constants(connection).version == 1


def test_a_release_with_another_value_replaces_its_own_one_and_leaves_what_was_decided_here(
    empty_settings: Settings,
) -> None:
    with etl_engine(str(empty_settings.database_url)) as engine:
        with engine.begin() as connection:  # as if an earlier release had shipped other values
            connection.execute(
                update(CONSTANT).where(CONSTANT.c.key == "plan.high_risk_parks").values(value="9")
            )
            here = update(CONSTANT).where(CONSTANT.c.key == "defects.city_days")
            connection.execute(here.values(value="45", changed_by="张三"))
        prepare(engine)
        with engine.connect() as connection:
            standing = current_constants(connection)
        assert (standing.number("plan.high_risk_parks"), standing["plan.high_risk_parks"].version) == (0, 2)
        assert (standing.number("defects.city_days"), standing["defects.city_days"].version) == (45, 1)
        assert replace(standing["plan.high_risk_parks"], changed_at=None).changed_by == "riskmap"
