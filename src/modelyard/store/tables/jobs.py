"""Tables of jobs: what is asked for, its log, who works, and how much a tenant may ask for."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, UtcTime, Words, key_to, tenant_key

JOBS = sa.Table(
    "jobs",
    METADATA,
    tenant_key(),
    sa.Column("id", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("created_by", Words, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("priority", sa.BigInteger, nullable=False),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("token", sa.BigInteger, nullable=False),
    # Empty where no worker has it.
    sa.Column("worker", Words, nullable=False, index=True),
    sa.Column("is_cancelling", sa.Boolean, nullable=False),
    sa.Column("standing", sa.JSON, nullable=False),
    sa.Column("cpu_s", sa.Double, nullable=False),
    sa.Column("peak_bytes", sa.BigInteger, nullable=False),
    sa.Column("run_id", Words, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("problem", Words, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("retry_of", Words, nullable=False),
    sa.Column("started_at", UtcTime),
    sa.Column("finished_at", UtcTime),
    # Lines in its log, and the number of the latest claim among those of all jobs.
    sa.Column("n_events", sa.BigInteger, nullable=False),
    sa.Column("turn", sa.BigInteger, nullable=False, index=True),
    sa.Column("is_finishing", sa.Boolean, nullable=False, server_default=sa.false()),
    # The usual lists of a tenant, newest first; and what waits, of all tenants.
    sa.Index(None, "tenant", "state", "id"),
    sa.Index(None, "tenant", "kind", "id"),
    sa.Index(None, "tenant", "turn"),
    sa.Index(None, "state", "tenant", "priority", "id"),
)

JOB_EVENTS = sa.Table(
    "job_events",
    METADATA,
    tenant_key(),
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("words", Words, nullable=False),
    key_to("jobs", {"job_id": "id"}, ondelete="CASCADE"),
)

# Only tenants whose quota is another than the usual one.
JOB_QUOTAS = sa.Table(
    "job_quotas",
    METADATA,
    tenant_key(),
    sa.Column("most_running", sa.BigInteger, nullable=False),
    sa.Column("most_queued", sa.BigInteger, nullable=False),
)

# Workers serve every tenant.
WORKERS = sa.Table(
    "workers",
    METADATA,
    sa.Column("id", Words, primary_key=True),
    sa.Column("process", Words, nullable=False),
    sa.Column("beats", sa.BigInteger, nullable=False),
    sa.Column("n_places", sa.BigInteger, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)
