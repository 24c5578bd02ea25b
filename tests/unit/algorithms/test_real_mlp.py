"""RealMLP: its graph, numbers far from the training's, its gradient, weights and what it learns."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from modelyard.components.algorithms._real_mlp.networks import Network, gradient_of
from modelyard.components.algorithms.real_mlp import COMPONENT
from modelyard.domain.errors import InvalidValue
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3))
SIGNAL = X[:, 0] + np.abs(X[:, 1]) + RNG.normal(scale=0.1, size=400)


def lesson(y, *, n_classes=0, weight=None, **parameters):
    small = {"epochs": 20, "hidden_units": 32}
    return FitInput(
        X=X[: len(y)],
        y=y,
        feature_names=tuple("abc"),
        task=Task.MULTICLASS if n_classes else Task.REGRESSION,
        n_classes=n_classes,
        parameters=resolve_parameters(COMPONENT.card, small | parameters),
        rng=np.random.default_rng(0),
        weight=weight,
    )


def in_classes(n_classes):
    return np.digitize(SIGNAL, [0.5, 1.5][: n_classes - 1]) if n_classes else SIGNAL


@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_the_graph_of_realmlp_answers_as_its_network_does(n_classes):
    model = COMPONENT.fit(lesson(in_classes(n_classes), n_classes=n_classes))
    far = np.concatenate([X, X[:20] * 1e3, X[:20] * 1e300])
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"features": far})[0]
    assert np.isfinite(found).all()
    assert np.abs(found - model.scores(far)).max() < 1e-10


def test_realmlp_learns_a_bend_that_a_line_cannot():
    model = COMPONENT.fit(lesson(SIGNAL[:300], epochs=100))
    left = SIGNAL[300:] - model.scores(X[300:])[:, 0]
    assert np.var(left) < 0.1 * np.var(SIGNAL[300:])


def test_realmlp_answers_a_class_that_was_not_taught_with_zero():
    y = np.where(SIGNAL > 1, 3, 0)
    scores = COMPONENT.fit(lesson(y, n_classes=4)).scores(X)
    assert not scores[:, 1:3].any()
    assert np.allclose(scores.sum(axis=1), 1)


def test_values_of_realmlp_stay_within_those_that_were_taught():
    answers = COMPONENT.fit(lesson(SIGNAL)).scores(X * 100)
    tolerance = 1e-9 * np.ptp(SIGNAL)
    assert answers.min() >= SIGNAL.min() - tolerance
    assert answers.max() <= SIGNAL.max() + tolerance


def test_layers_of_realmlp_may_differ_and_bend_otherwise():
    said = {"layer_sizes": "7, 5", "activation": "relu"}
    model = COMPONENT.fit(lesson(in_classes(3), n_classes=3, **said))
    assert model.network.sizes == (3, 7, 5, 3)
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"features": X})[0]
    assert np.abs(found - model.scores(X)).max() < 1e-10
    other = COMPONENT.fit(lesson(in_classes(3), n_classes=3, layer_sizes="7, 5"))
    assert (other.scores(X) != model.scores(X)).any()


@pytest.mark.parametrize("sizes", ["8,x", "0", "8.5", "-3", "5000"])
def test_layers_of_realmlp_are_whole_numbers(sizes):
    with pytest.raises(InvalidValue, match="layer_sizes must name whole numbers from 1 to 4,096"):
        COMPONENT.fit(lesson(SIGNAL, layer_sizes=sizes))


@pytest.mark.parametrize("bend", ["auto", "relu"])
@pytest.mark.parametrize(
    ("n_classes", "small"), [(0, Loss.SQUARED_ERROR), (0, Loss.ABSOLUTE_ERROR), (3, None)]
)
def test_the_gradient_is_that_of_the_loss(n_classes, small, bend):
    said = {"hidden_units": 5, "activation": bend}
    given = lesson(in_classes(n_classes), n_classes=n_classes, **said)
    network = Network.drawn(given, n_outputs=n_classes or 1).in_double()
    rng = np.random.default_rng(1)
    network.weights[:] = rng.normal(size=len(network.weights))
    targets = np.eye(3)[given.y] if n_classes else given.y[:, None]
    values, targets = X[:50], targets[:50]

    def loss():
        answers = network._answers(values)
        if not n_classes:
            return np.mean(np.abs(answers - targets) ** (2 if small is Loss.SQUARED_ERROR else 1))
        largest = answers.max(axis=1, keepdims=True)
        logs = answers - largest - np.log(np.exp(answers - largest).sum(axis=1, keepdims=True))
        return -np.mean((logs * targets).sum(axis=1))

    gradient = gradient_of(network, values, targets=targets, weight=None, left_out=None, loss=small)
    for at in rng.choice(len(network.weights), 20, replace=False):
        kept = network.weights[at]
        network.weights[at] = kept + 1e-6
        above = loss()
        network.weights[at] = kept - 1e-6
        slope = (above - loss()) / 2e-6
        network.weights[at] = kept
        assert gradient[at] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_rows_that_count_more_draw_the_answers_to_them():
    weight = np.where(SIGNAL > 1, 50.0, 1.0)
    plain = COMPONENT.fit(lesson(SIGNAL, epochs=3)).scores(X)
    drawn = COMPONENT.fit(lesson(SIGNAL, epochs=3, weight=weight)).scores(X)
    assert drawn.mean() > plain.mean()


def test_steps_are_limited_where_rows_are_many():
    heard = []

    class Listener:
        def stage(self, title): ...
        def say(self, words): ...
        def advance(self, done, total):
            heard.append((done, total))

    given = lesson(SIGNAL, batch_size=50, max_steps=24)
    COMPONENT.fit(replace(given, progress=Listener()))
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("extra", [{"dropout": 0.2}, {"weight_decay": 0.05}])
def test_penalties_of_realmlp_leave_a_model_that_knows_something(extra):
    model = COMPONENT.fit(lesson(SIGNAL, epochs=60, **extra))
    assert np.corrcoef(model.scores(X)[:, 0], SIGNAL)[0, 1] > 0.8
