"""Ridge regression: least squares with an L2 penalty."""

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
    Start,
)
from modelyard.protocols.scripts import FitScript


class Ridge:
    """Minimises the squared error plus a penalty on the squares of the coefficients.

    For values alone: scikit-learn's ridge classifier has no probabilities, and the honest one with
    this penalty is logistic regression.
    """

    card = AlgorithmCard(
        key="ridge",
        title="Ridge regression",
        summary="A weighted sum of the features whose weights are held small. Steady where "
        "features say the same.",
        tasks=frozenset({Task.REGRESSION}),
        parameters=(
            Parameter(
                "alpha",
                1.0,
                "Strength of the L2 penalty: more holds coefficients closer to zero.",
                minimum=1e-6,
                maximum=1e9,
                search_low=1e-3,
                search_high=1e4,
                is_log=True,
            ),
        ),
        family=Family.LINEAR,
        needs=Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot"),
        has_estimator=True,
        libraries=("scikit-learn",),
        modules=("sklearn.linear_model",),
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed. "
        "(2009), p. 61; alpha: scikit-learn's default",
        starts=(
            Start(1, 0.1, "a straight line first: seldom the best, often close, always quick"),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Solve for the coefficients; the intercept is not penalised."""
        from sklearn.linear_model import Ridge as Estimator

        parameters = dict(training.parameters)
        estimator = Estimator(alpha=parameters["alpha"])
        estimator.fit(training.X, training.y, sample_weight=training.weight)
        return LinearModel(estimator.coef_, float(estimator.intercept_), parameters)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        made = call("Ridge", {"alpha": training.parameters["alpha"]})
        return FitScript(
            imports=("from sklearn.linear_model import Ridge",),
            fit=f"return {made}.fit(X, y, sample_weight=weight)",
            predict="return fitted.predict(X)",
        )


COMPONENT = Ridge()
