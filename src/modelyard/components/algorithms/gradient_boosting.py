"""Gradient boosted trees with exact splits, by scikit-learn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.boosting import Lesson, boosted_graph, lesson_of
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.forests import bounded, read_tree
from modelyard.packaging.graphs.scores import spread_columns
from modelyard.packaging.graphs.trees import compared_in_float32
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
from modelyard.protocols.progress import Progress
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
        0.1,
        "Share of each tree that is added: smaller is more careful and needs more rounds.",
        minimum=1e-4,
        maximum=1.0,
        search_low=0.01,
        search_high=0.3,
        is_log=True,
    ),
    Parameter(
        "max_depth",
        3,
        "Most splits from the root to a leaf: how many features a tree lets act together.",
        minimum=1,
        maximum=100,
        search_low=2,
        search_high=8,
    ),
    Parameter(
        "min_samples_leaf",
        1,
        "Fewest training rows in a leaf: more makes trees smaller and smoother.",
        minimum=1,
        maximum=100_000,
        search_low=1,
        search_high=50,
        is_log=True,
    ),
    Parameter(
        "subsample",
        1.0,
        "Share of the rows that each tree is grown on.",
        minimum=0.05,
        maximum=1.0,
        search_low=0.5,
        search_high=1.0,
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


_LOSSES = {Loss.SQUARED_ERROR: "squared_error", Loss.ABSOLUTE_ERROR: "absolute_error"}


class GradientBoosting:
    """Small trees that each correct the ones before, every value tried as a split."""

    card = AlgorithmCard(
        key="gradient-boosting",
        title="Gradient boosting",
        summary="Many small trees, each correcting the ones before, with exact splits. Accurate "
        "on small tables, slow on large ones.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        family=Family.TREES,
        needs=Needs(
            takes_missing=False,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        has_estimator=True,
        losses=tuple(_LOSSES),
        libraries=("scikit-learn",),
        source="Friedman: Greedy Function Approximation, Annals of Statistics 29 (2001); "
        "subsample: Friedman: Stochastic Gradient Boosting, Computational Statistics and Data "
        "Analysis 38 (2002); learning_rate and max_depth: scikit-learn's defaults",
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Boost until the rounds are used up, or the validation rows get no better."""
        lesson = lesson_of(training)
        parameters = dict(training.parameters)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        estimator = _estimator(training, parameters)
        watch = _Watch(lesson, parameters["early_stopping_rounds"], training.progress)
        X = bounded(training.X)
        estimator.fit(X, lesson.y, sample_weight=training.weight, monitor=watch)
        estimator.estimators_ = estimator.estimators_[: watch.best or None]
        final = parameters | {"n_estimators": len(estimator.estimators_)}
        return _Boosted(estimator, lesson, final)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of scikit-learn."""
        options = _options(training, training.parameters)
        return boosted_script("GradientBoosting", options, n_classes=training.n_classes)


def _estimator(training: FitInput, parameters: Mapping[str, Any]) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

    kind = GradientBoostingClassifier
    if training.task is Task.REGRESSION:
        kind = GradientBoostingRegressor
    return kind(**_options(training, parameters))


def _options(training: FitInput, parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "n_estimators",
        "learning_rate",
        "max_depth",
        "min_samples_leaf",
        "subsample",
        "max_features",
    )
    loss = {} if training.n_classes else {"loss": _LOSSES[training.loss]}
    return {
        **loss,
        **{name: parameters[name] for name in names},
        "random_state": int(training.rng.integers(2**31)),
    }


@dataclass
class _Watch:
    """Follows the loss on the validation rows, which scikit-learn takes from the training rows.

    Attributes:
        best: rounds with the smallest loss so far; 0 where nothing is watched.
    """

    lesson: Lesson
    patience: int
    progress: Progress
    best: int = 0
    _least: float = np.inf
    _raw: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    def __call__(self, at: int, estimator: Any, _: Mapping[str, Any]) -> bool:
        """Return whether to stop after round `at`."""
        self.progress.advance(at + 1, estimator.n_estimators)
        X = self.lesson.X_validation
        if X is None or not self.patience:
            return False
        rows = bounded(X)
        if at == 0:
            self._raw = np.tile(_start(estimator, self.lesson), (len(rows), 1))
        grown = [tree.predict(rows) for tree in estimator.estimators_[at]]
        self._raw = self._raw + estimator.learning_rate * np.column_stack(grown)
        loss = _lost(self._raw, self.lesson, estimator.loss)
        if loss < self._least:
            self.best, self._least = at + 1, loss
        return at + 1 - self.best >= self.patience


def _lost(raw: FloatArray, lesson: Lesson, loss: str) -> float:
    """Return the squared or absolute error, or the log loss, on the validation rows."""
    y = np.asarray(lesson.y_validation)
    if not lesson.n_classes:
        apart = np.abs(raw[:, 0] - y)
        losses = apart if loss == _LOSSES[Loss.ABSOLUTE_ERROR] else apart**2
    else:
        both = np.column_stack([np.zeros(len(raw)), raw]) if raw.shape[1] == 1 else raw
        losses = np.logaddexp.reduce(both, axis=1) - both[np.arange(len(both)), y]
    return float(np.average(losses, weights=lesson.weight_validation))


def _start(estimator: Any, lesson: Lesson) -> FloatArray:
    """Return the raw scores that the trees are added to, (1,) or (c,)."""
    if not lesson.n_classes:
        value: FloatArray = estimator.init_.constant_.ravel()
        return value
    # As scikit-learn, which keeps shares off 0 and 1 by the rounding of a double.
    tiny = np.finfo(np.float64).eps
    shares = np.clip(estimator.init_.class_prior_, tiny, 1 - tiny)
    logs: FloatArray = np.log(shares)
    return logs[1:] - logs[:1] if len(logs) == 2 else logs - logs.mean()


@dataclass(frozen=True)
class _Boosted:
    estimator: Any
    lesson: Lesson
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        lesson, rows = self.lesson, bounded(X)
        if not lesson.n_classes:
            return lesson.restored(self.estimator.predict(rows))[:, None]
        shares: npt.NDArray[np.float64] = self.estimator.predict_proba(rows)
        return spread_columns(shares, lesson.seen, n_classes=lesson.n_classes)

    def to_sklearn(self) -> Any:
        return self.lesson.to_estimator(self.estimator)

    def to_onnx(self) -> bytes:
        share = self.estimator.learning_rate
        trees = [read_tree(each.tree_) for each in self.estimator.estimators_.ravel()]
        scaled = (replace(tree, leaves=share * tree.leaves[:, 0]) for tree in trees)
        start = _start(self.estimator, self.lesson)
        chain = boosted_graph([*map(compared_in_float32, scaled)], start, lesson=self.lesson)
        n_outputs = self.lesson.n_classes or 1
        return chain.to_model(n_features=self.estimator.n_features_in_, n_outputs=n_outputs)


COMPONENT = GradientBoosting()
