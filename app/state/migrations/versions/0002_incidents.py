"""Incidents with their log, and live values of objects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

NOW = sa.func.now()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("hazard", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("footprint", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        schema="app",
    )
    op.create_table(
        "incident_log",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("incident", sa.BigInteger, sa.ForeignKey("app.incident.id"), nullable=False, index=True),
        sa.Column("at", TIME, nullable=False, server_default=NOW),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("detail", JSONB, nullable=False, server_default="{}"),
        schema="app",
    )
    op.create_table(
        "live",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("layer", "key", "field")),
        sa.Column("value", JSONB),
        sa.Column("before", JSONB),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False, server_default=NOW),
        sa.Column("undone_by", sa.Text),
        sa.Column("undone_at", TIME),
        schema="app",
    )
    op.create_index("live_of", "live", ["layer", "key", "field", "id"], schema="app")


def downgrade() -> None:
    """Drop them, with all that is on record."""
    for table in ("live", "incident_log", "incident"):
        op.drop_table(table, schema="app")
