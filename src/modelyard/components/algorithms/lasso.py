"""The lasso: least squares with an L1 penalty."""

import warnings

import numpy as np

from modelyard.domain.tasks import Task
from modelyard.kit.source_code import call
from modelyard.packaging.graphs.linear import LinearModel
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    Family,
    FitInput,
    FittedModel,
    Needs,
    Parameter,
)
from modelyard.protocols.scripts import FitScript


class Lasso:
    """Minimises half the mean squared error plus a penalty on the sizes of the coefficients.

    The target is standardised for the fit, as glmnet does, so that one `alpha` means the same for
    prices in cents and in millions: from 1 on no feature is left.
    """

    card = AlgorithmCard(
        key="lasso",
        title="Lasso",
        summary="A weighted sum of those features that matter; it leaves the others out.",
        tasks=frozenset({Task.REGRESSION}),
        parameters=(
            # Error with 0.001, 0.01 and 0.1 by the lasso: 3.52, 3.50, 3.53 on mpg, 1860, 1689 and
            # 1868 on the amounts of german_credit.
            Parameter(
                "alpha",
                0.01,
                "Strength of the L1 penalty, for a target of standard deviation 1.",
                minimum=1e-8,
                maximum=1.0,
                search_low=1e-5,
                search_high=0.3,
                is_log=True,
            ),
            Parameter(
                "max_iter",
                1000,
                "Passes over the coefficients after which the fit stops, converged or not.",
                minimum=1,
                maximum=100_000,
            ),
        ),
        family=Family.LINEAR,
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        has_estimator=True,
        libraries=("scikit-learn",),
        source="Tibshirani: Regression Shrinkage and Selection via the Lasso, Journal of the Royal "
        "Statistical Society B 58 (1996); standardised target: Friedman, Hastie, "
        "Tibshirani: Regularization Paths for Generalized Linear Models via Coordinate Descent, "
        "Journal of Statistical Software 33 (2010)",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Descend one coefficient at a time; the intercept is not penalised."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import Lasso as Estimator

        parameters = dict(training.parameters)
        X, y, weight = training.X, training.y, training.weight
        center = float(np.average(y, weights=weight))
        size = float(np.sqrt(np.average((y - center) ** 2, weights=weight))) or 1.0
        estimator = Estimator(
            alpha=parameters["alpha"],
            max_iter=parameters["max_iter"],
            # The products of the features are worth computing once where there are fewer of them.
            precompute=X.shape[1] < len(y),
        )
        with warnings.catch_warnings():
            # The limit is the user's; a fit that reaches it is measured like any other.
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(X, (y - center) / size, sample_weight=weight)
        intercept = center + size * float(estimator.intercept_)
        return LinearModel(size * estimator.coef_, intercept, parameters)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn, with the target standardised around it."""
        parameters = training.parameters
        options = {
            "alpha": parameters["alpha"],
            "max_iter": parameters["max_iter"],
            "precompute": training.X.shape[1] < len(training.y),
        }
        return FitScript(
            imports=("from sklearn.linear_model import Lasso",),
            fit="center = np.average(y, weights=weight)\n"
            "size = np.sqrt(np.average((y - center) ** 2, weights=weight)) or 1.0\n"
            f"model = {call('Lasso', options)}\n"
            "model.fit(X, (y - center) / size, sample_weight=weight)\n"
            "return model, center, size",
            predict="model, center, size = fitted\nreturn center + size * model.predict(X)",
        )


COMPONENT = Lasso()
