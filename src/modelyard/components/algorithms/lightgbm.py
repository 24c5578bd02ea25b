"""Gradient boosted trees by LightGBM."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.kit.source_code import mapping
from modelyard.packaging.graphs.boosting import Lesson, lesson_of
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns, two_columns
from modelyard.packaging.graphs.tree_texts import read_trees
from modelyard.packaging.graphs.trees import sum_of_trees
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
        0.05,
        "Share of each tree that is added: smaller is more careful and needs more rounds.",
        minimum=1e-4,
        maximum=1.0,
        search_low=0.01,
        search_high=0.3,
        is_log=True,
    ),
    Parameter(
        "num_leaves",
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
        "min_data_in_leaf",
        20,
        "Fewest training rows in a leaf; a quarter of the rows where that is fewer.",
        minimum=1,
        maximum=100_000,
        search_low=5,
        search_high=100,
        is_log=True,
    ),
    Parameter(
        "feature_fraction",
        1.0,
        "Share of the features that each tree may use.",
        minimum=0.05,
        maximum=1.0,
        search_low=0.4,
        search_high=1.0,
    ),
    Parameter(
        "bagging_fraction",
        1.0,
        "Share of the rows that each tree is grown on.",
        minimum=0.05,
        maximum=1.0,
        search_low=0.5,
        search_high=1.0,
    ),
    Parameter(
        "extra_trees",
        False,  # noqa: FBT003 - a default, not an argument
        "Whether a split tries one random threshold of each feature: faster, and more varied.",
    ),
    Parameter(
        "lambda_l1",
        0.0,
        "L1 penalty on the values of leaves.",
        minimum=0.0,
        maximum=1e4,
    ),
    Parameter(
        "lambda_l2",
        0.0,
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
_STARTS = (
    Start(0, 1.0, "the defaults: often the best single choice"),
    Start(
        2,
        0.4,
        "the library's own defaults, which need no rows to stop by: steady where rows are few",
        {"n_estimators": 100, "learning_rate": 0.1, "early_stopping_rounds": 0},
    ),
    Start(
        3,
        1.6,
        "each tree grown on other rows and columns, with smaller leaves",
        {
            "feature_fraction": 0.7,
            "bagging_fraction": 0.9,
            "learning_rate": 0.03,
            "min_data_in_leaf": 5,
            "n_estimators": 1000,
        },
    ),
    Start(
        3,
        1.2,
        "categories by what the target is in them: for columns of many",
        preparation={"categorical_encoding": "target"},
        least_categories=30,
    ),
    Start(
        8,
        1.6,
        "splits at random thresholds, which blend well: AutoGluon's portfolio",
        {"extra_trees": True, "n_estimators": 700},
    ),
    Start(
        11,
        2.5,
        _TABREPO,
        {
            "extra_trees": True,
            "feature_fraction": 0.46,
            "bagging_fraction": 0.88,
            "lambda_l1": 0.24,
            "lambda_l2": 0.36,
            "learning_rate": 0.018,
            "min_data_in_leaf": 3,
            "num_leaves": 39,
            "n_estimators": 1500,
        },
    ),
    Start(
        10,
        3.5,
        _TABREPO,
        {
            "feature_fraction": 0.7,
            "learning_rate": 0.012,
            "min_data_in_leaf": 14,
            "num_leaves": 53,
            "n_estimators": 1500,
        },
    ),
    Start(
        11,
        1.5,
        "fewer leaves and penalties for few or noisy rows: TabRepo's portfolio",
        {
            "feature_fraction": 0.44,
            "bagging_fraction": 0.7,
            "lambda_l1": 0.5,
            "lambda_l2": 0.5,
            "learning_rate": 0.02,
            "min_data_in_leaf": 48,
            "num_leaves": 8,
            "n_estimators": 1500,
        },
    ),
    Start(
        9,
        3.0,
        "larger trees of fewer features, for many rows: as AutoGluon's portfolio has them, with "
        "half the leaves, which answer at once",
        {
            "learning_rate": 0.04,
            "num_leaves": 64,
            "feature_fraction": 0.7,
            "bagging_fraction": 0.9,
            "min_data_in_leaf": 5,
            "n_estimators": 1000,
        },
    ),
)


_OBJECTIVES = {Loss.SQUARED_ERROR: "regression", Loss.ABSOLUTE_ERROR: "regression_l1"}


class LightGBM:
    """Trees that each correct the ones before, with missing values as a branch of their own."""

    card = AlgorithmCard(
        key="lightgbm",
        title="LightGBM",
        summary="Many small trees, each correcting the ones before. Often the most accurate on "
        "tables.",
        tasks=frozenset(Task),
        parameters=_PARAMETERS,
        family=Family.TREES,
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        libraries=("lightgbm",),
        modules=("lightgbm",),
        # 500 trees, 10,000 rows: 11 µs a row of CPU time in place of 21.
        is_graph_faster=True,
        source="Ke et al.: LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NIPS 30 "
        "(2017); num_leaves and min_data_in_leaf: LightGBM's defaults; early "
        "stopping: Friedman: Greedy Function Approximation, Annals of Statistics 29 (2001)",
        fits_each_class=True,
        starts=_STARTS,
        losses=tuple(_OBJECTIVES),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Boost until the rounds are used up, or the validation rows get no better."""
        import lightgbm

        parameters = _settled(training)
        # LightGBM keeps targets in float32: around their mean they lose no digit that matters.
        lesson = lesson_of(training, is_scaled=False)
        if lesson.is_certain:
            return ConstantModel(lesson.certain(), training.X.shape[1], parameters)
        options = _options(training, parameters, n_seen=len(lesson.seen))
        rows = lightgbm.Dataset(training.X, lesson.y, weight=training.weight, params=options)
        callbacks: list[Callable[..., None]] = [_telling(training.progress)]
        X, y, held = lesson.X_validation, lesson.y_validation, []
        if X is not None:
            held = [rows.create_valid(X, y, lesson.weight_validation)]
        if held and parameters["early_stopping_rounds"]:
            rounds = parameters["early_stopping_rounds"]
            callbacks.append(lightgbm.early_stopping(rounds, verbose=False))
        booster = lightgbm.train(
            options,
            rows,
            num_boost_round=parameters["n_estimators"],
            valid_sets=held,
            callbacks=callbacks,
        )
        # best_iteration is 0 or less where nothing stopped the rounds early.
        n_rounds = max(booster.best_iteration, 0) or booster.current_iteration()
        final = parameters | {"n_estimators": n_rounds}
        return _Boosted(booster, lesson, final)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of LightGBM."""
        parameters = _settled(training)
        options = mapping(_options(training, parameters, n_seen=training.n_classes))
        train = f"lightgbm.train(options, rows, {parameters['n_estimators']})"
        rows = "rows = lightgbm.Dataset(X, {target}, weight=weight, params=options)\n"
        fit = f"{rows.format(target='y')}return {train}"
        if not training.n_classes:
            fit = f"center = np.mean(y)\n{rows.format(target='y - center')}return {train}, center"
        return FitScript(
            imports=("import lightgbm",),
            fit=f"options = {options}\n{fit}",
            predict=_PREDICT[min(training.n_classes, 3)],
        )


@dataclass(frozen=True)
class _Boosted:
    booster: Any
    lesson: Lesson
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        answers = self.booster.predict(X, num_iteration=self.parameters["n_estimators"])
        n_classes = self.lesson.n_classes
        if not n_classes:
            return self.lesson.restored(np.asarray(answers)[:, None])
        shares = np.column_stack([1 - answers, answers]) if answers.ndim == 1 else answers
        return spread_columns(shares, self.lesson.seen, n_classes=n_classes)

    def to_onnx(self) -> bytes:
        text = self.booster.model_to_string(num_iteration=self.parameters["n_estimators"])
        seen, n_classes = self.lesson.seen, self.lesson.n_classes
        n_targets = len(seen) if len(seen) > 2 else 1
        chain = sum_of_trees(read_trees(text), n_targets=n_targets)
        if n_classes:
            chain = two_columns(chain) if n_targets == 1 else softmax(chain)
            chain = spread(chain, seen, n_classes=n_classes)
        else:
            chain = chain.then("Add", None, np.array([self.lesson.center]))
        return chain.to_model(n_features=self.booster.num_feature(), n_outputs=n_classes or 1)


# By the number of classes; of many LightGBM answers as it is asked.
_PREDICT = {
    0: "model, center = fitted\nreturn center + model.predict(X)",
    2: "second = fitted.predict(X)\nreturn np.column_stack([1 - second, second])",
    3: "return fitted.predict(X)",
}


def _settled(training: FitInput) -> dict[str, Any]:
    """Ask for no larger leaves than a quarter of the rows, so that a tree can split a tiny table.

    Compared by log loss on 60 rows of iris: 20 rows in a leaf 1.03, a quarter 0.22, a fifth 0.28;
    from 80 rows on 20 are as good or better.
    """
    parameters = dict(training.parameters)
    most = max(1, len(training.y) // 4)
    return parameters | {"min_data_in_leaf": min(parameters["min_data_in_leaf"], most)}


def _options(training: FitInput, parameters: Mapping[str, Any], *, n_seen: int) -> dict[str, Any]:
    objectives: dict[int, dict[str, Any]] = {
        0: {"objective": _OBJECTIVES[training.loss]},
        2: {"objective": "binary"},
    }
    objective = objectives.get(n_seen, {"objective": "multiclass", "num_class": n_seen})
    given = {
        name: parameters[name]
        for name in (
            "learning_rate",
            "num_leaves",
            "min_data_in_leaf",
            "feature_fraction",
            "extra_trees",
        )
    }
    return {
        **objective,
        **given,
        "max_depth": parameters["max_depth"] or -1,
        "bagging_fraction": parameters["bagging_fraction"],
        "bagging_freq": int(parameters["bagging_fraction"] < 1),
        "lambda_l1": parameters["lambda_l1"],
        "lambda_l2": parameters["lambda_l2"],
        "seed": int(training.rng.integers(2**31)),
        # Both make equal input give equal trees, whatever the number of threads.
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": training.n_threads,
        "verbosity": -1,
    }


def _telling(progress: Progress) -> Callable[[Any], None]:
    def tell(state: Any) -> None:
        progress.advance(state.iteration + 1, state.end_iteration)

    return tell


COMPONENT = LightGBM()
