"""How revisions spell columns, so that those of both databases are what `tables` make of them.

A revision is never edited once it is released, and what it spells with must not change under it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# Text in the order of its characters' numbers, as SQLite orders it.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# JSON that the database keeps parsed where it can.
PARSED = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def given(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that is never null."""
    return sa.Column(name, kind, nullable=False)


def key(name: str, kind: Any = TEXT) -> sa.Column[Any]:
    """Return a column of the primary key."""
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def reference(
    columns: list[str], table: str, *, to: list[str], ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    """Return a reference to a record of the same tenant, whose column stands on both sides."""
    others = [f"{table}.{name}" for name in ["tenant", *to]]
    return sa.ForeignKeyConstraint(["tenant", *columns], others, ondelete=ondelete)
