"""The tables of the record of deeds: the links of each tenant's chain, and where it ends."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, tenant_key

AUDIT_EVENTS = sa.Table(
    "audit_events",
    METADATA,
    tenant_key(),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("action", Words, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("previous", Words, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Index(None, "tenant", "actor", "number"),
    sa.Index(None, "tenant", "action", "number"),
    sa.Index(None, "tenant", "target", "number"),
)

# The last link once more, so that links that are missing at the end are missed.
AUDIT_HEADS = sa.Table(
    "audit_heads",
    METADATA,
    tenant_key(),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("sha256", Words, nullable=False),
)
