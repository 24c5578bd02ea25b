"""LightGBM's trees in the graph: raw scores equal to the last bit, for each way to be missing."""

import lightgbm
import numpy as np
import onnxruntime
import pytest

from modelyard.components.algorithms.lightgbm import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.packaging.graphs.tree_texts import read_trees
from modelyard.packaging.graphs.trees import sum_of_trees
from modelyard.protocols.algorithms import FitInput


def trained(X, y, *, categorical="auto", **options):
    options = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5, **options}
    rows = lightgbm.Dataset(X, y, params=options, categorical_feature=categorical)
    return lightgbm.train(options, rows, num_boost_round=30)


def raw_by_graph(booster, X, *, n_targets=1):
    chain = sum_of_trees(read_trees(booster.model_to_string()), n_targets=n_targets)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        chain.to_model(n_features=X.shape[1], n_outputs=n_targets), options
    )
    return session.run(None, {"features": X})[0]


def rows(*, share_missing, n_rows=400):
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(n_rows, 5)), 1)
    y = X[:, 0] * X[:, 1] + X[:, 2] + rng.normal(scale=0.1, size=n_rows)
    X[rng.random(X.shape) < share_missing] = np.nan
    return X, y


def unusual(X):
    """Values on thresholds, next to zero, huge and missing."""
    odd = np.array(
        [0.0, -0.0, 1e-36, -1e-36, 1e-34, -1e-34, 1e300, -1e300, np.inf, -np.inf, np.nan]
    )
    return np.concatenate([X, np.random.default_rng(1).choice(odd, size=(200, X.shape[1]))])


@pytest.mark.parametrize("share_missing", [0.0, 0.2], ids=["no gaps in training", "gaps"])
@pytest.mark.parametrize("use_missing", [True, False])
def test_raw_scores_are_equal_to_the_last_bit(share_missing, use_missing):
    X, y = rows(share_missing=share_missing)
    booster = trained(X, y, objective="regression", use_missing=use_missing)
    new = unusual(X)
    assert np.array_equal(raw_by_graph(booster, new)[:, 0], booster.predict(new, raw_score=True))


def test_raw_scores_of_many_classes_are_equal_to_the_last_bit():
    X, y = rows(share_missing=0.1)
    classes = np.digitize(y, [-0.5, 0.5])
    booster = trained(X, classes, objective="multiclass", num_class=3)
    new = unusual(X)
    got = raw_by_graph(booster, new, n_targets=3)
    assert np.array_equal(got, booster.predict(new, raw_score=True))


def test_trees_that_could_not_split_are_single_leaves():
    booster = trained(np.zeros((20, 2)), np.arange(20) % 2, objective="binary")
    X = np.array([[0.0, np.nan], [5.0, 1.0]])
    assert np.array_equal(raw_by_graph(booster, X)[:, 0], booster.predict(X, raw_score=True))


@pytest.mark.parametrize("options", [{"zero_as_missing": True}, {"categorical": [0]}], ids=str)
def test_splits_that_no_training_here_makes_are_refused(options):
    X, y = rows(share_missing=0.0)
    X[:, 0] = np.round(X[:, 0]) + 5
    X[::3, 1] = 0
    booster = trained(X, y + X[:, 0] % 2, objective="regression", **options)
    with pytest.raises(ValueError, match="split"):
        read_trees(booster.model_to_string())


class Listener:
    def __init__(self):
        self.told = []

    def stage(self, title):
        raise AssertionError(title)

    def advance(self, done, total):
        self.told.append((done, total))


def fit(y, *, validation=None, progress=None, n_classes=0, **parameters):
    X = np.random.default_rng(0).normal(size=(len(y), 3))
    X[:, 0] += y
    defaults = {each.name: each.default for each in COMPONENT.card.parameters}
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=("a", "b", "c"),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=defaults | parameters,
            rng=np.random.default_rng(0),
            X_validation=None if validation is None else X[: len(validation)],
            y_validation=validation,
            **({"progress": progress} if progress else {}),
        )
    )


def test_validation_rows_stop_the_rounds_and_the_model_says_when():
    y = np.random.default_rng(1).normal(size=200)
    noise = np.random.default_rng(2).normal(size=200)
    model = fit(y, validation=noise, early_stopping_rounds=5)
    assert model.parameters["n_estimators"] < 50
    assert len(read_trees(model.booster.model_to_string())) >= model.parameters["n_estimators"]


@pytest.mark.parametrize(
    ("validation", "rounds"),
    [(None, 5), (np.zeros(50), 0), (np.empty(0), 5)],
    ids=["no rows", "switched off", "rows without number"],
)
def test_without_validation_every_round_is_boosted(validation, rounds):
    y = np.random.default_rng(1).normal(size=200)
    model = fit(y, validation=validation, n_estimators=30, early_stopping_rounds=rounds)
    assert model.parameters["n_estimators"] == 30


def test_validation_rows_of_a_class_that_training_lacks_are_passed_over():
    y = np.arange(60) % 2
    model = fit(y, validation=np.array([2, 0, 1, 0]), n_classes=3, n_estimators=5)
    assert (model.scores(np.zeros((1, 3)))[:, 2] == 0).all()


def test_every_round_is_told():
    listener = Listener()
    fit(np.arange(100.0), progress=listener, n_estimators=4)
    assert listener.told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(("n_rows", "leaf"), [(200, 20), (40, 10), (3, 1)])
def test_a_tiny_table_is_given_smaller_leaves(n_rows, leaf):
    model = fit(np.arange(float(n_rows)), n_estimators=2)
    assert model.parameters["min_data_in_leaf"] == leaf


def test_a_table_of_forty_rows_is_still_split():
    model = fit(np.arange(40.0), n_estimators=20)
    assert np.ptp(model.scores(np.array([[-5.0, 0, 0], [50.0, 0, 0]]))) > 5


def test_a_target_far_from_zero_is_learned_as_well_as_one_around_zero():
    """LightGBM keeps targets in float32, which near 1e9 cannot tell neighbours apart."""
    X, y = rows(share_missing=0.0)
    errors = []
    for offset in (0.0, 1e9):
        training = FitInput(
            X=X,
            y=y + offset,
            feature_names=("a", "b", "c", "d", "e"),
            task=Task.REGRESSION,
            n_classes=0,
            parameters=resolve_parameters(COMPONENT.card, {}),
            rng=np.random.default_rng(0),
        )
        errors.append(np.abs(COMPONENT.fit(training).scores(X)[:, 0] - training.y).mean())
    assert errors[1] == pytest.approx(errors[0], rel=1e-3)
