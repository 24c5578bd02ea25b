"""What all tables are made of: the schema that they belong to, their types, and their owner.

A record belongs to a tenant, and its key begins with it: a key of one tenant can name nothing of
another. References between records carry it as well, so that none of them leads to another tenant.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware time; SQLite keeps it as text in UTC, which sorts as time does."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say again that it is UTC; PostgreSQL says it in the zone of the session."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Metrics(sa.types.TypeDecorator[Mapping[str, Mapping[str, float]]]):
    """Metric key to {value, low, high, baseline}; what is not finite is null, and NaN on reading.

    JSON has no word for NaN, and null sorts last, which is where a metric belongs that could not
    be computed.
    """

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, Mapping[str, float]] | None, dialect: Dialect
    ) -> dict[str, dict[str, float | None]]:
        """Write every number as a float or null."""
        del dialect
        return {
            key: {name: float(x) if math.isfinite(x) else None for name, x in estimate.items()}
            for key, estimate in (value or {}).items()
        }

    def process_result_value(
        self, value: dict[str, dict[str, float | None]] | None, dialect: Dialect
    ) -> dict[str, dict[str, float]]:
        """Read null as NaN."""
        del dialect
        return {key: _with_nan(estimate) for key, estimate in (value or {}).items()}


def _with_nan(estimate: dict[str, Any]) -> dict[str, float]:
    # Few hold a null, and lists of a thousand records are read.
    if None not in estimate.values():
        return estimate
    return {name: math.nan if x is None else x for name, x in estimate.items()}


class MetricValues(sa.types.TypeDecorator[Mapping[str, Any]]):
    """Of metrics their values alone, by key: what lists are sorted by.

    Beside the whole metrics, because to read one number out of all of those costs five times as
    much on PostgreSQL (10,000 runs of 8 metrics, `benchmarks/listing.py`).
    """

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Keep it parsed where the database can."""
        if dialect.name != "postgresql":
            return sa.JSON()
        from sqlalchemy.dialects.postgresql import JSONB

        return JSONB()

    def process_bind_param(
        self, value: Mapping[str, Mapping[str, float]] | None, dialect: Dialect
    ) -> dict[str, float | None]:
        """Take the values out of the whole metrics; what is not finite is null."""
        del dialect
        found = {key: estimate.get("value", math.nan) for key, estimate in (value or {}).items()}
        return {key: float(x) if math.isfinite(x) else None for key, x in found.items()}


# Characters that Unicode reserves for a program's own use (chapter 23.7, noncharacters).
_ESCAPE, _NUL = "\ufdd1", "\ufdd0"
_ESCAPED = re.compile(f"{_ESCAPE}([{_ESCAPE}{_NUL}])")


class Words(sa.types.TypeDecorator[str]):
    """Any text, ordered by its characters' numbers on every database.

    Bytes of a file name or an argument that are no UTF-8 are kept as escapes. PostgreSQL takes no
    NUL character: there it stands behind an escape of our own, and is read back as it came.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Order text as SQLite does, whatever language the server speaks."""
        return sa.Text(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace lone surrogates, which no database encodes, and what PostgreSQL refuses."""
        if value is None:
            return None
        encodable = value.encode(errors="backslashreplace").decode()
        if dialect.name != "postgresql":
            return encodable
        return encodable.replace(_ESCAPE, _ESCAPE * 2).replace("\0", _ESCAPE + _NUL)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Take the escapes off again."""
        if value is None or dialect.name != "postgresql" or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda it: "\0" if it[1] == _NUL else _ESCAPE, value)


def to_json_text(value: Any) -> str:
    """Return the JSON text of a JSON column; pure ASCII, so that any text survives.

    Raises:
        ValueError: if `value` holds NaN or an infinity.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def tenant_key() -> sa.Column[str]:
    """Return the first column of every table of a tenant's records, and of its primary key."""
    return sa.Column("tenant", Words, primary_key=True)


def key_to(
    table: str, columns: Mapping[str, str], *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    """Return the reference to a record of the same tenant.

    Args:
        table: that the record is in.
        columns: of the referring table, to those of the key in `table`, without the tenant's. Where
            one is null the record refers to nothing.
        ondelete: what becomes of the referring record, in SQL's words.
    """
    own: Sequence[str] = ["tenant", *columns]
    others = [f"{table}.{name}" for name in ("tenant", *columns.values())]
    return sa.ForeignKeyConstraint(own, others, ondelete=ondelete)
