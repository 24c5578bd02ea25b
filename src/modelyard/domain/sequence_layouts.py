"""How sequences lie in tables without a column of them: side by side, or one below the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from modelyard.domain.errors import InvalidValue, MissingColumns
from modelyard.kit.matching import suggestion

_ANY = "*"
_WIDE, _LONG = "wide", "long"
_KEYS = ("id", "time", "values")


@dataclass(frozen=True)
class LongRows:
    """Rows that are one item each, of which those with one id are one row of sequences.

    Attributes:
        id: column that says which row of sequences an item belongs to.
        time: column that orders the items.
        values: columns of items, each of which becomes a sequence of the same name.
    """

    id: str
    time: str
    values: tuple[str, ...]

    @property
    def of_items(self) -> tuple[str, ...]:
        """Columns that say something of each item, not of the row that it belongs to."""
        return (self.time, *self.values)


@dataclass(frozen=True)
class SequenceLayout:
    """What of a table is to become sequences.

    Attributes:
        wide: name of a sequence to the columns of its items: in their order, or a pattern such as
            `t_*`, in which the star stands for the number that orders them.
        long: rows that are to be gathered; None for none.
    """

    wide: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    long: LongRows | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of sequences that come of it."""
        return (*self.wide, *(self.long.values if self.long else ()))

    def uses_up(self, column: str) -> bool:
        """Return whether a column is gone once sequences were made."""
        is_part = any(column in _candidates(of, [column]) for of in self.wide.values())
        return is_part or (self.long is not None and column == self.long.time)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Read a layout as it is configured, and as it is kept.

        Raises:
            InvalidValue: if it is written in another way.
        """
        wide, long = told.get(_WIDE) or {}, told.get(_LONG)
        is_known = not told.keys() - {_WIDE, _LONG} and isinstance(wide, Mapping)
        if not is_known or not (long is None or _is_long(long)):
            raise InvalidValue(
                "Sequences are told as 'wide', names to columns, and as 'long' with 'id', 'time' "
                f"and 'values'; {dict(told)!r} came.",
                fix="For example: {'wide': {'vibration': 't_*'}}.",
                sample=repr(dict(told)),
            )
        columns = {name: _columns_told(name, each) for name, each in wide.items()}
        return cls(
            columns, LongRows(long["id"], long["time"], _names(long["values"])) if long else None
        )

    def met_in(self, columns: Sequence[str]) -> Self:
        """Return what of the layout a table is laid out by: later rows may hold sequences."""
        wide = {
            name: of
            for name, of in self.wide.items()
            if name not in columns and any(each in columns for each in _candidates(of, columns))
        }
        long = self.long if self.long and self.long.time in columns else None
        return type(self)(wide, long)


def columns_of(name: str, of: str | tuple[str, ...], *, present: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a sequence's items, in their order.

    Args:
        name: of the sequence.
        of: its columns, or their pattern.
        present: columns of the table.

    Raises:
        MissingColumns: if there are none, or one of them is not there.
        InvalidValue: if the table has a column of the sequence's own name beside them.
    """
    found = _candidates(of, present)
    lacking = [each for each in found if each not in present]
    if not found or lacking:
        told = f"the column '{lacking[0]}'" if lacking else f"columns that are called like '{of}'"
        raise MissingColumns(
            f"The table lacks {told}, of which the sequence '{name}' is made.",
            fix=suggestion(lacking[0] if lacking else str(of), present, otherwise="Name others."),
            column=lacking[0] if lacking else name,
        )
    if name in present and name not in found:
        raise InvalidValue(
            f"The table has a column '{name}' already, beside those of that sequence.",
            fix="Give the sequence another name.",
            column=name,
        )
    return found


def _candidates(of: str | tuple[str, ...], present: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(of, str):
        return of
    before, _, after = of.partition(_ANY)
    pattern = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    found = [(int(match[1]), each) for each in present if (match := pattern.fullmatch(each))]
    return tuple(each for _, each in sorted(found))


def _columns_told(name: str, told: Any) -> str | tuple[str, ...]:
    is_pattern = isinstance(told, str) and told.count(_ANY) == 1
    if is_pattern or (not isinstance(told, str) and _is_names(told)):
        return told if isinstance(told, str) else _names(told)
    raise InvalidValue(
        f"The sequence '{name}' must name its columns, or a pattern of them with one star; "
        f"{told!r} came.",
        fix="For example: t_*.",
        sample=repr(told),
    )


def _is_long(told: Any) -> bool:
    if not isinstance(told, Mapping) or sorted(told) != sorted(_KEYS):
        return False
    return all(isinstance(told[each], str) for each in ("id", "time")) and _is_names(told["values"])


def _is_names(told: Any) -> bool:
    is_listed = isinstance(told, list | tuple) and bool(told)
    return isinstance(told, str) or (is_listed and all(isinstance(each, str) for each in told))


def _names(told: Any) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)
