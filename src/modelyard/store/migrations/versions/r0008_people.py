"""Tenants, their users and what lets these in, and the record of deeds."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key, reference

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; before, everybody was the owner of the laptop."""
    _make_people()
    _make_credentials()
    op.create_table(
        "audit_events",
        key("tenant"),
        key("number", sa.BigInteger),
        given("at", TIME),
        given("actor", TEXT),
        given("action", TEXT),
        given("target", TEXT),
        given("details", sa.JSON),
        given("previous", TEXT),
        given("sha256", TEXT),
        sa.Index(None, "tenant", "actor", "number"),
        sa.Index(None, "tenant", "action", "number"),
        sa.Index(None, "tenant", "target", "number"),
    )
    op.create_table(
        "audit_heads", key("tenant"), given("number", sa.BigInteger), given("sha256", TEXT)
    )


def _make_people() -> None:
    op.create_table(
        "tenants",
        key("id"),
        given("title", TEXT),
        given("created_at", TIME),
        sa.Column("disabled_at", TIME),
    )
    op.create_table(
        "users",
        key("tenant"),
        key("id"),
        sa.Column("email", TEXT, nullable=False, unique=True),
        given("title", TEXT),
        given("role", TEXT),
        given("is_operator", sa.Boolean),
        sa.Column("password_hash", TEXT),
        given("created_at", TIME),
        sa.Column("disabled_at", TIME),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"]),
    )
    op.create_table(
        "model_grants",
        key("tenant"),
        key("user_id"),
        key("model"),
        given("is_given", sa.Boolean),
        reference(["user_id"], "users", to=["id"], ondelete="CASCADE"),
    )


def _make_credentials() -> None:
    op.create_table(
        "api_keys",
        key("tenant"),
        key("id"),
        sa.Column("sha256", TEXT, nullable=False, unique=True),
        given("title", TEXT),
        given("role", TEXT),
        sa.Column("models", sa.JSON),
        sa.Column("owner", TEXT),
        given("created_at", TIME),
        sa.Column("expires_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("last_used_at", TIME),
        reference(["owner"], "users", to=["id"], ondelete="CASCADE"),
    )
    op.create_table(
        "refresh_tokens",
        key("tenant"),
        _digest(),
        given("family", TEXT),
        given("user_id", TEXT),
        given("expires_at", TIME),
        sa.Column("used_at", TIME),
        reference(["user_id"], "users", to=["id"], ondelete="CASCADE"),
        sa.Index(None, "tenant", "family"),
        sa.Index(None, "tenant", "user_id"),
    )
    op.create_table(
        "one_time_tokens",
        key("tenant"),
        _digest(),
        sa.Column("user_id", TEXT),
        given("expires_at", TIME),
        reference(["user_id"], "users", to=["id"], ondelete="CASCADE"),
    )


def _digest() -> sa.Column[str]:
    return sa.Column("sha256", TEXT, primary_key=True, unique=True)
