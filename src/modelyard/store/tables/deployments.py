"""The table of what is served: what is wanted of each deployment, and what its watcher last saw."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, key_to, tenant_key

DEPLOYMENTS = sa.Table(
    "deployments",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("model_name", Words, nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("is_wanted", sa.Boolean, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("url", Words),
    sa.Column("reason", Words),
    sa.Column("n_restarts", sa.BigInteger, nullable=False),
    sa.Column("created_by", Words, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("ready_at", UtcTime),
    # Who looks after its process, and until when nobody else may.
    sa.Column("watcher", Words),
    sa.Column("watched_until", UtcTime),
    key_to("ml_models", {"model_name": "name", "model_version": "version"}, ondelete="CASCADE"),
    sa.Index(None, "tenant", "model_name", "model_version"),
)
