"""The table of the rows of datasets that somebody wanted in the database."""

import sqlalchemy as sa

from modelyard.store.tables.schema import METADATA, Words, key_to, tenant_key

TRAINING_DATA = sa.Table(
    "training_data",
    METADATA,
    tenant_key(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    # 1 is the first row below the header.
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("cells", sa.JSON, nullable=False),
    key_to("dataset_versions", {"name": "name", "version": "version"}, ondelete="CASCADE"),
)
