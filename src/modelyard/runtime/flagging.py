"""Finds the cells of a request that deserve a second look: missing, never seen, out of range."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.predictions import N_FLAGGED_ROWS, N_FLAGGED_VALUES, Flag, FlagKind
from modelyard.domain.values import cell_text
from modelyard.runtime.blocks import Blocks, Cells

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The rows of a flag where there is one row.
_FIRST = (1,)


class Flagger:
    """Compares cells with what training saw in their columns."""

    def __init__(self, inputs: Sequence[InputColumn]) -> None:
        self._inputs = tuple(inputs)
        self._kinds = {column.name: column.kind for column in inputs}
        self._ranges = {column.name: _range(column) for column in inputs if column.kind.is_number}
        self._seen = {
            column.name: frozenset(column.categories)
            for column in inputs
            if column.kind is ColumnKind.CATEGORY
        }
        # The same in the order of a reader's blocks, so that one row is compared in microseconds.
        self._numbers = tuple(column for column in inputs if column.kind.is_number)
        self._strings = tuple(column for column in inputs if not column.kind.is_number)
        self._low_high = tuple(self._ranges[column.name] for column in self._numbers)
        self._known = tuple(self._seen.get(column.name) for column in self._strings)
        missing = FlagKind.MISSING_VALUE
        self._missing = {each.name: Flag(each.name, missing, 1, _FIRST) for each in inputs}
        self._places = {column.name: at for at, column in enumerate(inputs)}

    def row(self, cells: Cells) -> tuple[Flag, ...]:
        """Return what is flagged in one row, as an `InputReader` of the same columns read it."""
        found: list[Flag] = []
        for column, number, (low, high) in zip(
            self._numbers, cells.numbers, self._low_high, strict=True
        ):
            # A missing number is NaN, which is within no range.
            if not low <= number <= high:
                found.append(self._flag_of_number(column, float(number)))
        for column, value, known in zip(self._strings, cells.strings, self._known, strict=True):
            if value is None:
                found.append(self._missing[column.name])
            elif known is not None and value not in known:
                sample = (str(value),)
                found.append(Flag(column.name, FlagKind.UNSEEN_CATEGORY, 1, _FIRST, sample))
        return tuple(sorted(found, key=self._place)) if len(found) > 1 else tuple(found)

    def rows(self, blocks: Blocks) -> tuple[Flag, ...]:
        """Return what is flagged in many rows, one remark for each column and kind."""
        return tuple(flag for column in self._inputs for flag in self._column(column, blocks))

    def _flag_of_number(self, column: InputColumn, number: float) -> Flag:
        if math.isnan(number):
            return self._missing[column.name]
        sample = (_told(number, column.kind),)
        return Flag(column.name, FlagKind.OUT_OF_RANGE, 1, _FIRST, sample)

    def _place(self, flag: Flag) -> int:
        return self._places[flag.column]

    def _column(self, column: InputColumn, blocks: Blocks) -> Iterator[Flag]:
        if column.kind.is_number:
            values: npt.NDArray[Any] = blocks.numbers[:, blocks.number_names.index(column.name)]
            missing = np.isnan(values)
            low, high = self._ranges[column.name]
            odd, kind = (values < low) | (values > high), FlagKind.OUT_OF_RANGE
        else:
            values = blocks.strings[:, blocks.string_names.index(column.name)]
            if self._is_usual(column, set(values.tolist())):
                return
            missing = np.array([value is None for value in values], dtype=bool)
            seen = self._seen.get(column.name)
            odd, kind = np.zeros(len(values), dtype=bool), FlagKind.UNSEEN_CATEGORY
            if seen is not None:
                odd = ~missing & np.array([value not in seen for value in values], dtype=bool)
        if missing.any():
            yield _flag(column.name, FlagKind.MISSING_VALUE, missing, ())
        if odd.any():
            told = (_told(value, column.kind) for value in values[odd][:1_000].tolist())
            sample = tuple(dict.fromkeys(told))[:N_FLAGGED_VALUES]
            yield _flag(column.name, kind, odd, sample)

    def _is_usual(self, column: InputColumn, distinct: set[str | None]) -> bool:
        """Return whether none of the words of a column deserves a second look."""
        seen = self._seen.get(column.name)
        return None not in distinct and (seen is None or distinct <= seen)


def _range(column: InputColumn) -> tuple[float, float]:
    if column.minimum is None or column.maximum is None:
        return -math.inf, math.inf
    return column.minimum, column.maximum


def _told(value: Any, kind: ColumnKind) -> str:
    if kind is ColumnKind.DATETIME:
        return (_EPOCH + timedelta(microseconds=value)).replace(tzinfo=None).isoformat()
    return cell_text(value)


def _flag(
    column: str, kind: FlagKind, where: npt.NDArray[np.bool_], sample: tuple[str, ...]
) -> Flag:
    rows = tuple(int(at) + 1 for at in np.flatnonzero(where)[:N_FLAGGED_ROWS])
    return Flag(column, kind, int(where.sum()), rows, sample)
