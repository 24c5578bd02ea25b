"""A search may be told to end with the best so far, and its trials say when they ended."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the wish, which nobody had before, and the time, which is not known of earlier trials."""
    wish = sa.Column("is_finishing", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("jobs", wish)
    op.add_column("hyperparameter_configs", sa.Column("at_s", sa.Double))
