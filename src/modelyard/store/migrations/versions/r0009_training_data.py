"""Rows of datasets may be loaded into the database."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import given, key, reference

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of rows, which go with the version that they are of."""
    op.create_table(
        "training_data",
        key("tenant"),
        key("name"),
        key("version", sa.BigInteger),
        key("number", sa.BigInteger),
        given("cells", sa.JSON),
        reference(
            ["name", "version"], "dataset_versions", to=["name", "version"], ondelete="CASCADE"
        ),
    )
