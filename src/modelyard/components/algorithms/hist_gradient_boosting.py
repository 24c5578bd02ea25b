"""Gradient boosted trees on binned features, by scikit-learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.boosting import Lesson, boosted_graph, lesson_of
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import spread_columns
from modelyard.packaging.graphs.trees import Tree
from modelyard.packaging.scripts import boosted_script
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    Family,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
)
from modelyard.protocols.scripts import FitScript

_PARAMETERS = (
    Parameter(
        "n_estimators",
        500,
        "Most boosting rounds; early stopping usually ends sooner.",
        minimum=1,
        maximum=20_000,
    ),
    Parameter(
        "learning_rate",
        0.05,
        "Share of each tree that is added: smaller is more careful and needs more rounds.",
        minimum=1e-4,
        maximum=1.0,
        search_low=0.01,
        search_high=0.3,
        is_log=True,
    ),
    Parameter(
        "max_leaf_nodes",
        31,
        "Most leaves of a tree: the main limit of its complexity.",
        minimum=2,
        maximum=4096,
        search_low=7,
        search_high=255,
        is_log=True,
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
        20,
        "Fewest training rows in a leaf; a quarter of the rows where that is fewer.",
        minimum=1,
        maximum=100_000,
        search_low=5,
        search_high=100,
        is_log=True,
    ),
    Parameter(
        "l2_regularization",
        0.0,
        "L2 penalty on the values of leaves.",
        minimum=0.0,
        maximum=1e4,
        search_low=1e-3,
        search_high=10.0,
        is_log=True,
    ),
    Parameter(
        "max_features",
        1.0,
        "Share of the features that each split may choose among.",
        minimum=0.05,
        maximum=1.0,
        search_low=0.4,
        search_high=1.0,
    ),
    Parameter(
        "early_stopping_rounds",
        50,
        "Rounds without a better score on the validation rows after which to stop; 0 for never.",
        minimum=0,
        maximum=10_000,
    ),
)

# Each thread beyond the first has so many cells to count; see `useful_threads`.
_CELLS_OF_A_THREAD = 2_500_000


_LOSSES = {Loss.SQUARED_ERROR: "squared_error", Loss.ABSOLUTE_ERROR: "absolute_error"}


class HistGradientBoosting:
    """Trees that each correct the ones before, with missing values as a branch of their own."""

    card = AlgorithmCard(
        key="hist-gradient-boosting",
        title="Histogram gradient boosting",
        summary="Many small trees, each correcting the ones before, grown on binned values. "
        "Accurate and quick on large tables.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        family=Family.TREES,
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        has_estimator=True,
        losses=tuple(_LOSSES),
        libraries=("scikit-learn",),
        source="Ke et al.: LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NIPS 30 "
        "(2017), after which scikit-learn made it; max_leaf_nodes and min_samples_leaf: "
        "scikit-learn's defaults; the others as for LightGBM here",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Boost until the rounds are used up, or the validation rows get no better."""
        from threadpoolctl import threadpool_limits

        lesson = lesson_of(training)
        parameters = dict(training.parameters)
        # As for LightGBM here: a tree can split a tiny table.
        most = max(1, len(training.y) // 4)
        parameters["min_samples_leaf"] = min(parameters["min_samples_leaf"], most)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        stops = lesson.X_validation is not None and parameters["early_stopping_rounds"] > 0
        estimator = _estimator(training, parameters, stops=stops)
        held: dict[str, Any] = {}
        if stops:
            held = {
                "X_val": lesson.X_validation,
                "y_val": lesson.y_validation,
                "sample_weight_val": lesson.weight_validation,
            }
        n_threads = useful_threads(training.n_threads, n_cells=training.X.size)
        with threadpool_limits(limits=n_threads, user_api="openmp"):
            estimator.fit(training.X, lesson.y, sample_weight=training.weight, **held)
        if stops:
            # The first score is that of no tree at all.
            best = int(np.argmax(estimator.validation_score_[1:])) + 1
            del estimator._predictors[best:]  # noqa: SLF001 - no public way to take rounds back
        final = parameters | {"n_estimators": estimator.n_iter_}
        return _Boosted(estimator, lesson, final)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        options = _options(training, training.parameters)
        return boosted_script("HistGradientBoosting", options, n_classes=training.n_classes)


def useful_threads(n_threads: int, *, n_cells: int) -> int:
    """Return how many of the threads at hand are worth their waiting for each other.

    They meet after every split and spin until the last is there, which costs more than it saves
    where a split is quick, or where other programs run. Processor seconds of one thread and of two,
    on two cores that were busy (500 rounds; 60 for the last): 2,000 cells 0.2 and 8.5, 16,000 cells
    0.6 and 20, 600,000 cells 1.9 and 24, 2,000,000 cells 2.1 and 4.6.

    Args:
        n_threads: at hand.
        n_cells: of the training rows.
    """
    return max(1, min(n_threads, n_cells // _CELLS_OF_A_THREAD))


def _estimator(training: FitInput, parameters: Mapping[str, Any], *, stops: bool) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier
    if training.task is Task.REGRESSION:
        kind = HistGradientBoostingRegressor
    stopping = {
        "early_stopping": stops,
        "n_iter_no_change": parameters["early_stopping_rounds"] or 1,
        "tol": 0.0,
    }
    return kind(**(_options(training, parameters) | stopping))


def _options(training: FitInput, parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "learning_rate",
        "max_leaf_nodes",
        "min_samples_leaf",
        "l2_regularization",
        "max_features",
    )
    loss = {} if training.n_classes else {"loss": _LOSSES[training.loss]}
    return {
        **loss,
        **{name: parameters[name] for name in names},
        "max_iter": parameters["n_estimators"],
        "max_depth": parameters["max_depth"] or None,
        # Codes of categories are numbers here.
        "categorical_features": None,
        "early_stopping": False,
        "random_state": int(training.rng.integers(2**31)),
    }


@dataclass(frozen=True)
class _Boosted:
    estimator: Any
    lesson: Lesson
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        lesson = self.lesson
        if not lesson.n_classes:
            return lesson.restored(self.estimator.predict(X))[:, None]
        shares = self.estimator.predict_proba(X)
        return spread_columns(shares, lesson.seen, n_classes=lesson.n_classes)

    def to_sklearn(self) -> Any:
        return self.lesson.to_estimator(self.estimator)

    def to_onnx(self) -> bytes:
        # scikit-learn shows neither its trees nor what it adds them to.
        rounds, start = self.estimator._predictors, self.estimator._baseline_prediction  # noqa: SLF001
        trees = [_read_tree(each.nodes) for grown in rounds for each in grown]
        chain = boosted_graph(trees, start.ravel(), lesson=self.lesson)
        n_outputs = self.lesson.n_classes or 1
        return chain.to_model(n_features=self.estimator.n_features_in_, n_outputs=n_outputs)


def _read_tree(nodes: npt.NDArray[Any]) -> Tree:
    """Number splits and leaves apart; node 0 is the root.

    Raises:
        ValueError: if a split is by categories, which a training here never makes.
    """
    is_leaf = nodes["is_leaf"].astype(np.bool_)
    splits = nodes[~is_leaf]
    if splits["is_categorical"].any():
        raise ValueError("a split by categories")
    number = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    return Tree(
        feature=splits["feature_idx"].astype(np.int64),
        threshold=splits["num_threshold"].astype(np.float64),
        missing_left=splits["missing_go_to_left"].astype(np.bool_),
        left=number[splits["left"]],
        right=number[splits["right"]],
        leaves=nodes["value"][is_leaf].astype(np.float64),
    )


COMPONENT = HistGradientBoosting()
