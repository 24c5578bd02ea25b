"""Linear regression by ordinary least squares."""

import numpy as np

from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.linear import LinearModel
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    Family,
    FitInput,
    FittedModel,
    Needs,
)
from modelyard.protocols.scripts import FitScript


class LinearRegression:
    """Minimises the squared error; of many equal solutions it takes the smallest.

    Solved by singular values here rather than by scikit-learn's estimator, whose cut-off differs
    from version to version: where it is too low, one-hot columns that sum to 1 get coefficients of
    1e12. The cut-off is max(n, k) times the rounding error of a double.
    """

    card = AlgorithmCard(
        key="linear-regression",
        title="Linear regression",
        summary="A weighted sum of the features. Quick, and its coefficients can be read.",
        tasks=frozenset({Task.REGRESSION}),
        parameters=(),
        family=Family.LINEAR,
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        has_estimator=True,
        libraries=("scikit-learn",),
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed. "
        "(2009), p. 44; cut-off: numpy.linalg.lstsq",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Solve for the coefficients, about the weighted mean."""
        X, y, weight = training.X, training.y, training.weight
        X_mean, y_mean = np.average(X, axis=0, weights=weight), np.average(y, weights=weight)
        rows, values = X - X_mean, y - y_mean
        if weight is not None:
            root = np.sqrt(weight)
            rows, values = rows * root[:, None], values * root
        coefficients = np.linalg.lstsq(rows, values, rcond=None)[0]
        intercept = float(y_mean - X_mean @ coefficients)
        return LinearModel(coefficients, intercept, dict(training.parameters))

    def script(self, training: FitInput) -> FitScript:  # noqa: ARG002 -- nothing is set
        """Write the call of scikit-learn, whose solution is the same but for its last digits."""
        return FitScript(
            imports=("from sklearn.linear_model import LinearRegression",),
            fit="return LinearRegression().fit(X, y, sample_weight=weight)",
            predict="return fitted.predict(X)",
        )


COMPONENT = LinearRegression()
