"""Replaces missing numbers by the mean of the nearest reference rows that have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

# Differences that are held at a time: 8 MB of float64.
_MAX_DIFFERENCES = 1_000_000


@dataclass(frozen=True)
class NearestFill:
    """(n, k) float64 with NaN to (n, k) float64 without.

    Near is by the Euclidean distance over the columns that both rows have, each divided by its
    scale, extended to all k columns; where rows are equally near, the earlier counts. Equal to
    scikit-learn's KNNImputer on columns that were divided by these scales.

    Attributes:
        reference: rows to fill from, None for missing.
        scales: k divisors above zero.
        others: k values, for a gap where no reference row is comparable.
        n_neighbors: rows to take the mean of; fewer where fewer are comparable.

    Source: Troyanskaya et al.: Missing value estimation methods for DNA microarrays,
    Bioinformatics 17 (2001); distance: Dixon: Pattern Recognition with Partly Missing Data, IEEE
    Transactions on Systems, Man, and Cybernetics 9 (1979).
    """

    reference: tuple[tuple[float | None, ...], ...]
    scales: tuple[float, ...]
    others: tuple[float, ...]
    n_neighbors: int
    kind: ClassVar[str] = "nearest-fill"

    def apply(self, block: _Floats) -> _Floats:
        """Return the block with every NaN replaced."""
        filled = block.copy()
        gaps = np.isnan(block)
        rows = np.flatnonzero(gaps.any(axis=1))
        size = max(1, _MAX_DIFFERENCES // max(1, self._columns.size))
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            distances = self._distances(block[part])
            for column in np.flatnonzero(gaps[part].any(axis=0)).tolist():
                empty = gaps[part, column]
                filled[part[empty], column] = self._means(distances[empty], column)
        return filled

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return (tuple(range(n_inputs)),) * n_inputs

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {
            "reference": [list(row) for row in self.reference],
            "scales": list(self.scales),
            "others": list(self.others),
            "n_neighbors": self.n_neighbors,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(
            tuple(
                tuple(None if value is None else float(value) for value in row)
                for row in params["reference"]
            ),
            tuple(map(float, params["scales"])),
            tuple(map(float, params["others"])),
            int(params["n_neighbors"]),
        )

    def _distances(self, rows: _Floats) -> _Floats:
        """Return the squares of the distances to the reference rows; infinite where unknown."""
        # A value so far off that its square overflows is infinitely far from every row.
        with np.errstate(over="ignore"):
            scaled = (rows / self._scales).T[:, :, None]
            differences = scaled - (self._columns / self._scales[:, None])[:, None, :]
            n_shared = (~np.isnan(differences)).sum(axis=0)
            squares = np.where(np.isnan(differences), 0.0, differences * differences)
            # Column by column, so that a row's sum does not depend on the rows beside it.
            total = np.zeros(squares.shape[1:])
            for square in squares:
                total += square
            distances = np.full(total.shape, np.inf)
            np.divide(total * len(squares), n_shared, out=distances, where=n_shared > 0)
        return distances

    def _means(self, distances: _Floats, column: int) -> _Floats:
        """Return for each row the mean of the column over its nearest reference rows."""
        values = self._columns[column]
        has_value = ~np.isnan(values)
        values, distances = values[has_value], distances[:, has_value]
        n_taken = min(self.n_neighbors, len(values))
        if not n_taken:
            return np.full(len(distances), self.others[column])
        farthest = np.partition(distances, n_taken - 1, axis=1)[:, n_taken - 1, None]
        nearer, tied = distances < farthest, distances == farthest
        n_open = n_taken - nearer.sum(axis=1, keepdims=True)
        taken = (nearer | (tied & (np.cumsum(tied, axis=1) <= n_open))) & np.isfinite(distances)
        rows, donors = np.nonzero(taken)
        sums = np.bincount(rows, weights=values[donors], minlength=len(distances))
        counts = taken.sum(axis=1)
        means = np.full(len(distances), self.others[column])
        np.divide(sums, counts, out=means, where=counts > 0)
        return means

    @cached_property
    def _columns(self) -> _Floats:
        """The reference rows, (k, n), NaN for missing."""
        rows = np.array(self.reference, dtype=np.float64).reshape(-1, len(self.scales))
        return np.ascontiguousarray(rows.T)

    @cached_property
    def _scales(self) -> _Floats:
        return np.array(self.scales, dtype=np.float64)


STEP = NearestFill
