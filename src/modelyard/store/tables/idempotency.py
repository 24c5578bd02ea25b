"""The table of requests that came under a key, and of what they were answered."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, tenant_key

KEYED_REQUESTS = sa.Table(
    "keyed_requests",
    METADATA,
    tenant_key(),
    sa.Column("subject", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),
    sa.Column("fingerprint", Words, nullable=False),
    sa.Column("attempt", Words, nullable=False),
    sa.Column("begun_at", UtcTime, nullable=False),
    # Null until the request has been answered.
    sa.Column("status", sa.BigInteger),
    sa.Column("headers", sa.JSON),
    # Null also where the answer held a secret.
    sa.Column("body", sa.LargeBinary),
    sa.Index(None, "tenant", "begun_at"),
)
