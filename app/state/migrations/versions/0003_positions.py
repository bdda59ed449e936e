"""The newest position of each mover."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "position",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "name")),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("lon", "lat")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Float) for name in ("speed_mps", "heading_deg")),
        schema="app",
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("position", schema="app")
