"""The table of the trials of searches, one row each."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, Words, key_to, tenant_key

HYPERPARAMETER_CONFIGS = sa.Table(
    "hyperparameter_configs",
    METADATA,
    tenant_key(),
    # Of the training that the search began.
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("status", Words, nullable=False),
    sa.Column("score", sa.Double),
    sa.Column("goodness", sa.Double),
    sa.Column("fold_scores", sa.JSON, nullable=False),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("at_s", sa.Double),
    sa.Column("why", Words),
    sa.Column("peak_bytes", sa.BigInteger),
    key_to("training_jobs", {"job_id": "id"}, ondelete="CASCADE"),
)
