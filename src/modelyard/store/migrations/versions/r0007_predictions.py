"""Models are served under names, and what was answered is remembered."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key, reference

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_VERSION = ["model_name", "model_version"]


def upgrade() -> None:
    """Make the tables of deployments and of the prediction log."""
    _make_deployments()
    op.create_table(
        "predictions",
        key("tenant"),
        key("id"),
        given("deployment", TEXT),
        given("model_name", TEXT),
        given("model_version", sa.BigInteger),
        given("package_sha256", TEXT),
        given("at", TIME),
        given("subject", TEXT),
        given("request_id", TEXT),
        given("features", sa.JSON),
        given("prediction", sa.JSON),
        given("label", TEXT),
        sa.Column("confidence", sa.Double),
        sa.Column("probabilities", sa.JSON),
        given("details", sa.JSON),
        sa.Column("truth", sa.JSON),
        sa.Column("truth_at", TIME),
        sa.Index(None, "tenant", "at", "id"),
        sa.Index(None, "tenant", "deployment", "at"),
        sa.Index(None, "tenant", *_VERSION, "at"),
    )
    op.create_table(
        "prediction_segments",
        key("tenant"),
        key("segment"),
        given("loaded_bytes", sa.BigInteger),
        given("is_done", sa.Boolean),
    )


def _make_deployments() -> None:
    op.create_table(
        "deployments",
        key("tenant"),
        key("name"),
        given("model_name", TEXT),
        given("model_version", sa.BigInteger),
        given("is_wanted", sa.Boolean),
        given("state", TEXT),
        sa.Column("url", TEXT),
        sa.Column("reason", TEXT),
        given("n_restarts", sa.BigInteger),
        given("created_by", TEXT),
        given("created_at", TIME),
        given("changed_at", TIME),
        sa.Column("ready_at", TIME),
        sa.Column("watcher", TEXT),
        sa.Column("watched_until", TIME),
        reference(_VERSION, "ml_models", to=["name", "version"], ondelete="CASCADE"),
        sa.Index(None, "tenant", *_VERSION),
    )
