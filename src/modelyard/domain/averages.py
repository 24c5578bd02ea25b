"""Shares, and averages of figures under weights, as metrics take them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Sums of weights that differ by less are equal but for rounding.
_ROUNDING = 1e-12


def share(part: npt.ArrayLike, whole: npt.ArrayLike) -> FloatArray:
    """Return `part / whole`, both of (...), NaN where the whole is not above zero."""
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    nothing = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    return np.asarray(np.divide(part, whole, out=nothing, where=whole > 0))


def weighted_mean(figures: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the (...) means of (n,) figures under (..., n) weights, NaN where nothing weighs."""
    return share(weight @ figures, weight.sum(axis=-1))


def weighted_median(values: FloatArray, weight: FloatArray | None = None) -> float:
    """Return where half of the weight of (n,) values is reached; between two, their middle.

    Args:
        values: one at least.
        weight: (n,) zero or more, or None for equal weights.
    """
    order = np.argsort(values, kind="stable")
    weight = np.ones(len(values)) if weight is None else weight
    return float(median_of_sorted(values[order], weight[order]))


def median_of_sorted(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the (...) medians of (n,) ascending values under (..., n) weights of them.

    Where a row reaches exactly half of the weight, the median is in the middle between it and the
    next that weighs; NaN where nothing does.
    """
    if not len(values):
        return np.full(weight.shape[:-1], np.nan)
    reached = np.cumsum(weight, axis=-1)
    total = reached[..., -1:]
    half, slack = total / 2, total * _ROUNDING
    low = np.count_nonzero(reached < half - slack, axis=-1)
    high = np.count_nonzero(reached < half + slack, axis=-1)
    middle = values[low] / 2 + values[np.minimum(high, len(values) - 1)] / 2
    return np.where(total[..., 0] > 0, middle, np.nan)


def mean_of_defined(scores: Sequence[FloatArray]) -> FloatArray:
    """Return the (...) means of several (...) scores that are not NaN, NaN where all are."""
    each = np.stack(scores)
    is_defined = ~np.isnan(each)
    return share(np.where(is_defined, each, 0.0).sum(axis=0), is_defined.sum(axis=0))


def varies(values: FloatArray, weight: FloatArray) -> npt.NDArray[np.bool_]:
    """Return (...) whether (n,) values differ among those that (..., n) weights count."""
    if not len(values):
        return np.zeros(weight.shape[:-1], dtype=bool)
    counts = weight > 0
    one = values[counts.argmax(axis=-1)]
    return np.asarray((counts & (values != one[..., None])).any(axis=-1))


def variance(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the (...) mean squares of (n,) values around their mean under (..., n) weights."""
    around = values - weighted_mean(values, weight)[..., None]
    squares = np.einsum("...n,...n,...n->...", weight, around, around)
    return share(squares, weight.sum(axis=-1))
