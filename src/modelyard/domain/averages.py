"""Averages of figures under weights, as metrics take them."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def weighted_mean(figures: FloatArray, weight: FloatArray) -> float:
    """Return the mean of (n,) figures under (n,) weights, NaN where nothing has weight."""
    total = float(weight.sum())
    return float(figures @ weight) / total if total > 0 else float("nan")
