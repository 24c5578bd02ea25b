"""The traffic of deployments is counted as it is loaded; what was loaded before is not counted."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT, TIME, given, key

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of counts, and keep how long an answer took."""
    op.add_column("predictions", sa.Column("request_ms", sa.Double))
    op.create_table(
        "prediction_traffic",
        key("tenant"),
        key("deployment"),
        key("step", TEXT),
        key("at", TIME),
        key("model_name"),
        key("model_version", sa.BigInteger),
        given("n_rows", sa.BigInteger),
        given("tally", sa.JSON),
        sa.Index(None, "tenant", "step", "at"),
    )
