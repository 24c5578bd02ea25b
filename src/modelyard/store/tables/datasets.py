"""The table of the data files that were trained on."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, tenant_key

DATASETS = sa.Table(
    "datasets",
    METADATA,
    tenant_key(),
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("location", Words, nullable=False),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("n_columns", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index(None, "tenant", "created_at"),
)
