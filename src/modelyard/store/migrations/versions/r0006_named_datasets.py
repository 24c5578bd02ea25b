"""Datasets get names and versions, and files arrive in parts."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key, reference

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of names, versions and uploads."""
    op.create_table(
        "dataset_names", key("tenant"), key("name"), given("last_version", sa.BigInteger)
    )
    op.create_table(
        "dataset_versions",
        key("tenant"),
        key("name"),
        key("version", sa.BigInteger),
        given("sha256", TEXT),
        given("size_bytes", sa.BigInteger),
        given("format", TEXT),
        given("filename", TEXT),
        given("state", TEXT),
        sa.Column("refusal", sa.JSON),
        given("read", sa.JSON),
        given("fixes", sa.JSON),
        given("applied", sa.JSON),
        sa.Column("derived_from", sa.BigInteger),
        given("data_sha256", TEXT),
        sa.Column("n_rows", sa.BigInteger),
        sa.Column("n_columns", sa.BigInteger),
        given("created_at", TIME),
        given("created_by", TEXT),
        reference(["name"], "dataset_names", to=["name"]),
        sa.Index(None, "tenant", "sha256"),
        sa.Index(None, "tenant", "data_sha256"),
        sa.Index(None, "tenant", "state"),
    )
    op.create_table(
        "uploads",
        key("tenant"),
        key("id"),
        given("name", TEXT),
        given("filename", TEXT),
        given("size_bytes", sa.BigInteger),
        given("sha256", TEXT),
        given("state", TEXT),
        sa.Column("version", sa.BigInteger),
        sa.Column("refusal", sa.JSON),
        given("created_at", TIME),
        given("created_by", TEXT),
        sa.Index(None, "tenant", "state"),
        sa.Index(None, "tenant", "created_at"),
    )
