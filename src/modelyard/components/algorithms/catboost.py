"""Gradient boosted trees by CatBoost.

Its trees are oblivious: all splits of one level ask the same question. Categories come as codes, as
to every other algorithm, so that a package prepares them the same way whatever fits the model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss, best_constant
from modelyard.domain.tasks import Task
from modelyard.kit.source_code import call, mapping
from modelyard.packaging.graphs.boosting import Lesson, boosted_graph, lesson_of
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.scores import to_probabilities
from modelyard.packaging.graphs.trees import Tree, compared_in_float32
from modelyard.packaging.scripts import CENTERED, RESTORED
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

# CatBoost keeps features in float32. No border, being between two training values, is beyond this
# bound, but the one that sets missing values apart, which is below every number.
_LARGEST = 1e30

_PARAMETERS = (
    Parameter(
        "n_estimators",
        1000,
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
        "depth",
        6,
        "Questions from the root to a leaf; a tree has 2 to the power of it leaves.",
        minimum=1,
        maximum=12,
        search_low=4,
        search_high=10,
    ),
    Parameter(
        "l2_leaf_reg",
        3.0,
        "L2 penalty on the values of leaves.",
        minimum=0.0,
        maximum=1e4,
        search_low=0.1,
        search_high=30.0,
        is_log=True,
    ),
    Parameter(
        "random_strength",
        1.0,
        "How much chance has a say in the choice of a split.",
        minimum=0.0,
        maximum=100.0,
        search_low=0.1,
        search_high=10.0,
        is_log=True,
    ),
    Parameter(
        "rsm",
        1.0,
        "Share of the features that each level of a tree chooses among.",
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

_TABREPO = "strong on many tables: Salinas, Erickson: TabRepo, AutoML Conference (2024)"


_LOSSES = {Loss.SQUARED_ERROR: "RMSE", Loss.ABSOLUTE_ERROR: "MAE"}


class CatBoost:
    """Symmetric trees that each correct the ones before, fitted in an order that avoids leaks."""

    card = AlgorithmCard(
        key="catboost",
        title="CatBoost",
        summary="Many symmetric trees, each correcting the ones before. Good with its defaults.",
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
        libraries=("catboost",),
        source="Prokhorenkova et al.: CatBoost: unbiased boosting with categorical features, "
        "NeurIPS 31 (2018); defaults: CatBoost's, learning rate as for LightGBM",
        fits_each_class=True,
        losses=tuple(_LOSSES),
        starts=(
            Start(4, 4.0, "the defaults: robust on small tables and many categories"),
            Start(
                10,
                3.0,
                _TABREPO,
                {"depth": 6, "l2_leaf_reg": 2.15, "learning_rate": 0.069},
            ),
            Start(
                16,
                2.5,
                _TABREPO,
                {"depth": 4, "l2_leaf_reg": 4.56, "learning_rate": 0.049},
            ),
            Start(
                20,
                9.0,
                _TABREPO,
                {"depth": 8, "l2_leaf_reg": 3.33, "learning_rate": 0.03},
            ),
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Boost until the rounds are used up, or the validation rows get no better."""
        catboost = import_extra("catboost", extra="boosting")
        parameters, lesson = dict(training.parameters), lesson_of(training)
        if _has_nothing_to_learn(training, lesson):
            return ConstantModel(_shares_or_value(training), training.X.shape[1], parameters)
        X, y = lesson.X_validation, lesson.y_validation
        held = None
        if X is not None and y is not None:
            held = catboost.Pool(_bounded(X), y, weight=lesson.weight_validation)
        rounds = parameters["early_stopping_rounds"] if held is not None else 0
        booster = catboost.CatBoost(_options(training, lesson))
        booster.fit(
            catboost.Pool(_bounded(training.X), lesson.y, weight=training.weight),
            eval_set=held,
            early_stopping_rounds=rounds or None,
            use_best_model=bool(rounds),
            callbacks=[_Telling(training.progress, parameters["n_estimators"])],
        )
        final = parameters | {"n_estimators": int(booster.tree_count_)}
        return _Boosted(booster, lesson, training.X.shape[1], final)

    def script(self, training: FitInput) -> FitScript:
        """Write the call of CatBoost."""
        options = _options(training, lesson_of(training))
        fitted = (
            f"model = {call('CatBoost', {}, given=(mapping(options),))}\n"
            "model.fit(Pool(X, y, weight=weight))\n"
        )
        imports = ("from catboost import CatBoost, Pool",)
        if training.n_classes:
            answer = 'return fitted.predict(X, prediction_type="Probability")'
            return FitScript(imports, f"{fitted}return model", answer)
        return FitScript(
            imports,
            f"{CENTERED}{fitted}return model, center, spread",
            RESTORED.format(answer="model.predict(X)"),
        )


