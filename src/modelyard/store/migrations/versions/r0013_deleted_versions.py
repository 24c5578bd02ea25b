"""A version of a dataset that was deleted is gone for everybody before its rows are swept."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TIME

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a version was deleted; of those that are there, none was."""
    op.add_column("dataset_versions", sa.Column("deleted_at", TIME))
