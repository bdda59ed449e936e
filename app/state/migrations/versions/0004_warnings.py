"""Drafts of warnings, and who approved them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "warning",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("incident", sa.BigInteger, sa.ForeignKey("app.incident.id"), nullable=False, index=True),
        sa.Column("incident_rev", sa.BigInteger, nullable=False),
        sa.Column("identifier", sa.Text, nullable=False, unique=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("refers_to", sa.Text),
        sa.Column("hazard", sa.Text),
        sa.Column("colour", sa.Text, nullable=False),
        sa.Column("texts", JSONB, nullable=False),
        sa.Column("area", JSONB, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("drafted_at", TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", TIME),
        schema="app",
    )


def downgrade() -> None:
    """Drop it, with all that is on record."""
    op.drop_table("warning", schema="app")