@dataclass(frozen=True)
class _Boosted:
    booster: Any
    lesson: Lesson
    n_features: int
    parameters: Mapping[str, Any]

    def scores(self, X: FloatArray) -> FloatArray:
        raw = self.booster.predict(
            _bounded(X), prediction_type="RawFormulaVal", thread_count=1
        ).reshape(len(X), -1)
        if not self.lesson.n_classes:
            return self.lesson.restored(raw)
        return to_probabilities(raw, self.lesson.seen, n_classes=self.lesson.n_classes)

    def to_onnx(self) -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            self.booster.save_model(str(path), format="json")
            written = json.loads(path.read_bytes())
        trees, start = read_trees(written)
        chain = boosted_graph(trees, start, lesson=self.lesson)
        return chain.to_model(n_features=self.n_features, n_outputs=self.lesson.n_classes or 1)


def read_trees(written: Mapping[str, Any]) -> tuple[list[Tree], FloatArray]:
    """Return the trees of a model that CatBoost wrote as JSON, and what they are added to.

    Raises:
        ValueError: if a split is of a kind that a training here never makes.
    """
    scale, start = written["scale_and_bias"]
    trees = [
        tree
        for each in written["oblivious_trees"]
        for tree in _read_tree(each, scale=scale, n_targets=len(start))
    ]
    return trees, np.array(start, dtype=np.float64)


def _read_tree(written: Mapping[str, Any], *, scale: float, n_targets: int) -> list[Tree]:
    """Return a tree for each target; a leaf's number has a bit for each level's answer."""
    splits = written["splits"] or []
    if any(split["split_type"] != "FloatFeature" for split in splits):
        raise ValueError("a split by categories, texts or embeddings")
    levels = np.repeat(np.arange(len(splits)), 2 ** np.arange(len(splits)))
    paths = np.arange(len(levels)) - (2**levels - 1)
    feature = np.array([split["float_feature_index"] for split in splits], dtype=np.int64)
    border = np.array([split["border"] for split in splits], dtype=np.float32).astype(np.float64)
    border[border < -_LARGEST] = -np.inf
    leaves = np.array(written["leaf_values"], dtype=np.float64).reshape(-1, n_targets) * scale
    below, is_last = 2 ** (levels + 1) - 1, levels == len(splits) - 1
    above = paths + 2**levels
    tree = Tree(
        feature=feature[levels],
        threshold=border[levels],
        # A missing value is above no border.
        missing_left=np.ones(len(levels), dtype=np.bool_),
        left=np.where(is_last, ~paths, below + paths),
        right=np.where(is_last, ~above, below + above),
        leaves=leaves,
    )
    compared = compared_in_float32(tree)
    return [replace(compared, leaves=column) for column in leaves.T]


def _has_nothing_to_learn(training: FitInput, lesson: Lesson) -> bool:
    """Tell whether all targets or all rows are equal, which CatBoost refuses to fit."""
    X = _bounded(training.X)
    is_equal = (X[:1] == X) | (np.isnan(X[:1]) & np.isnan(X))
    return bool(is_equal.all() or (lesson.y == lesson.y[0]).all())


def _shares_or_value(training: FitInput) -> FloatArray:
    if not training.n_classes:
        return np.array([best_constant(training.y, training.weight, loss=training.loss)])
    counts = np.bincount(training.y, weights=training.weight, minlength=training.n_classes)
    shares: FloatArray = counts / counts.sum()
    return shares


def _bounded(X: FloatArray) -> npt.NDArray[np.float32]:
    return np.clip(X, -_LARGEST, _LARGEST).astype(np.float32)


def _options(training: FitInput, lesson: Lesson) -> dict[str, Any]:
    # Logloss starts at zero by default; starting at the share of the classes saves rounds.
    objectives: dict[int, dict[str, Any]] = {
        0: {"loss_function": _LOSSES[training.loss]},
        2: {"loss_function": "Logloss", "boost_from_average": True},
    }
    given = ("learning_rate", "depth", "l2_leaf_reg", "random_strength", "rsm")
    return {
        **objectives.get(len(lesson.seen), {"loss_function": "MultiClass"}),
        **{name: training.parameters[name] for name in given},
        "iterations": training.parameters["n_estimators"],
        "random_seed": int(training.rng.integers(2**31)),
        "thread_count": training.n_threads,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }


@dataclass(frozen=True)
class _Telling:
    progress: Progress
    n_rounds: int

    def after_iteration(self, state: Any) -> bool:
        """Tell the round; CatBoost goes on."""
        self.progress.advance(state.iteration, self.n_rounds)
        return True


COMPONENT = CatBoost()
