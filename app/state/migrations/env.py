"""Alembic's entry: it runs on the connection it is given, inside the caller's transaction."""

from alembic import context

from layers.kept import KEPT

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=KEPT,
    include_schemas=True,
    include_name=lambda name, kind, parents: kind != "schema" or name == KEPT.schema,
    version_table_schema=KEPT.schema,
)
with context.begin_transaction():
    context.run_migrations()
