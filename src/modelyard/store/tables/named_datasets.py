"""The tables of named datasets, and of the uploads that become versions of them."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, key_to, tenant_key

# Outlives the versions of a name, so that a version is never given twice.
DATASET_NAMES = sa.Table(
    "dataset_names",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("last_version", sa.BigInteger, nullable=False),
)

DATASET_VERSIONS = sa.Table(
    "dataset_versions",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("format", Words, nullable=False),
    sa.Column("filename", Words, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("refusal", sa.JSON(none_as_null=True)),
    sa.Column("read", sa.JSON, nullable=False),
    sa.Column("fixes", sa.JSON, nullable=False),
    sa.Column("applied", sa.JSON, nullable=False),
    sa.Column("derived_from", sa.BigInteger),
    sa.Column("data_sha256", Words, nullable=False),
    sa.Column("n_rows", sa.BigInteger),
    sa.Column("n_columns", sa.BigInteger),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", Words, nullable=False),
    sa.Column("n_errors", sa.BigInteger),
    sa.Column("n_warnings", sa.BigInteger),
    # Of a version that was deleted, until its loaded rows are gone; nobody is shown it.
    sa.Column("deleted_at", UtcTime),
    key_to("dataset_names", {"name": "name"}),
    sa.Index(None, "tenant", "sha256"),
    sa.Index(None, "tenant", "data_sha256"),
    sa.Index(None, "tenant", "state"),
)

UPLOADS = sa.Table(
    "uploads",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("filename", Words, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("version", sa.BigInteger),
    sa.Column("refusal", sa.JSON(none_as_null=True)),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", Words, nullable=False),
    sa.Index(None, "tenant", "state"),
    sa.Index(None, "tenant", "created_at"),
)
