"""Which classes were answered for which: the table that labels are judged by."""

from dataclasses import dataclass
from math import prod
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share

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
        """Return the (..., n_classes, n_classes) totals of (..., n) weights.

        Rows are the truth, columns the answer; without weights each row counts once.
        """
        weight = np.ones(len(self.cells)) if weight is None else weight
        totals = totals_of(self.cells, weight, n_groups=self.n_classes**2)
        return totals.reshape(*weight.shape[:-1], self.n_classes, self.n_classes)


def totals_of(groups: npt.NDArray[np.int64], weight: FloatArray, *, n_groups: int) -> FloatArray:
    """Return the (..., n_groups) totals of (..., n) weights by the (n,) group of each row."""
    many = weight.reshape(prod(weight.shape[:-1]), len(groups))
    places = groups + n_groups * np.arange(len(many))[:, None]
    counted = np.bincount(places.ravel(), weights=many.ravel(), minlength=n_groups * len(many))
    return counted.reshape(*weight.shape[:-1], n_groups).astype(np.float64, copy=False)


def hits_of(confusion: FloatArray) -> FloatArray:
    """Return the (..., k) right answers of each class of (..., k, k)."""
    return confusion.diagonal(axis1=-2, axis2=-1)


def average_by_class(hits: FloatArray, totals: FloatArray, *, confusion: FloatArray) -> FloatArray:
    """Average `hits / totals` over classes: the second class of two, else all that occur.

    Args:
        hits: (..., k) per class.
        totals: (..., k) per class; a class whose total is 0 scores 0.
        confusion: (..., k, k) the table that both were taken from.

    Returns:
        (...): for two classes the score of the second, the positive one; for more, the plain mean
        over the classes that occur as truth or answer; NaN where nothing was counted.
    """
    occurs = (confusion.sum(axis=-2) + confusion.sum(axis=-1)) > 0
    by_class = np.divide(hits, totals, out=np.zeros(hits.shape), where=totals > 0)
    if hits.shape[-1] == 2:
        return np.where(occurs.any(axis=-1), by_class[..., 1], np.nan)
    return share((by_class * occurs).sum(axis=-1), occurs.sum(axis=-1))
