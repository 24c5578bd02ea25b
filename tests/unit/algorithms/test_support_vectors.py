"""Support vectors: the graph against scikit-learn, and probabilities from rows left out."""

import numpy as np
import onnxruntime
import pytest
from sklearn.svm import SVR

from modelyard.components.algorithms.support_vectors import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 4))
SIGNAL = X[:, 0] + X[:, 1] * X[:, 2] + RNG.normal(scale=0.2, size=240)


def fit(X, y, *, n_classes=0, **parameters):
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple("abcd"),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=resolve_parameters(COMPONENT.card, parameters),
            rng=np.random.default_rng(0),
        )
    )


def by_graph(model, X):
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    return session.run(None, {"features": X})[0]


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_the_graph_answers_as_the_machine_does_for_any_number_of_pairs(kernel, n_classes):
    y = np.digitize(SIGNAL, np.quantile(SIGNAL, np.arange(1, n_classes) / n_classes))
    model = fit(X, y, n_classes=n_classes, kernel=kernel, C=50.0)
    rng = np.random.default_rng(5)
    new = rng.normal(size=(700, 4)) * rng.choice([1.0, 1e3, 1e300], size=(700, 1))
    # The linear graph adds the vectors up first: on rows of thousands, terms of 1e5 cancel.
    assert np.abs(by_graph(model, new) - model.scores(new)).max() < 1e-8


def test_values_are_those_of_scikit_learn_in_the_unit_of_the_target():
    y = 1e6 + 1e3 * SIGNAL
    model = fit(X, y)
    gamma = 1 / (4 * X.var())
    reference = SVR(gamma=gamma).fit(X, (y - y.mean()) / y.std()).predict(X) * y.std() + y.mean()
    assert np.allclose(by_graph(model, X)[:, 0], reference, rtol=1e-12)


def test_values_that_are_all_alike_are_answered():
    assert np.allclose(by_graph(fit(X, np.full(240, 3.0)), X), 3.0)


def test_features_of_noise_alone_earn_no_confidence():
    """Decision values of rows that taught the machine would promise what it cannot keep."""
    noise = np.random.default_rng(1).integers(0, 2, 240)
    shares = fit(X, noise, n_classes=2, C=100.0).scores(X)
    assert np.abs(shares[:, 1] - 0.5).max() < 0.35


def test_a_class_of_one_row_and_one_of_two_are_classes_all_the_same():
    y = np.where(X[:, 0] > 0, 1, 0)
    y[0], y[1:3] = 2, 3
    model = fit(X, y, n_classes=4)
    assert (model.scores(X) > 0).all()
    assert np.abs(by_graph(model, X) - model.scores(X)).max() < 1e-12


def test_it_learns_from_no_more_rows_than_asked_for():
    model = fit(X, (SIGNAL > 0).astype(int), n_classes=2, max_rows=40)
    assert len(model.machine.vectors) <= 40


def test_a_features_scale_matters_to_gamma_as_it_does_in_scikit_learn():
    y = (SIGNAL > 0).astype(int)
    assert np.allclose(
        fit(X * 1000, y, n_classes=2).scores(X * 1000), fit(X, y, n_classes=2).scores(X), atol=1e-3
    )
