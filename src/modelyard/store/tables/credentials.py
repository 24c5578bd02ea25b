"""The tables of what lets somebody in; a secret stands in none of them, its SHA-256 does."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, key_to, tenant_key


def _digest() -> sa.Column[str]:
    # Whoever sends a secret does not say of which tenant it is.
    return sa.Column("sha256", Words, primary_key=True, unique=True)


API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("sha256", Words, nullable=False, unique=True),
    sa.Column("title", Words, nullable=False),
    sa.Column("role", Words, nullable=False),
    # Names of models, null for a key that is not bound to any.
    sa.Column("models", sa.JSON(none_as_null=True)),
    sa.Column("owner", Words),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime),
    sa.Column("revoked_at", UtcTime),
    sa.Column("last_used_at", UtcTime),
    key_to("users", {"owner": "id"}, ondelete="CASCADE"),
)

REFRESH_TOKENS = sa.Table(
    "refresh_tokens",
    METADATA,
    tenant_key(),
    _digest(),
    sa.Column("family", Words, nullable=False),
    sa.Column("user_id", Words, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    # Kept until it expires: coming again, a used one tells that somebody else has it.
    sa.Column("used_at", UtcTime),
    key_to("users", {"user_id": "id"}, ondelete="CASCADE"),
    sa.Index(None, "tenant", "family"),
    sa.Index(None, "tenant", "user_id"),
)

ONE_TIME_TOKENS = sa.Table(
    "one_time_tokens",
    METADATA,
    tenant_key(),
    _digest(),
    # Whose password it sets; null for the one that makes the platform's first user.
    sa.Column("user_id", Words),
    sa.Column("expires_at", UtcTime, nullable=False),
    key_to("users", {"user_id": "id"}, ondelete="CASCADE"),
)
