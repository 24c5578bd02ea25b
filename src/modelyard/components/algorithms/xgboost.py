"""Gradient boosted trees by XGBoost.

XGBoost compares features, and keeps leaves, in float32, and adds the leaves up in float32 as well.
Here it decides which leaves a row falls on, and these are added up in double: the graph, which does
so too, answers to the last bit as the trained model does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.kit.source_code import mapping
from modelyard.packaging.graphs.boosting import Lesson, boosted_graph, lesson_of
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import to_probabilities
from modelyard.packaging.graphs.trees import Tree, compared_in_float32
from modelyard.packaging.scripts import CENTERED
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    Family,
    FitInput,
    FittedModel,
    FloatArray,
    Needs,
    Parameter,
    Start,
)
from modelyard.protocols.extras import import_extra
from modelyard.protocols.progress import Progress
from modelyard.protocols.scripts import FitScript

# XGBoost refuses what float32 cannot hold. No threshold, being between two training values, is
# beyond this bound, so that the graph needs none.
_LARGEST = 1e30

# Rows whose leaves are asked for at a time: 500 trees take 33 MB.
_ROWS_AT_A_TIME = 16_384

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
        "max_depth",
        6,
        "Most splits from the root to a leaf: the main limit of a tree's complexity.",
        minimum=1,
        maximum=30,
        search_low=3,
        search_high=10,
    ),
    Parameter(
        "min_child_weight",
        1.0,
        "Smallest sum of second derivatives in a leaf; for values, the fewest rows.",
        minimum=0.0,
        maximum=1e5,
        search_low=0.1,
        search_high=100.0,
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
        "colsample_bytree",
        1.0,
        "Share of the features that each tree may use.",
        minimum=0.05,
        maximum=1.0,
        search_low=0.4,
        search_high=1.0,
    ),
    Parameter(
        "reg_alpha",
        0.0,
        "L1 penalty on the values of leaves.",
        minimum=0.0,
        maximum=1e4,
    ),
    Parameter(
        "reg_lambda",
        1.0,
        "L2 penalty on the values of leaves.",
        minimum=0.0,
        maximum=1e4,
        search_low=1e-3,
        search_high=10.0,
        is_log=True,
    ),
    Parameter(
        "early_stopping_rounds",
        50,
        "Rounds without a better score on the validation rows after which to stop; 0 for never.",
        minimum=0,
        maximum=10_000,
    ),
)

_TABREPO = "strong on many tables: Salinas, Erickson: TabRepo, AutoML Conference (2024)"


_OBJECTIVES = {
    Loss.SQUARED_ERROR: "reg:squarederror",
    Loss.ABSOLUTE_ERROR: "reg:absoluteerror",
}


class XGBoost:
    """Trees that each correct the ones before, grown level by level."""

    card = AlgorithmCard(
        key="xgboost",
        title="XGBoost",
        summary="Many small trees, each correcting the ones before, grown level by level.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        family=Family.TREES,
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        extra="boosting",
        libraries=("xgboost-cpu",),
        source="Chen, Guestrin: XGBoost: A Scalable Tree Boosting System, KDD (2016), p. 785; "
        "max_depth, min_child_weight, reg_lambda: XGBoost's defaults; rounds and learning rate as "
        "for LightGBM",
        fits_each_class=True,
        losses=tuple(_OBJECTIVES),
        starts=(
            Start(6, 1.8, "the defaults: another way to grow the same kind of trees"),
            Start(
                7,
                3.6,
                "deeper trees, each grown on other rows and columns, with small leaves",
                {
                    "colsample_bytree": 0.7,
                    "learning_rate": 0.04,
                    "max_depth": 8,
                    "min_child_weight": 0.6,
                    "n_estimators": 1000,
                    "subsample": 0.9,
                },
            ),
            Start(
                17,
                1.5,
                _TABREPO,
                {
                    "colsample_bytree": 0.66,
                    "learning_rate": 0.088,
                    "max_depth": 5,
                    "min_child_weight": 0.63,
                },
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Boost until the rounds are used up, or the validation rows get no better."""
        xgboost = import_extra("xgboost", extra="boosting")
        parameters, lesson = dict(training.parameters), lesson_of(training)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        start = _start(lesson, training.weight, training.loss)
        X, y = lesson.X_validation, lesson.y_validation
        evaluated = []
        if X is not None and y is not None:
            held = _rows(xgboost, X, y, weight=lesson.weight_validation, start=start)
            evaluated = [(held, "validation")]
        rounds = parameters["early_stopping_rounds"] if evaluated else 0
        booster = xgboost.train(
            _options(training, lesson),
            _rows(xgboost, training.X, lesson.y, weight=training.weight, start=start),
            num_boost_round=parameters["n_estimators"],
            evals=evaluated,
            early_stopping_rounds=rounds or None,
            verbose_eval=False,
            callbacks=[_telling(xgboost, training.progress, parameters["n_estimators"])],
        )
        n_rounds = booster.best_iteration + 1 if rounds else booster.num_boosted_rounds()
        trees = read_trees(bytes(booster.save_raw("json")))[: n_rounds * len(start)]
        final = parameters | {"n_estimators": n_rounds}
        return _Boosted(booster, trees, start, lesson, final)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of XGBoost."""
        return _script(training, _options(training, lesson_of(training)))


@dataclass(frozen=True)
class NumberedTree:
    """A tree with the number that XGBoost gives each leaf.

    Attributes:
        numbers: (m + 1,) int64, ascending.
        tree: takes doubles where XGBoost takes them rounded to float32.
    """

    numbers: npt.NDArray[np.int64]
    tree: Tree


@dataclass(frozen=True)
class _Boosted:
    """`start` holds the raw scores that the trees are added to."""

    booster: Any
    trees: Sequence[NumberedTree]
    start: FloatArray
    lesson: Lesson
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        starts = range(0, max(len(X), 1), _ROWS_AT_A_TIME)
        raw = np.concatenate([self._raw(X[at : at + _ROWS_AT_A_TIME]) for at in starts])
        if not self.lesson.n_classes:
            return self.lesson.restored(raw)
        return to_probabilities(raw, self.lesson.seen, n_classes=self.lesson.n_classes)

    def to_onnx(self) -> bytes:
        trees = [each.tree for each in self.trees]
        chain = boosted_graph(trees, self.start, lesson=self.lesson)
        n_features = self.booster.num_features()
        return chain.to_model(n_features=n_features, n_outputs=self.lesson.n_classes or 1)

    def _raw(self, X: FloatArray) -> FloatArray:
        import xgboost

        reached = self.booster.predict(
            xgboost.DMatrix(_bounded(X), nthread=1),
            pred_leaf=True,
            iteration_range=(0, self.parameters["n_estimators"]),
        ).reshape(len(X), len(self.trees))
        raw = np.zeros((len(X), len(self.start)))
        for at, each in enumerate(self.trees):
            leaves = np.searchsorted(each.numbers, reached[:, at])
            raw[:, at % len(self.start)] += each.tree.leaves[leaves]
        return raw + self.start


def read_trees(text: bytes) -> list[NumberedTree]:
    """Return the trees of a model that XGBoost wrote as JSON (version 3).

    Raises:
        ValueError: if a split is of a kind that a training here never makes.
    """
    learner = json.loads(text)["learner"]
    return [_read_tree(each) for each in learner["gradient_booster"]["model"]["trees"]]


def _read_tree(written: Mapping[str, Any]) -> NumberedTree:
    if any(written["split_type"]):
        raise ValueError("a split by categories")
    left = np.array(written["left_children"], dtype=np.int64)
    right = np.array(written["right_children"], dtype=np.int64)
    values = np.array(written["split_conditions"], dtype=np.float32)
    is_leaf = left < 0
    places = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    tree = Tree(
        feature=np.array(written["split_indices"], dtype=np.int64)[~is_leaf],
        # A row goes left where its value is below the threshold, not where it equals it.
        threshold=np.nextafter(values[~is_leaf], np.float32(-np.inf)).astype(np.float64),
        missing_left=np.array(written["default_left"], dtype=np.bool_)[~is_leaf],
        left=places[left[~is_leaf]],
        right=places[right[~is_leaf]],
        leaves=values[is_leaf].astype(np.float64),
    )
    return NumberedTree(np.flatnonzero(is_leaf), compared_in_float32(tree))


def _start(lesson: Lesson, weight: FloatArray | None, loss: Loss) -> FloatArray:
    """Return the raw scores of the weighted shares, the weighted mean, or the median.

    That of the rows as they are, as it need not be exact: trees are added to it.
    """
    if not lesson.n_classes and loss is Loss.ABSOLUTE_ERROR:
        return np.array([np.median(lesson.y)])
    if not lesson.n_classes:
        return np.array([np.average(lesson.y, weights=weight)])
    shares = np.bincount(lesson.y, weights=weight)
    if len(shares) == 2:
        return np.array([np.log(shares[1] / shares[0])])
    start: FloatArray = np.log(shares / shares.sum())
    return start


def _rows(
    xgboost: Any,
    X: FloatArray,
    y: npt.NDArray[Any],
    *,
    weight: FloatArray | None,
    start: FloatArray,
) -> Any:
    margin = np.tile(start, (len(X), 1))
    return xgboost.DMatrix(_bounded(X), y, weight=weight, base_margin=margin)


def _bounded(X: FloatArray) -> npt.NDArray[np.float32]:
    return np.clip(X, -_LARGEST, _LARGEST).astype(np.float32)


def _options(training: FitInput, lesson: Lesson) -> dict[str, Any]:
    objectives: dict[int, dict[str, Any]] = {
        0: {"objective": _OBJECTIVES[training.loss]},
        2: {"objective": "binary:logistic", "eval_metric": "logloss"},
    }
    many = {"objective": "multi:softprob", "num_class": len(lesson.seen)}
    given = (
        "learning_rate",
        "max_depth",
        "min_child_weight",
        "subsample",
        "colsample_bytree",
        "reg_alpha",
        "reg_lambda",
    )
    return {
        **objectives.get(len(lesson.seen), many),
        **{name: training.parameters[name] for name in given},
        "tree_method": "hist",
        "seed": int(training.rng.integers(2**31)),
        "nthread": training.n_threads,
        "verbosity": 0,
    }


# What the trees are added to, by the number of classes.
_STARTS_AT = {
    0: "start = np.average(y, weights=weight)",
    2: "first, second = np.bincount(y, weights=weight)\nstart = np.log(second / first)",
    3: "shares = np.bincount(y, weights=weight)\nstart = np.log(shares / shares.sum())",
}


def _script(training: FitInput, options: dict[str, Any]) -> FitScript:
    n_classes = min(training.n_classes, 3)
    margin = "np.tile(start, (len(X), 1))"
    is_of_median = not n_classes and training.loss is Loss.ABSOLUTE_ERROR
    begin = "start = np.median(y)" if is_of_median else _STARTS_AT[n_classes]
    names = "model, start" if n_classes else "model, start, center, spread"
    answer = f"model.predict(xgboost.DMatrix(X, base_margin={margin}))"
    answers = {
        0: f"center + spread * {answer}",
        2: "np.column_stack([1 - second, second])",
        3: answer,
    }
    return FitScript(
        imports=("import xgboost",),
        fit=f"options = {mapping(options)}\n{'' if n_classes else CENTERED}"
        f"{begin}\n"
        f"rows = xgboost.DMatrix(X, y, weight=weight, base_margin={margin})\n"
        f"model = xgboost.train(options, rows, {training.parameters['n_estimators']})\n"
        f"return {names}",
        predict=f"{names} = fitted\n{f'second = {answer}' + chr(10) if n_classes == 2 else ''}"
        f"return {answers[n_classes]}",
    )


def _telling(xgboost: Any, progress: Progress, n_rounds: int) -> Any:
    class Telling(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # untyped library
        def after_iteration(self, _model: Any, epoch: int, *_: Any) -> bool:
            progress.advance(epoch + 1, n_rounds)
            return False

    return Telling()


COMPONENT = XGBoost()
