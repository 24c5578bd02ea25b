"""What lists of records have in common: tag filters, prefixes, order, and nearest names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import NotFound, UnknownKey
from modelyard.kit.matching import known_names, suggestion

_METRIC_KEY = re.compile(r"[\w.:-]+")
# The last character that there is: every text that begins with another is at most that and this.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class SortKey:
    """One thing that a list is ordered by; the keys of a list together tell its rows apart.

    Attributes:
        by: what is compared.
        is_descending: whether the largest comes first; what has no value comes last either way.
        is_nullable: whether there may be none; to say so keeps an index from being read in order.
    """

    by: sa.ColumnElement[Any]
    is_descending: bool = False
    is_nullable: bool = False

    @property
    def clause(self) -> sa.ColumnElement[Any]:
        """As it stands behind ORDER BY."""
        ordered = self.by.desc() if self.is_descending else self.by.asc()
        return ordered.nulls_last() if self.is_nullable else ordered


def has_tags(
    tags: Mapping[str, str | None],
    table: sa.Table,
    *,
    tenant: str,
    owner: Mapping[str, sa.Column[Any]],
) -> list[sa.ColumnElement[bool]]:
    """Return one condition for each tag that a record must carry.

    Args:
        tags: key to value, or to None where any value will do.
        table: of the tags.
        tenant: whose tags they are.
        owner: columns of `table` to the columns of the record that they point to.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    for key, value in tags.items():
        found = sa.exists().where(table.c.tenant == tenant, table.c.key == key)
        for name, column in owner.items():
            found = found.where(table.c[name] == column)
        conditions.append(found if value is None else found.where(table.c.value == value))
    return conditions


def begins_with(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text begins so, capitals told apart; an index serves it."""
    return sa.and_(column >= text, column <= text + _LAST)


def sort_key(sort: str, *, table: sa.Table, columns: Sequence[str], is_descending: bool) -> SortKey:
    """Return the order by one of `columns`, or by a metric."""
    if sort in columns:
        column = table.c[sort]
        return SortKey(column, is_descending, is_nullable=bool(column.nullable))
    if _METRIC_KEY.fullmatch(sort):
        value = table.c.metrics[(sort, "value")].as_float()
        return SortKey(value, is_descending, is_nullable=True)
    return SortKey(sa.null(), is_descending, is_nullable=True)


def check_sort(
    sort: str, columns: Sequence[str], *, metrics: Iterable[Mapping[str, Mapping[str, float]]]
) -> None:
    """Refuse an order by something that none of the listed records has.

    Args:
        sort: as asked.
        columns: names that are always known.
        metrics: of each listed record.

    Raises:
        UnknownKey: with the nearest name.
    """
    keys = {key for each in metrics for key in each}
    if sort in columns or sort in keys or not keys:
        return
    known = [*columns, *sorted(keys)]
    raise UnknownKey(
        f"Nothing in this list can be sorted by '{sort}'.",
        fix=known_names(sort, known),
        sample=sort,
    )


def not_found(noun: str, wanted: str, *, existing: Iterable[str]) -> NotFound:
    """Return the error for a record that does not exist, with the nearest that does."""
    names = list(existing)
    listed = f"There are: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}."
    fix = suggestion(wanted, names, otherwise=listed if names else "There is none yet.")
    return NotFound(f"There is no {noun} '{wanted}'.", fix=fix, sample=wanted)
