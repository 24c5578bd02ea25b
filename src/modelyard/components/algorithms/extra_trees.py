"""Extremely randomised trees, for classes and for values."""

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


class ExtraTrees:
    """Trees on all rows, each split the best of some features, each cut at a random place."""

    card = AlgorithmCard(
        key="extra-trees",
        title="Extra trees",
        summary="The mean of many trees whose splits are drawn at random. Smoother than a random "
        "forest, and often as accurate.",
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
                "and all for values.",
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
        source="Geurts, Ernst, Wehenkel: Extremely randomized trees, Machine Learning 63 (2006), "
        "table 1; max_features: the defaults of K there; min_samples_leaf as for the random forest",
        starts=(
            Start(
                8,
                1.5,
                "random thresholds: smoother than a forest, and blends well",
                most_rows=_MANY_ROWS,
            ),
            Start(
                14,
                2.5,
                "more features at each split: TabRepo's portfolio",
                {"max_features": 0.75, "min_samples_leaf": 1},
                most_rows=_MANY_ROWS,
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Grow the trees on `n_threads` cores."""
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        kind = ExtraTreesRegressor if training.task is Task.REGRESSION else ExtraTreesClassifier
        estimator = kind(**_options(training))
        estimator.fit(bounded(training.X), training.y, sample_weight=training.weight)
        # With one thread the trees are added in order, so that sums are equal to the last bit.
        estimator.n_jobs = 1
        return ForestModel.of(estimator, training)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        return forest_script("ExtraTrees", _options(training), n_classes=training.n_classes)


def _options(training: FitInput) -> dict[str, Any]:
    parameters = training.parameters
    auto = "all" if training.task is Task.REGRESSION else "sqrt"
    return {
        "n_estimators": parameters["n_estimators"],
        "max_depth": parameters["max_depth"] or None,
        "min_samples_leaf": parameters["min_samples_leaf"],
        "max_features": features_of_a_split(parameters["max_features"], auto=auto),
        "random_state": int(training.rng.integers(2**31)),
        "n_jobs": training.n_threads,
    }


COMPONENT = ExtraTrees()
