"""Jobs, their logs and the quotas of tenants, and the workers that do them."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key, reference

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing of an earlier version belongs into them."""
    _make_jobs()
    op.create_table(
        "job_events",
        key("tenant"),
        key("job_id"),
        key("number", sa.BigInteger),
        given("kind", TEXT),
        given("at", TIME),
        given("words", TEXT),
        reference(["job_id"], "jobs", to=["id"], ondelete="CASCADE"),
    )
    op.create_table(
        "job_quotas",
        key("tenant"),
        given("most_running", sa.BigInteger),
        given("most_queued", sa.BigInteger),
    )
    op.create_table(
        "workers",
        key("id"),
        given("process", TEXT),
        given("beats", sa.BigInteger),
        given("n_places", sa.BigInteger),
        given("started_at", TIME),
        given("seen_at", TIME),
    )


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        key("tenant"),
        key("id"),
        given("kind", TEXT),
        given("state", TEXT),
        given("payload", sa.JSON),
        given("created_by", TEXT),
        given("created_at", TIME),
        given("priority", sa.BigInteger),
        given("limits", sa.JSON),
        given("attempts", sa.BigInteger),
        given("token", sa.BigInteger),
        given("worker", TEXT),
        given("is_cancelling", sa.Boolean),
        given("standing", sa.JSON),
        given("cpu_s", sa.Double),
        given("peak_bytes", sa.BigInteger),
        given("run_id", TEXT),
        given("result", sa.JSON),
        given("problem", TEXT),
        given("reason", TEXT),
        given("retry_of", TEXT),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        given("n_events", sa.BigInteger),
        given("turn", sa.BigInteger),
        sa.Index(None, "worker"),
        sa.Index(None, "turn"),
        sa.Index(None, "tenant", "state", "id"),
        sa.Index(None, "tenant", "kind", "id"),
        sa.Index(None, "tenant", "turn"),
        sa.Index(None, "state", "tenant", "priority", "id"),
    )
