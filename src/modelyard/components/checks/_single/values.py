"""The values of a column in the forms in which a model may use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tables import Table
from modelyard.runtime.steps.date_parts import DateParts

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Where missing stands among numbers that lie between -1 and 1.
_FAR = 10.0
# A category that is seen less often is judged together with the other rare ones.
_MIN_ROWS_PER_CATEGORY = 5
_PARTS = ("month", "day", "weekday", "hour")


@dataclass(frozen=True)
class Column:
    """The values of a column, numbered; numbers in their order, missing as a value of its own."""

    values: FloatArray
    codes: IntArray
    counts: IntArray
    is_number: bool

    @classmethod
    def of(cls, table: Table, name: str) -> Self:
        """Return a column of any kind but text."""
        is_number = table.column(name).kind.is_number
        values = table.numbers(name) if is_number else table.codes(name)
        return cls.of_values(values, is_number=is_number)

    @classmethod
    def of_values(cls, values: FloatArray | IntArray, *, is_number: bool) -> Self:
        """Return values: as numbers, or as categories of which each has its number."""
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        # Within -1 and 1, so that missing can stand where it is no number's neighbour.
        largest = np.abs(distinct[np.isfinite(distinct)]).max(initial=0.0) or 1.0
        scaled = np.clip(np.nan_to_num(distinct / largest, nan=_FAR), -_FAR, _FAR)
        return cls(scaled, codes, counts, is_number)

    @property
    def is_common(self) -> npt.NDArray[np.bool_]:
        """(n,) whether a category is judged by itself; numbers always are."""
        is_rare = ~np.bool_(self.is_number) & (self.counts < _MIN_ROWS_PER_CATEGORY)
        common: npt.NDArray[np.bool_] = ~is_rare[self.codes]
        return common

    def is_finer_than(self, n_bins: int) -> bool:
        """Whether its values are more than so many bins can part."""
        return self.is_number and len(self.counts) > n_bins

    def bins(self, n_bins: int) -> IntArray:
        """Return a bin for each row: categories as they are, numbers in bins of equal size."""
        n_values = len(self.counts)
        if not self.is_number:
            return np.where(self.is_common, self.codes, n_values)
        if n_values <= n_bins:
            return self.codes
        middle = np.cumsum(self.counts) - self.counts / 2
        bin_of_value = (middle * n_bins / len(self.codes)).astype(np.int64)
        return bin_of_value[self.codes]


def forms_of(table: Table, name: str) -> Iterator[Column]:
    """Yield a column as it is and, of a date, its parts as training takes them."""
    yield Column.of(table, name)
    if table.column(name).kind is ColumnKind.DATETIME:
        parts = DateParts(_PARTS).apply(table.numbers(name)[:, None])
        for at in range(len(_PARTS)):
            yield Column.of_values(parts[:, at], is_number=True)
