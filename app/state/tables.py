"""Tables of schema ``app`` that only the application reads: incidents, warnings, live values, positions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Float, ForeignKey, Identity, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from layers.kept import KEPT

CHANNEL = "riskmap_state"
"""What PostgreSQL notifies on when an incident or a live value changes; the payload is JSON."""

NOW = func.now()

INCIDENT = Table(
    "incident",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("hazard", Text),
    Column("title", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("footprint", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("rev", BigInteger, nullable=False, server_default="1"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)
INCIDENT_LOG = Table(
    "incident_log",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("incident", BigInteger, ForeignKey(INCIDENT.c.id), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("person", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("detail", JSONB, nullable=False, server_default="{}"),
)
WARNING = Table(
    "warning",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("incident", BigInteger, ForeignKey(INCIDENT.c.id), nullable=False, index=True),
    Column("incident_rev", BigInteger, nullable=False),
    Column("identifier", Text, nullable=False, unique=True),
    Column("sender", Text, nullable=False),
    Column("refers_to", Text),
    Column("hazard", Text),
    Column("colour", Text, nullable=False),
    Column("texts", JSONB, nullable=False),
    Column("area", JSONB, nullable=False),
    Column("rev", BigInteger, nullable=False, server_default="1"),
    Column("written_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
)
LIVE = Table(
    "live",
    KEPT,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", JSONB),
    Column("before", JSONB),
    Column("note", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("undone_by", Text),
    Column("undone_at", DateTime(timezone=True)),
    Index("live_of", "layer", "key", "field", "id"),
)
POSITION = Table(
    "position",
    KEPT,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("speed_mps", Float),
    Column("heading_deg", Float),
    Column("heard", DateTime(timezone=True), nullable=False),
)
POSITION_PAST = Table(
    "position_past",
    KEPT,
    Column("id", Text, primary_key=True),
    Column("heard", DateTime(timezone=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("speed_mps", Float),
    Column("heading_deg", Float),
    Index("position_past_heard", "heard"),
)
