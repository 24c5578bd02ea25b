"""One decision tree, for classes and for values."""

from dataclasses import replace
from typing import Any

from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.forests import ForestModel, bounded
from modelyard.packaging.scripts import forest_script
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    Family,
    FitInput,
    FittedModel,
    Needs,
    Parameter,
)
from modelyard.protocols.scripts import FitScript

# A share of one class needs rows to be believed. Log loss with leaves of 7, 20 and 50 rows: 3.40,
# 0.71, 0.55 on german_credit, 1.81, 1.28, 0.52 on titanic, 8.85, 3.38, 1.68 on wine_quality.
_SHARE_OF_ROWS, _MOST_ROWS = 20, 50
_ROWS_OF_A_MEAN = 7


class DecisionTree:
    """Splits the rows in two, again and again, where that makes the parts purest."""

    card = AlgorithmCard(
        key="decision-tree",
        title="Decision tree",
        summary="One tree of questions with two answers each. Can be read and explained; others "
        "are more accurate.",
        tasks=frozenset(Task),
        parameters=(
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
                0,
                "Fewest training rows in a leaf: more makes the tree smaller and its answers "
                "surer; 0 for 7 where values are predicted, and for a twentieth of the rows, 50 at "
                "most, where classes are.",
                minimum=0,
                maximum=100_000,
                search_low=1,
                search_high=200,
                is_log=True,
            ),
            Parameter(
                "ccp_alpha",
                0.0,
                "What a branch must gain for each of its leaves, or it is cut off; 0 for no "
                "pruning.",
                minimum=0.0,
                maximum=1e6,
            ),
        ),
        family=Family.TREES,
        needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
        has_estimator=True,
        libraries=("scikit-learn",),
        source="Breiman, Friedman, Olshen, Stone: Classification and Regression Trees (1984), "
        "p. 66 (pruning); min_samples_leaf: Therneau, Atkinson: An Introduction to Recursive "
        "Partitioning Using the RPART Routines (minbucket) for values",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Grow the tree, then prune it."""
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        kind = DecisionTreeClassifier
        if training.task is Task.REGRESSION:
            kind = DecisionTreeRegressor
        options = _options(training)
        parameters = {**training.parameters, "min_samples_leaf": options["min_samples_leaf"]}
        estimator = kind(**options)
        estimator.fit(bounded(training.X), training.y, sample_weight=training.weight)
        return replace(ForestModel.of(estimator, training), parameters=parameters)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        return forest_script("DecisionTree", _options(training), n_classes=training.n_classes)


def _options(training: FitInput) -> dict[str, Any]:
    parameters = training.parameters
    return {
        "max_depth": parameters["max_depth"] or None,
        "min_samples_leaf": parameters["min_samples_leaf"] or _rows_of_a_leaf(training),
        "ccp_alpha": parameters["ccp_alpha"],
        # Between equally good splits the draw decides.
        "random_state": int(training.rng.integers(2**31)),
    }


def _rows_of_a_leaf(training: FitInput) -> int:
    if training.task is Task.REGRESSION:
        return _ROWS_OF_A_MEAN
    return min(_MOST_ROWS, max(1, len(training.y) // _SHARE_OF_ROWS))


COMPONENT = DecisionTree()
