"""Trials of searches for hyperparameters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a run of an earlier version has no trials."""
    op.create_table(
        "hyperparameter_configs",
        sa.Column(
            "job_id",
            sa.Text,
            sa.ForeignKey("training_jobs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("goodness", sa.Double),
        sa.Column("fold_scores", sa.JSON, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
