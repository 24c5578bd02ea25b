"""A trial tells why it was tried and what it held, also where its training failed."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import TEXT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; they are not known of earlier trials."""
    op.add_column("hyperparameter_configs", sa.Column("why", TEXT))
    op.add_column("hyperparameter_configs", sa.Column("peak_bytes", sa.BigInteger))
