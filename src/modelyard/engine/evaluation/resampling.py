"""What a bootstrap draws: rows where they are independent, otherwise the units that bind them.

Rows that share a group, or are equal in every feature, are drawn whole (cluster bootstrap): drawn
row by row, they would count as many witnesses where there is one. Rows in the order of time are
drawn in blocks of consecutive moments (circular block bootstrap), so that what one moment hands to
the next stays within a draw.

Source: Davison, Hinkley: Bootstrap Methods and their Application (1997), section 3.8; Cameron,
Gelbach, Miller: Bootstrap-Based Improvements for Inference with Clustered Errors (2008). Blocks:
Künsch: The Jackknife and the Bootstrap for General Stationary Observations (1989); Politis, Romano:
A Circular Block-Resampling Procedure for Stationary Data (1992). Their length, n ** (1/3): Hall,
Horowitz, Jing: On Blocking Rules for the Bootstrap with Dependent Data (1995).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import IntervalUnit
from modelyard.domain.splits import Bonds
from modelyard.domain.tables import Table
from modelyard.engine.units import IntArray, RowUnits, moments_of

FloatArray = npt.NDArray[np.float64]

# Fewer units than this are few: intervals that take their number for large are too narrow
# (Cameron, Miller: A Practitioner's Guide to Cluster-Robust Inference (2015), section VI).
FEW_UNITS = 50
# The cube root of 27 may come as a little more than 3.
_ROUNDING = 1e-9
# So many numbers lie in the cache of a core.
_CELLS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Resampling:
    """How rows are drawn with replacement.

    Attributes:
        unit: what is drawn whole.
        of_row: (n,) number of each row's unit, 0 to `n_units` - 1; moments are numbered in order.
        n_units: as many are drawn.
        block_length: consecutive units that are drawn together, 1 unless the unit is a moment.
    """

    unit: IntervalUnit
    of_row: IntArray
    n_units: int
    block_length: int = 1

    @classmethod
    def of_rows(cls, n_rows: int) -> Self:
        """Take every row for itself."""
        return cls(IntervalUnit.ROW, np.arange(n_rows), n_rows)

    @classmethod
    def of(cls, table: Table, bonds: Bonds) -> Self:
        """Take rows together as the split did.

        Args:
            table: the rows that judge.
            bonds: of the split.
        """
        if bonds.time is not None:
            moments = moments_of(table, bonds.time)
            n_moments = int(moments.max(initial=-1)) + 1
            length = max(1, int(np.ceil(np.cbrt(n_moments) - _ROUNDING)))
            return cls(IntervalUnit.MOMENT, moments, n_moments, length)
        units = RowUnits.of(table, bonds)
        if units.n_units == table.n_rows:
            return cls.of_rows(table.n_rows)
        unit = IntervalUnit.EQUAL_ROWS if bonds.group is None else IntervalUnit.GROUP
        return cls(unit, units.of_row, units.n_units)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.of_row)

    @property
    def n_blocks(self) -> int:
        """How many independent pieces a draw is made of."""
        return -(-self.n_units // self.block_length)

    @property
    def is_few(self) -> bool:
        """Whether there are so few pieces that their number must widen the interval."""
        return self.unit is not IntervalUnit.ROW and self.n_blocks < FEW_UNITS

    def draws(
        self, rng: np.random.Generator, n_draws: int, *, n_cells: int = 0
    ) -> Iterator[FloatArray]:
        """Yield (k, n) how often each row is drawn, `n_draws` in all, as many at once as pay.

        Args:
            rng: of the draws.
            n_draws: how often.
            n_cells: of what is made of a draw, where these are more than its rows.
        """
        at_once = max(1, _CELLS_AT_ONCE // max(self.n_rows, n_cells))
        for start in range(0, n_draws, at_once):
            yield self._drawn(rng, min(at_once, n_draws - start))

    def _drawn(self, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """Return (n_draws, n) counts; blocks run over the last moment to the first."""
        starts = rng.integers(0, self.n_units, size=(n_draws, self.n_blocks, 1))
        units = (starts + np.arange(self.block_length)).reshape(n_draws, -1)[:, : self.n_units]
        places = units % self.n_units + self.n_units * np.arange(n_draws)[:, None]
        counts = np.bincount(places.ravel(), minlength=self.n_units * n_draws)
        return counts.reshape(n_draws, -1).take(self.of_row, axis=1).astype(np.float64)
