"""Rows that are equal in truth and answer, which a score sees as one row with their weights added.

Ten thousand rows with a label each are four rows of two classes, and a baseline answers every row
alike: what a bootstrap weighs a thousand times is then short.
"""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import totals_of

FloatArray = npt.NDArray[np.float64]


@dataclass
class Alike:
    """The rows that differ, and which of them each row is.

    Attributes:
        y_true, y_pred: of the rows that differ, m of them.
        of_row: (n,) place of each row among them.
    """

    y_true: npt.NDArray[Any]
    y_pred: npt.NDArray[Any]
    of_row: npt.NDArray[np.int64]
    _weight: FloatArray = field(default_factory=lambda: np.empty(0), repr=False)
    _totals: FloatArray = field(default_factory=lambda: np.empty(0), repr=False)

    @classmethod
    def of(cls, y_true: npt.NDArray[np.int64], y_pred: npt.NDArray[Any]) -> Self | None:
        """Return the rows by class and answer; None where answers are too many to be alike.

        Args:
            y_true: (n,) class codes.
            y_pred: (n,) class codes, or (n, m) probabilities.
        """
        if y_pred.ndim == 1:
            keys = y_true * (int(y_pred.max(initial=0)) + 1) + y_pred
        elif len(y_pred) and (y_pred == y_pred[0]).all():
            keys = y_true
        else:
            return None
        _, first, of_row = np.unique(keys, return_index=True, return_inverse=True)
        return cls(y_true[first], y_pred[first], of_row)

    def totals(self, weight: FloatArray) -> FloatArray:
        """Return (..., m) the (..., n) weights of equal rows added up, once for all that ask."""
        if weight is not self._weight:
            self._weight = weight
            self._totals = totals_of(self.of_row, weight, n_groups=len(self.y_true))
        return self._totals
