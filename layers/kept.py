"""Tables of schema ``app`` that the kernel and the ETL read: what people decide, kept for ever.

The migrations in ``app/state/migrations`` make them; nothing here is dropped or written over. Rows point at rows of
layers by layer id and key.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    Identity,
    MetaData,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

KEPT = MetaData(schema="app")

CONSTANT = Table(
    "constant",
    KEPT,
    Column("key", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("value", "unit", "zh", "en", "source", "confidence")),
    *(Column(name, Text, nullable=False, server_default="") for name in ("changed_by", "reason")),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
)
OVERRIDE = Table(
    "zone_override",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("grade", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", Text),
)
AUDIT = Table(
    "audit",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("person", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default="{}"),
)


def stands(connection: Connection, table: Table) -> bool:
    """Whether a table is there: the ETL may run on a database that no server has prepared yet."""
    return connection.execute(select(func.to_regclass(f"app.{table.name}"))).scalar() is not None
