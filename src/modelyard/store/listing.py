"""What lists of records have in common: tag filters, prefixes, order, pages, and nearest names."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue, NotFound, UnknownKey
from modelyard.kit.matching import known_names, suggestion
from modelyard.store.tables.schema import UtcTime

_METRIC_KEY = re.compile(r"[\w.:-]+")
# The last character that there is: every text that begins with another is at most that and this.
_LAST = "\U0010ffff"
_AT_ONCE = 1000

ItemT = TypeVar("ItemT")


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


@dataclass(frozen=True)
class Paging:
    """How one page is taken out of a list: behind the row at which the page before ended.

    What is inserted or deleted meanwhile moves no other row from one page to another (keyset
    pagination: M. Winand, SQL Performance Explained, chapter 7).

    Attributes:
        keys: that the list is ordered by.
        limit: most rows of a page, None for all.
        cursor: that came with the page before, None for the first one.
        scope: whose list it is and what it is filtered by; a cursor is good for the same alone.
    """

    keys: tuple[SortKey, ...]
    limit: int | None
    cursor: str | None
    scope: tuple[str, ...]

    def apply(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        """Return the statement for the rows of the page, and one more if there are more.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        shown = (key.by.label(_label(place)) for place, key in enumerate(self.keys))
        chosen = chosen.add_columns(*shown).order_by(*(key.clause for key in self.keys))
        if self.cursor is not None:
            chosen = chosen.where(_behind(self.keys, self._read(self.cursor)))
        return chosen if self.limit is None else chosen.limit(self.limit + 1)

    def cut(self, rows: Sequence[sa.RowMapping]) -> tuple[Sequence[sa.RowMapping], str | None]:
        """Return the rows of the page, and the cursor of the next one if there is one.

        Args:
            rows: of the statement that `apply` returned.
        """
        if self.limit is None or len(rows) <= self.limit:
            return rows, None
        page = rows[: self.limit]
        return page, self._write([page[-1][_label(place)] for place in range(len(self.keys))])

    def _write(self, values: Sequence[Any]) -> str:
        plain = [each.isoformat() if isinstance(each, datetime) else each for each in values]
        text = json.dumps([self._seal(plain), *plain], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> list[Any]:
        try:
            text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
            seal, *plain = json.loads(text)
        except (ValueError, TypeError):
            seal, plain = None, []
        if seal != self._seal(plain):
            raise InvalidValue(
                "The cursor is none of this list: it came with other filters or another order, or "
                "was changed on the way.",
                fix="Begin without a cursor, and hand on each `next_cursor` as it came.",
            )
        return [
            datetime.fromisoformat(value) if value and isinstance(key.by.type, UtcTime) else value
            for key, value in zip(self.keys, plain, strict=True)
        ]

    def _seal(self, plain: Sequence[Any]) -> str:
        """Return what tells cursors of one list from others; no secret, for nothing is hidden."""
        told = json.dumps([self.scope, plain]).encode()
        return hashlib.sha256(told).hexdigest()[:16]


def _label(place: int) -> str:
    return f"sort_key_{place}"


def _behind(keys: Sequence[SortKey], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return the condition for the rows that come after the one with these values of the keys."""
    (key, *others), (value, *rest) = keys, values
    if not others:
        return _further(key, value)
    same = key.by.is_(None) if value is None else key.by == value
    behind = sa.or_(_further(key, value), sa.and_(same, _behind(others, rest)))
    if key.is_nullable:
        return behind
    # Says nothing new, and lets an index begin where the page does.
    return sa.and_(key.by <= value if key.is_descending else key.by >= value, behind)


def _further(key: SortKey, value: Any) -> sa.ColumnElement[bool]:
    if value is None:
        return sa.false()
    further = key.by < value if key.is_descending else key.by > value
    return sa.or_(further, key.by.is_(None)) if key.is_nullable else further


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


def in_parts(keys: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    """Yield keys by as many as a statement may name; SQLite takes 32,766 parameters."""
    for at in range(0, len(keys), _AT_ONCE):
        yield keys[at : at + _AT_ONCE]


def begins_with(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text begins so, capitals told apart; an index serves it."""
    return sa.and_(column >= text, column <= text + _LAST)


def sort_keys(
    sort: str, *, table: sa.Table, columns: Sequence[str], is_descending: bool
) -> tuple[SortKey, ...]:
    """Return the order by one of `columns` or by a metric; none by what can be neither."""
    if sort in columns:
        column = table.c[sort]
        return (SortKey(column, is_descending, is_nullable=bool(column.nullable)),)
    if _METRIC_KEY.fullmatch(sort):
        value = table.c.metric_values[sort].as_float()
        return (SortKey(value, is_descending, is_nullable=True),)
    return ()


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


def not_found(noun: str, wanted: str, *, existing: Iterable[str], where: str = "") -> NotFound:
    """Return the error for a record that does not exist, with the nearest that does.

    Args:
        noun: what it is.
        wanted: its name.
        existing: names that there are.
        where: what it was looked for on, or of what; empty where that goes without saying.
    """
    place = f" {where}" if where else ""
    names = list(existing)
    listed = f"There are: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}."
    fix = suggestion(wanted, names, otherwise=listed if names else "There is none yet.")
    return NotFound(f"There is no {noun} '{wanted}'{place}.", fix=fix, sample=wanted)
