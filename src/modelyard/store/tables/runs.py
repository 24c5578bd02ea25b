"""The tables of trainings and of their tags."""

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

TRAINING_JOBS = sa.Table(
    "training_jobs",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("status", Words, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("config", sa.JSON, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("data_location", Words, nullable=False),
    sa.Column("data_sha256", Words),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("task", Words),
    sa.Column("algorithm", Words, nullable=False),
    sa.Column("metric", Words, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("metric_values", MetricValues, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("model", Words),
    sa.Column("reason", Words),
    sa.Column("fit_s", sa.Double),
    sa.Column("duration_s", sa.Double),
    sa.Column("finished_at", UtcTime),
    sa.Column("process", Words, nullable=False),
    key_to("datasets", {"data_sha256": "sha256"}),
    # The usual lists: the newest, of all or of one name, status, algorithm or dataset.
    sa.Index(None, "tenant", "started_at"),
    sa.Index(None, "tenant", "name", "started_at"),
    sa.Index(None, "tenant", "status", "started_at"),
    sa.Index(None, "tenant", "algorithm", "started_at"),
    sa.Index(None, "tenant", "data_sha256"),
)

TRAINING_JOB_TAGS = sa.Table(
    "training_job_tags",
    METADATA,
    tenant_key(),
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    key_to("training_jobs", {"job_id": "id"}, ondelete="CASCADE"),
    sa.Index(None, "tenant", "key", "value"),
)
