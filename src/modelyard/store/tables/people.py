"""The tables of tenants, of their users, and of which models these are given."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, key_to, tenant_key

TENANTS = sa.Table(
    "tenants",
    METADATA,
    sa.Column("id", Words, primary_key=True),
    sa.Column("title", Words, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime),
)

USERS = sa.Table(
    "users",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    # Nobody who logs in says of which tenant they are: the address alone tells it.
    sa.Column("email", Words, nullable=False, unique=True),
    sa.Column("title", Words, nullable=False),
    sa.Column("role", Words, nullable=False),
    sa.Column("is_operator", sa.Boolean, nullable=False),
    sa.Column("password_hash", Words),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime),
    sa.ForeignKeyConstraint(["tenant"], ["tenants.id"]),
)

MODEL_GRANTS = sa.Table(
    "model_grants",
    METADATA,
    tenant_key(),
    sa.Column("user_id", Words, primary_key=True),
    # A name, or `*` for every model that has no row of its own.
    sa.Column("model", Words, primary_key=True),
    sa.Column("is_given", sa.Boolean, nullable=False),
    key_to("users", {"user_id": "id"}, ondelete="CASCADE"),
)
