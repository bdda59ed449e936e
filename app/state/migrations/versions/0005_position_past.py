"""Where movers were, and when the newest fix of each was heard of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; of fixes saved before, the time they were heard of is taken to be their own."""
    op.add_column("position", sa.Column("heard", TIME), schema="app")
    op.execute(sa.text('UPDATE app."position" SET heard = "at"'))
    op.alter_column("position", "heard", nullable=False, schema="app")
    op.create_table(
        "position_past",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("heard", TIME, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("lon", "lat")),
        *(sa.Column(name, sa.Float) for name in ("speed_mps", "heading_deg")),
        schema="app",
    )
    op.create_index("position_past_heard", "position_past", ["heard"], schema="app")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("position_past", schema="app")
    op.drop_column("position", "heard", schema="app")
