"""Versions of datasets tell how many findings they have."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts; of what was read before, nobody has counted."""
    for name in ("n_errors", "n_warnings"):
        op.add_column("dataset_versions", sa.Column(name, sa.BigInteger))
