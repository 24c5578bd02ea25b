"""Boosting by scikit-learn: its own answers to the last digits, stopped by validation rows."""

import numpy as np
import onnxruntime
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from modelyard.catalog import Catalog
from modelyard.components.algorithms.hist_gradient_boosting import useful_threads
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import FitInput

ALGORITHMS = Catalog().algorithms()
BOTH = ("gradient-boosting", "hist-gradient-boosting")
N_ROWS, N_TRAIN = 400, 300


def rows(*, gaps=False):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, 4))
    signal = X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(scale=0.8, size=N_ROWS)
    if gaps:
        X[rng.random(X.shape) < 0.1] = np.nan
    return X, signal


def fit(key, X, y, *, n_classes, weight=None, weight_validation=None, n_threads=1, **parameters):
    algorithm = ALGORITHMS[key]
    defaults = {each.name: each.default for each in algorithm.card.parameters}
    return algorithm.fit(
        FitInput(
            X=X[:N_TRAIN],
            y=y[:N_TRAIN],
            feature_names=tuple("abcd"),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=defaults | parameters,
            rng=np.random.default_rng(0),
            X_validation=X[N_TRAIN:],
            y_validation=y[N_TRAIN:],
            weight=weight,
            weight_validation=weight_validation,
            n_threads=n_threads,
        )
    )


def by_graph(model, X):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.to_onnx(), options).run(None, {"features": X})[0]


def seed():
    return int(np.random.default_rng(0).integers(2**31))


def test_histogram_boosting_answers_as_the_estimator_itself():
    X, signal = rows(gaps=True)
    y = np.digitize(signal, [-0.5, 0.5])
    model = fit("hist-gradient-boosting", X, y, n_classes=3)
    rounds = model.parameters["n_estimators"]
    reference = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=rounds,
        categorical_features=None,
        early_stopping=False,
        random_state=seed(),
    ).fit(X[:N_TRAIN], y[:N_TRAIN])
    np.testing.assert_allclose(model.scores(X), reference.predict_proba(X), rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_graph(model, X), reference.predict_proba(X), rtol=0, atol=1e-12)


def test_exact_boosting_answers_as_the_estimator_itself():
    X, signal = rows()
    y = (signal > 0).astype(int)
    model = fit("gradient-boosting", X, y, n_classes=2)
    rounds = model.parameters["n_estimators"]
    reference = GradientBoostingClassifier(
        n_estimators=rounds, max_features=1.0, random_state=seed()
    ).fit(X[:N_TRAIN], y[:N_TRAIN])
    np.testing.assert_allclose(model.scores(X), reference.predict_proba(X), rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_graph(model, X), reference.predict_proba(X), rtol=0, atol=1e-12)


def test_values_of_any_size_are_boosted_as_those_around_zero():
    X, signal = rows(gaps=True)
    y = 1e12 + 1e3 * signal
    center, size = y[:N_TRAIN].mean(), y[:N_TRAIN].std()
    model = fit("hist-gradient-boosting", X, y, n_classes=0, early_stopping_rounds=0)
    reference = HistGradientBoostingRegressor(
        learning_rate=0.05, max_iter=500, categorical_features=None, random_state=seed()
    ).fit(X[:N_TRAIN], (y[:N_TRAIN] - center) / size)
    np.testing.assert_allclose(model.scores(X)[:, 0], center + size * reference.predict(X))
    assert np.corrcoef(by_graph(model, X)[:, 0], signal)[0, 1] > 0.7


@pytest.mark.parametrize("key", BOTH)
@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_validation_rows_stop_the_rounds_at_the_best(key, n_classes):
    X, signal = rows()
    inner = np.quantile(signal, np.arange(1, n_classes) / max(n_classes, 1))
    y = np.digitize(signal, inner) if n_classes else signal
    stopped = fit(key, X, y, n_classes=n_classes, early_stopping_rounds=20)
    rounds = stopped.parameters["n_estimators"]
    assert 1 <= rounds < 500
    losses = [
        loss(fit(key, X, y, n_classes=n_classes, early_stopping_rounds=0, n_estimators=n), X, y)
        for n in (max(1, rounds - 5), rounds, rounds + 5)
    ]
    assert loss(stopped, X, y) == pytest.approx(losses[1])
    assert losses[1] == min(losses)


def loss(model, X, y):
    scores = model.scores(X[N_TRAIN:])
    if scores.shape[1] == 1:
        return float(np.mean((scores[:, 0] - y[N_TRAIN:]) ** 2))
    return float(-np.log(scores[np.arange(len(scores)), y[N_TRAIN:]]).mean())


@pytest.mark.parametrize("key", BOTH)
def test_weights_of_the_validation_rows_say_when_to_stop(key):
    X, signal = rows()
    y = signal.copy()
    # Half of the validation rows say nothing but noise: counted fully, they stop the rounds early.
    y[N_TRAIN::2] = np.random.default_rng(5).normal(scale=30, size=(N_ROWS - N_TRAIN) // 2)
    sure = np.ones(N_ROWS - N_TRAIN)
    sure[::2] = 1e-9
    one = np.ones(N_TRAIN)
    noisy = fit(key, X, y, n_classes=0, weight=one, weight_validation=np.ones(len(sure)))
    clean = fit(key, X, y, n_classes=0, weight=one, weight_validation=sure)
    assert clean.parameters["n_estimators"] != noisy.parameters["n_estimators"]


@pytest.mark.parametrize("key", BOTH)
def test_without_validation_rows_every_round_is_used(key):
    X, signal = rows()
    algorithm = ALGORITHMS[key]
    parameters = {each.name: each.default for each in algorithm.card.parameters}
    training = FitInput(
        X=X,
        y=signal,
        feature_names=tuple("abcd"),
        task=Task.REGRESSION,
        n_classes=0,
        parameters=parameters | {"n_estimators": 30},
        rng=np.random.default_rng(0),
    )
    assert algorithm.fit(training).parameters["n_estimators"] == 30


def test_threads_do_not_change_a_histogram_boosting():
    X, signal = rows(gaps=True)
    y = (signal > 0).astype(int)
    one, many = (
        fit("hist-gradient-boosting", X, y, n_classes=2, n_threads=count) for count in (1, 3)
    )
    assert one.to_onnx() == many.to_onnx()


def test_a_small_table_is_taught_by_one_thread_and_a_large_one_by_all():
    assert useful_threads(8, n_cells=16_000) == 1
    assert useful_threads(2, n_cells=10**8) == 2
    assert useful_threads(1, n_cells=10**8) == 1
