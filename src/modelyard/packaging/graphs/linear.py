"""Linear models in double: features times coefficients plus intercepts."""

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain


def linear(coefficients: npt.NDArray[np.float64], intercepts: npt.NDArray[np.float64]) -> Chain:
    """Return a chain to (n, m) raw scores.

    Args:
        coefficients: (k, m) float64.
        intercepts: (m,) float64.
    """
    return Chain().then("Gemm", None, np.ascontiguousarray(coefficients), intercepts[None, :])
