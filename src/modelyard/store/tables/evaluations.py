"""The table of measurements of registered models on further rows."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, Metrics, UtcTime, Words, key_to, tenant_key

MODEL_EVALUATIONS = sa.Table(
    "model_evaluations",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("model_name", Words, nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("data_sha256", Words, nullable=False),
    sa.Column("location", Words, nullable=False),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("confusion", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    key_to("ml_models", {"model_name": "name", "model_version": "version"}, ondelete="CASCADE"),
    sa.Index(None, "tenant", "model_name", "model_version", "created_at"),
)
