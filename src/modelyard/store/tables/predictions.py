"""The tables of the prediction log: what was answered, counts of it, and what was loaded so far."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, tenant_key

# A prediction outlives its deployment and its model: it tells what somebody was once told.
PREDICTIONS = sa.Table(
    "predictions",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("deployment", Words, nullable=False),
    sa.Column("model_name", Words, nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("package_sha256", Words, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("request_id", Words, nullable=False),
    sa.Column("features", sa.JSON, nullable=False),
    sa.Column("prediction", sa.JSON, nullable=False),
    # The prediction as text, to be looked for.
    sa.Column("label", Words, nullable=False),
    sa.Column("confidence", sa.Double),
    sa.Column("probabilities", sa.JSON(none_as_null=True)),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("truth", sa.JSON(none_as_null=True)),
    sa.Column("truth_at", UtcTime),
    # Of the request, on the first of its rows alone.
    sa.Column("request_ms", sa.Double),
    sa.Index(None, "tenant", "at", "id"),
    sa.Index(None, "tenant", "deployment", "at"),
    sa.Index(None, "tenant", "model_name", "model_version", "at"),
)

# What was answered within each minute, and within each hour. Changes in the transactions that load
# predictions and attach truths, so that traffic is told without reading a million rows.
PREDICTION_TRAFFIC = sa.Table(
    "prediction_traffic",
    METADATA,
    tenant_key(),
    sa.Column("deployment", Words, primary_key=True),
    sa.Column("step", Words, primary_key=True),
    sa.Column("at", UtcTime, primary_key=True),
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("model_version", sa.BigInteger, primary_key=True, autoincrement=False),
    # Beside the whole tally, so that the database can sum it up.
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("tally", sa.JSON, nullable=False),
    sa.Index(None, "tenant", "step", "at"),
)

# Moves in the transaction that inserts what lies before the offset: nothing is loaded twice.
PREDICTION_SEGMENTS = sa.Table(
    "prediction_segments",
    METADATA,
    tenant_key(),
    sa.Column("segment", Words, primary_key=True),
    # Behind the last record that was loaded.
    sa.Column("loaded_bytes", sa.BigInteger, nullable=False),
    sa.Column("is_done", sa.Boolean, nullable=False),
)
