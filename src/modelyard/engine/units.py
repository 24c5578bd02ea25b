"""Finds the rows of a table that must stay together, and the moments that order them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.domain.splits import Bonds
from modelyard.domain.tables import Table
from modelyard.kit.repeats import repeated

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RowUnits:
    """Rows that must stay together.

    Attributes:
        of_row: (n,) unit of each row, numbered in the order of first appearance.
        sizes: rows of each unit.
    """

    of_row: IntArray
    sizes: IntArray

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.sizes)

    @classmethod
    def of(cls, table: Table, bonds: Bonds) -> Self:
        """Return the rows that are equal in every feature, or share a group, as units.

        A row without a value of the group belongs to no group but its own. Where that is hedged,
        about half of the sets of equal rows become units of one row each: the same ones wherever
        they are met.
        """
        if bonds.group is None:
            of_row = _equal_rows(table, bonds.features, half_apart=bonds.is_hedged)
        else:
            of_row = table.codes(bonds.group).copy()
            missing = of_row < 0
            of_row[missing] = of_row.max(initial=-1) + 1 + np.arange(missing.sum())
        return cls(of_row, np.bincount(of_row))

    def strata(self, of_row: IntArray) -> IntArray:
        """Return the most frequent stratum among the rows of each unit, given that of each row."""
        majority = np.empty(self.n_units, dtype=np.int64)
        # The last of its rows says what a unit of one row holds; the others are counted below.
        majority[self.of_row] = of_row
        unit, stratum, counts = self._held(of_row)
        order = np.lexsort((-stratum, counts, unit))
        last = np.append(np.flatnonzero(np.diff(unit[order])), len(order) - 1)[: len(order)]
        majority[unit[order][last]] = stratum[order][last]
        return majority

    def lonely(self, of_row: IntArray) -> npt.NDArray[np.bool_]:
        """Return which units hold a stratum that no other unit holds."""
        is_alone = self._is_alone
        unit, stratum, _ = self._held(of_row)
        n_strata = int(of_row.max()) + 1
        n_holders = np.bincount(stratum, minlength=n_strata)
        n_holders += np.bincount(of_row[is_alone], minlength=n_strata)
        only = n_holders == 1
        lonely = np.zeros(self.n_units, dtype=bool)
        lonely[unit[only[stratum]]] = True
        lonely[self.of_row[is_alone & only[of_row]]] = True
        return lonely

    def smallest_holding(self, stratum: int, of_row: IntArray) -> int:
        """Return the smallest of the units that hold the stratum."""
        holders = np.unique(self.of_row[of_row == stratum])
        return int(holders[np.argmin(self.sizes[holders])])

    @cached_property
    def _is_alone(self) -> npt.NDArray[np.bool_]:
        """(n,) whether a row is a unit of its own."""
        is_alone: npt.NDArray[np.bool_] = (self.sizes == 1)[self.of_row]
        return is_alone

    def _held(self, of_row: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return each pair of a unit of several rows and a stratum in it, with its rows."""
        together = ~self._is_alone
        n_strata = int(of_row.max()) + 1
        pairs = self.of_row[together] * n_strata + of_row[together]
        pairs, counts = np.unique(pairs, return_counts=True)
        unit, stratum = np.divmod(pairs, n_strata)
        return unit, stratum, counts


def bonds_over(
    table: Table, features: Sequence[str], *, group: str | None, time: str | None
) -> Bonds:
    """Return what keeps rows together: the group or the time, else equality in every feature.

    Where there are fewer combinations of values than rows, rows must coincide (the pigeonhole
    principle): equal rows are then no repeats of one observation, and nothing binds them. Of
    pictures there is no end, nor of manifold texts and sequences: equal ones are repeats.
    """
    is_free = group is None and time is None and must_coincide(table, features)
    return Bonds(() if is_free else tuple(features), group=group, time=time)


def must_coincide(table: Table, features: Sequence[str]) -> bool:
    """Whether the features have fewer different combinations than the table has rows."""
    n_combinations = 1
    for name in features:
        kind, cells = table.column(name).kind, table.frame[name]
        n_unique = 0 if kind is ColumnKind.IMAGE else cells.drop_nulls().n_unique()
        if kind.is_endless(n_unique=n_unique, n_rows=table.n_rows):
            return False
        # Missing is one of the values, whether a row has it or not: as checks of repeats reckon.
        n_combinations *= n_unique + 1
        if n_combinations >= table.n_rows:
            return False
    return bool(features)


def moments_of(table: Table, time: str) -> IntArray:
    """Return the rank of each row's moment, 0 for the earliest; equal moments share a rank.

    Raises:
        InvalidValue: if the column does not hold dates or numbers, or is missing somewhere.
    """
    column = table.column(time)
    if not column.kind.is_number:
        raise InvalidValue(
            f"Rows cannot be ordered by '{time}', which holds {column.kind} values.",
            fix="Name a column of dates or numbers.",
            column=time,
        )
    values = table.numbers(time)
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        raise InvalidValue(
            f"Rows cannot be ordered by '{time}': it is missing in {len(missing)} rows.",
            fix="Fill it in, or leave these rows out.",
            row=int(missing[0]) + 1,
            column=time,
        )
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _equal_rows(table: Table, features: Sequence[str], *, half_apart: bool) -> IntArray:
    """Return a number for each row, the same for rows that are equal in every feature.

    Rows are compared by a 64-bit hash; two different rows that share it merely stay together. With
    `half_apart` the hash chooses which equal rows are numbered one by one.
    """
    if not features:
        return np.arange(table.n_rows)
    hashes = table.frame.select(list(features)).hash_rows().to_numpy()
    # Few rows of a large table have an equal: they alone are told apart.
    together = np.flatnonzero(repeated(hashes))
    if half_apart:
        together = together[hashes[together] % 2 == 0]
    if not len(together):
        return np.arange(table.n_rows)
    _, first, group = np.unique(hashes[together], return_index=True, return_inverse=True)
    # Numbered by first appearance: the hash itself may differ between versions of the engine.
    is_first = np.ones(table.n_rows, dtype=bool)
    is_first[together] = False
    is_first[together[first]] = True
    of_row: IntArray = np.cumsum(is_first)
    of_row -= 1
    of_row[together] = of_row[together[first]][group]
    return of_row
