"""Random forest, for classes and for values."""

from typing import Any

from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.forests import ForestModel, bounded, features_of_a_split
from modelyard.packaging.scripts import forest_script
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

# Trees of as many leaves take longer to answer than AutoML allows by default: grown on 12,500 rows
# (bike_sharing) 40 to 57 µs a row, of which 31 are allowed.
_MANY_ROWS = 10_000


class RandomForest:
    """Trees on bootstrap samples, each split choosing among some of the features."""

    card = AlgorithmCard(
        key="random-forest",
        title="Random forest",
        summary="The mean of many trees, each grown on a sample of the rows. Needs little tuning.",
        tasks=frozenset(Task),
        parameters=(
            Parameter(
                "n_estimators",
                100,
                "Number of trees: more is never worse, but larger and slower.",
                minimum=1,
                maximum=5000,
            ),
            Parameter(
                "max_depth",
                0,
                "Most splits from the root to a leaf; 0 for no limit.",
                minimum=0,
                maximum=100,
                choices=("none",),
            ),
            # Two rather than one: 100 trees on 40,000 rows of diamonds shrink from 48 MB to 23 MB
            # and load in 0.9 s instead of 5.7 s, for 3 % more error; on adult the log loss falls
            # from 0.355 to 0.301.
            Parameter(
                "min_samples_leaf",
                2,
                "Fewest training rows in a leaf: more makes trees smaller and smoother.",
                minimum=1,
                maximum=10_000,
                search_low=1,
                search_high=20,
                is_log=True,
            ),
            Parameter(
                "max_features",
                "auto",
                "Features that a split chooses among: a share, or a word; auto is sqrt for classes "
                "and a third for values.",
                minimum=0.01,
                maximum=1.0,
                choices=("auto", "sqrt", "log2", "all"),
                search_low=0.1,
                search_high=1.0,
            ),
        ),
        family=Family.TREES,
        needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
        has_estimator=True,
        libraries=("scikit-learn",),
        source="Breiman: Random Forests, Machine Learning 45 (2001), p. 5; max_features: Hastie, "
        "Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed. (2009), p. 592",
        starts=(
            Start(
                7,
                2.0,
                "trees that do not build on each other err in other places",
                tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
                most_rows=_MANY_ROWS,
            ),
            Start(
                12,
                4.0,
                "more features at each split: TabRepo's portfolio",
                {"max_features": 0.75, "min_samples_leaf": 2},
                most_rows=_MANY_ROWS,
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Grow the trees on `n_threads` cores."""
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        kind = RandomForestRegressor if training.task is Task.REGRESSION else RandomForestClassifier
        estimator = kind(**_options(training))
        estimator.fit(bounded(training.X), training.y, sample_weight=training.weight)
        # With one thread the trees are added in order, so that sums are equal to the last bit.
        estimator.n_jobs = 1
        return ForestModel.of(estimator, training)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        return forest_script("RandomForest", _options(training), n_classes=training.n_classes)


def _options(training: FitInput) -> dict[str, Any]:
    parameters = training.parameters
    auto = 1 / 3 if training.task is Task.REGRESSION else "sqrt"
    return {
        "n_estimators": parameters["n_estimators"],
        "max_depth": parameters["max_depth"] or None,
        "min_samples_leaf": parameters["min_samples_leaf"],
        "max_features": features_of_a_split(parameters["max_features"], auto=auto),
        "random_state": int(training.rng.integers(2**31)),
        "n_jobs": training.n_threads,
    }


COMPONENT = RandomForest()
