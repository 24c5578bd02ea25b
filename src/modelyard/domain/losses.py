"""What models of numbers are taught to make small."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_median

FloatArray = npt.NDArray[np.float64]


class Loss(StrEnum):
    """What a wrong number costs, which decides what is right of many.

    Attributes:
        SQUARED_ERROR: the mean costs least; few rows far out count much.
        ABSOLUTE_ERROR: the median costs least; all rows count alike.
    """

    SQUARED_ERROR = "squared-error"
    ABSOLUTE_ERROR = "absolute-error"


def best_constant(values: FloatArray, weight: FloatArray | None, *, loss: Loss) -> float:
    """Return the one number that costs least as an answer for (n,) values.

    Args:
        values: one at least.
        weight: (n,) above zero, or None for equal weights.
        loss: what is to be small.
    """
    if loss is Loss.ABSOLUTE_ERROR:
        return weighted_median(values, weight)
    return float(np.average(values, weights=weight))
