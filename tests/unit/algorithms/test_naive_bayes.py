"""Naive Bayes: the densities against scikit-learn's, and numbers far from those of the training."""

import numpy as np
import onnxruntime
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from modelyard.components.algorithms.naive_bayes import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

RNG = np.random.default_rng(0)
Y = np.repeat([0, 1, 2], [100, 60, 40])
NUMBERS = RNG.normal(size=(200, 3)) * [1, 10, 0.1] + Y[:, None]
FLAGS = (RNG.random((200, 4)) < 0.2 + 0.25 * Y[:, None]).astype(float)


def fit(X, **settings):
    parameters = settings.pop("parameters", {})
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=Y,
            feature_names=tuple(map(str, range(X.shape[1]))),
            task=Task.MULTICLASS,
            n_classes=3,
            parameters=resolve_parameters(COMPONENT.card, parameters),
            rng=np.random.default_rng(0),
            **settings,
        )
    )


def by_graph(model, X):
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    return session.run(None, {"features": X})[0]


def test_numbers_are_weighed_by_normal_densities():
    model = fit(NUMBERS, parameters={"var_smoothing": 1e-6})
    size = NUMBERS.std(axis=0)
    reference = GaussianNB(var_smoothing=1e-6).fit(NUMBERS / size, Y)
    assert np.allclose(by_graph(model, NUMBERS), reference.predict_proba(NUMBERS / size), atol=1e-9)


def test_flags_are_weighed_by_their_shares():
    reference = BernoulliNB(alpha=1.0, binarize=None).fit(FLAGS, Y)
    assert np.allclose(by_graph(fit(FLAGS), FLAGS), reference.predict_proba(FLAGS), atol=1e-12)


def test_a_row_that_weighs_two_is_two_rows():
    X = np.hstack([NUMBERS, FLAGS])
    heavy = np.where(np.arange(200) % 3 == 0, 2.0, 1.0)
    weighted = fit(X, weight=heavy).scores(X)
    rows = np.repeat(np.arange(200), heavy.astype(int))
    twice = COMPONENT.fit(
        FitInput(
            X=X[rows],
            y=Y[rows],
            feature_names=tuple("abcdefg"),
            task=Task.MULTICLASS,
            n_classes=3,
            parameters=resolve_parameters(COMPONENT.card, {}),
            rng=np.random.default_rng(0),
        )
    )
    assert np.allclose(weighted, twice.scores(X), atol=1e-12)


def test_numbers_far_beyond_those_of_training_are_answered_alike():
    X = np.hstack([NUMBERS, FLAGS])
    far = X[:60] * np.repeat([1e3, 1e9, 1e300], 20)[:, None]
    far[:, 3:] = FLAGS[:60]
    model = fit(X)
    assert np.isfinite(model.scores(far)).all()
    assert np.abs(by_graph(model, far) - model.scores(far)).max() < 1e-9


def test_a_feature_that_is_always_the_same_says_nothing():
    X = np.hstack([NUMBERS, np.full((200, 1), 7.5)])
    assert np.allclose(fit(X).scores(X), fit(NUMBERS).scores(NUMBERS), atol=1e-12)
