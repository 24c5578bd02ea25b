"""Requests that came under a key, and the versions that an alias stood on before."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key, reference

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; of what was before nothing is known."""
    op.create_table(
        "keyed_requests",
        key("tenant"),
        key("subject"),
        key("key"),
        given("fingerprint", TEXT),
        given("attempt", TEXT),
        given("begun_at", TIME),
        sa.Column("status", sa.BigInteger),
        sa.Column("headers", sa.JSON),
        sa.Column("body", sa.LargeBinary),
        sa.Index(None, "tenant", "begun_at"),
    )
    op.create_table(
        "ml_model_alias_past",
        key("tenant"),
        key("model_name"),
        key("alias"),
        key("number", sa.BigInteger),
        given("model_version", sa.BigInteger),
        reference(
            ["model_name", "model_version"],
            "ml_models",
            to=["name", "version"],
            ondelete="CASCADE",
        ),
    )
