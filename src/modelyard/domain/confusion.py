"""Which classes were answered for which: the table that labels are judged by."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Rows as pairs of truth and answer, ready to be counted under many weights.

    Attributes:
        cells: (n,) int64, `truth * n_classes + answer`.
        n_classes: at least 2.
    """

    cells: npt.NDArray[np.int64]
    n_classes: int

    @classmethod
    def of(
        cls, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int | None = None
    ) -> Self:
        """Pair class codes; without `n_classes`, as many classes as the codes show, at least 2."""
        shown = int(max(np.max(y_true, initial=1), np.max(y_pred, initial=1))) + 1
        n_classes = max(n_classes or 0, shown)
        return cls(np.asarray(y_true) * n_classes + np.asarray(y_pred), n_classes)

    def count(self, weight: FloatArray | None = None) -> FloatArray:
        """Return the (n_classes, n_classes) totals of `weight`: rows truth, columns answer."""
        shape = (self.n_classes, self.n_classes)
        counts = np.bincount(self.cells, weights=weight, minlength=self.n_classes**2)
        return counts.reshape(shape).astype(np.float64, copy=False)


def average_by_class(hits: FloatArray, totals: FloatArray, *, confusion: FloatArray) -> float:
    """Average `hits / totals` over classes: the second class of two, else all that occur.

    Args:
        hits: (k,) per class.
        totals: (k,) per class; a class whose total is 0 scores 0.
        confusion: (k, k) the table that both were taken from.

    Returns:
        For two classes the score of the second, the positive one. For more, the plain mean over
        the classes that occur as truth or answer. NaN where nothing was counted.
    """
    occurs = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
    if not occurs.any():
        return float("nan")
    by_class = np.divide(hits, totals, out=np.zeros_like(hits), where=totals > 0)
    return float(by_class[1]) if len(hits) == 2 else float(by_class[occurs].mean())
