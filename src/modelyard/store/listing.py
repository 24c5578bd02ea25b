"""What lists of runs and lists of models have in common: tag filters, order, and nearest names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import NotFound, UnknownKey
from modelyard.kit.matching import known_names, suggestion

_METRIC_KEY = re.compile(r"[\w.:-]+")


def has_tags(
    tags: Mapping[str, str | None], table: sa.Table, *, owner: Mapping[str, sa.Column[Any]]
) -> list[sa.ColumnElement[bool]]:
    """Return one condition for each tag that a record must carry.

    Args:
        tags: key to value, or to None where any value will do.
        table: of the tags.
        owner: columns of `table` to the columns of the record that they point to.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    for key, value in tags.items():
        found = sa.exists().where(table.c.key == key)
        for name, column in owner.items():
            found = found.where(table.c[name] == column)
        conditions.append(found if value is None else found.where(table.c.value == value))
    return conditions


def order_by(
    sort: str, *, table: sa.Table, columns: Sequence[str], is_descending: bool
) -> sa.ColumnElement[Any]:
    """Return the order: by one of `columns`, or by a metric; without a value comes last."""
    by: sa.ColumnElement[Any]
    if sort in columns:
        by = table.c[sort]
    elif _METRIC_KEY.fullmatch(sort):
        by = table.c.metrics[(sort, "value")].as_float()
    else:
        by = sa.null()
    return by.desc().nulls_last() if is_descending else by.asc().nulls_last()


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
