"""Linear models in double: features times coefficients plus intercepts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain


@dataclass(frozen=True)
class LinearModel:
    """A weighted sum of the features as one value; fulfils `FittedModel`.

    Attributes:
        coefficients: (k,) float64.
        intercept: added to the sum.
        parameters: hyperparameters with their final values.
    """

    coefficients: npt.NDArray[np.float64]
    intercept: float
    parameters: Mapping[str, Any]

    def scores(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return (n, 1) values."""
        values: npt.NDArray[np.float64] = X @ self.coefficients + self.intercept
        return values[:, None]

    def to_onnx(self) -> bytes:
        """Return the graph."""
        chain = linear(self.coefficients[:, None], np.array([self.intercept]))
        return chain.to_model(n_features=len(self.coefficients), n_outputs=1)

    def to_sklearn(self) -> Any:
        """Return the sum as a linear regression, whichever penalty found it."""
        from sklearn.linear_model import LinearRegression

        estimator = LinearRegression()
        estimator.coef_, estimator.intercept_ = self.coefficients, self.intercept
        estimator.n_features_in_ = len(self.coefficients)
        return estimator


def linear(coefficients: npt.NDArray[np.float64], intercepts: npt.NDArray[np.float64]) -> Chain:
    """Return a chain to (n, m) raw scores.

    Args:
        coefficients: (k, m) float64.
        intercepts: (m,) float64.
    """
    return Chain().then("Gemm", None, np.ascontiguousarray(coefficients), intercepts[None, :])
