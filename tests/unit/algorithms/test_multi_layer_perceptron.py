"""The perceptron: early stopping, the unit of its target, and numbers far from the training's."""

import numpy as np
import onnxruntime
import pytest

from modelyard.components.algorithms.multi_layer_perceptron import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3))
SIGNAL = X[:, 0] + np.abs(X[:, 1]) + RNG.normal(scale=0.1, size=300)


def fit(y, *, n_classes=0, held=None, n_threads=1, **parameters):
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple("abc"),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=resolve_parameters(COMPONENT.card, {"epochs": 15} | parameters),
            rng=np.random.default_rng(0),
            X_validation=None if held is None else X[: len(held)],
            y_validation=held,
            n_threads=n_threads,
        )
    )


def by_graph(model, X):
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    return session.run(None, {"features": X})[0]


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_the_graph_answers_as_the_network_does(activation, n_classes):
    y = np.digitize(SIGNAL, [0.5, 1.5][: n_classes - 1]) if n_classes else SIGNAL
    model = fit(y, n_classes=n_classes, activation=activation, hidden_layers=2, epochs=3)
    far = np.concatenate([X, X[:20] * 1e3, X[:20] * 1e300])
    assert np.abs(by_graph(model, far) - model.scores(far)).max() < 1e-11


def test_validation_rows_stop_the_epochs_and_the_best_weights_are_kept():
    noise = np.random.default_rng(2).normal(size=300)
    stopped = fit(SIGNAL, held=noise, epochs=100, early_stopping_epochs=3)
    n_epochs = stopped.parameters["epochs"]
    assert 1 <= n_epochs < 90
    assert np.array_equal(stopped.scores(X), fit(SIGNAL, epochs=n_epochs).scores(X))


@pytest.mark.parametrize(("held", "patience"), [(None, 3), (-SIGNAL, 0)], ids=["no rows", "off"])
def test_otherwise_every_epoch_is_passed(held, patience):
    model = fit(SIGNAL, held=held, epochs=12, early_stopping_epochs=patience)
    assert model.parameters["epochs"] == 12


def test_epochs_do_not_shuffle_alike():
    """With a number as its seed scikit-learn draws the same order in every call."""
    once, twice = (fit(SIGNAL, epochs=each).network for each in (1, 2))
    state = np.random.RandomState(int(np.random.default_rng(0).integers(2**31))).get_state()[2]
    places = [network.random_state.get_state()[2] for network in (once, twice)]
    assert len({state, *places}) == 3


def test_a_target_far_from_zero_and_wide_is_learned_as_well():
    errors = []
    for size, offset in ((1.0, 0.0), (1e4, 1e8)):
        y = SIGNAL * size + offset
        errors.append(np.abs(fit(y).scores(X)[:, 0] - y).mean() / size)
    assert errors[1] == pytest.approx(errors[0], rel=1e-3)


def test_it_bends_where_a_line_cannot():
    model = fit(SIGNAL, epochs=200)
    assert np.corrcoef(model.scores(X)[:, 0], SIGNAL)[0, 1] > 0.97


def test_threads_change_nothing():
    assert fit(SIGNAL, epochs=3).to_onnx() == fit(SIGNAL, epochs=3, n_threads=2).to_onnx()


def test_a_batch_larger_than_the_table_is_the_table():
    assert fit(SIGNAL, epochs=2, batch_size=5000).scores(X).shape == (300, 1)
