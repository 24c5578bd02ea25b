"""The tables of the registry: names, their versions, and the aliases and tags of these."""

import sqlalchemy as sa

from modelyard.store.tables.schema import (
    METADATA,
    Metrics,
    MetricValues,
    UtcTime,
    Words,
    key_to,
    tenant_key,
)

# Outlives the versions of a name, so that a version is never given twice.
ML_MODEL_NAMES = sa.Table(
    "ml_model_names",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("last_version", sa.BigInteger, nullable=False),
)

ML_MODELS = sa.Table(
    "ml_models",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("artifact", Words, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("run_id", Words),
    sa.Column("task", Words, nullable=False),
    sa.Column("algorithm", Words, nullable=False),
    sa.Column("metric", Words, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("metric_values", MetricValues, nullable=False),
    sa.Column("data_sha256", Words, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    key_to("ml_model_names", {"name": "name"}),
    key_to("training_jobs", {"run_id": "id"}),
    sa.Index(None, "tenant", "run_id"),
    sa.Index(None, "tenant", "data_sha256"),
    sa.Index(None, "tenant", "created_at"),
)

_VERSION = {"model_name": "name", "model_version": "version"}

# The key is (name, alias): an alias stands on one version of a name at a time.
ML_MODEL_ALIASES = sa.Table(
    "ml_model_aliases",
    METADATA,
    tenant_key(),
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("alias", Words, primary_key=True),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    key_to("ml_models", _VERSION, ondelete="CASCADE"),
)

# Where an alias stood before, so that it can be put back; the highest number is the last place.
ML_MODEL_ALIAS_PAST = sa.Table(
    "ml_model_alias_past",
    METADATA,
    tenant_key(),
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("alias", Words, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    key_to("ml_models", _VERSION, ondelete="CASCADE"),
)

ML_MODEL_TAGS = sa.Table(
    "ml_model_tags",
    METADATA,
    tenant_key(),
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("model_version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    key_to("ml_models", _VERSION, ondelete="CASCADE"),
    sa.Index(None, "tenant", "key", "value"),
)
