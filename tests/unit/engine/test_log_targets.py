"""Models that are taught a logarithm: when they are worth a try, and the way back."""

import numpy as np
import onnxruntime
import pytest

from modelyard.components.algorithms.ridge import COMPONENT as RIDGE
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.log_targets import fit_logarithm, gains_by_logarithm
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 2))
MANY_SIZES = np.exp(2 * X[:, 0] + X[:, 1] + RNG.normal(scale=0.3, size=500))


def lesson(y, **more):
    return FitInput(
        X=X,
        y=y,
        feature_names=("a", "b"),
        task=Task.REGRESSION,
        n_classes=0,
        parameters=resolve_parameters(RIDGE.card, {}),
        rng=np.random.default_rng(0),
        **more,
    )


def taught(y, wanted=Loss.SQUARED_ERROR, **more):
    return fit_logarithm(RIDGE, lesson(y, **more), wanted=wanted)


def test_a_long_tail_upwards_is_worth_a_try():
    assert gains_by_logarithm(MANY_SIZES, Task.REGRESSION)


@pytest.mark.parametrize("y", [-MANY_SIZES, X[:, 0], X[:, 0] ** 2 - 1.0, np.ones(500)])
def test_no_tail_or_values_below_zero_are_not(y):
    assert not gains_by_logarithm(y, Task.REGRESSION)


def test_classes_have_no_logarithm():
    assert not gains_by_logarithm((MANY_SIZES > 50).astype(np.int64), Task.BINARY)


@pytest.mark.parametrize("y", [MANY_SIZES, np.floor(MANY_SIZES)], ids=["above zero", "with zeros"])
@pytest.mark.parametrize("wanted", Loss)
def test_the_graph_of_a_logarithm_answers_as_the_model_does(y, wanted):
    model = taught(y, wanted)
    session = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    far = np.concatenate([X, X * 1e3])
    found = session.run(None, {"features": far})[0]
    assert np.allclose(found, model.scores(far), rtol=1e-12)


def test_a_line_through_logarithms_follows_what_multiplies():
    plain, log = RIDGE.fit(lesson(MANY_SIZES)), taught(MANY_SIZES)
    errors = [np.mean((MANY_SIZES - each.scores(X)[:, 0]) ** 2) for each in (plain, log)]
    assert errors[1] < 0.5 * errors[0]


def test_the_mean_of_the_answers_is_that_of_the_rows():
    weight = RNG.uniform(0.5, 2.0, size=500)
    answers = taught(MANY_SIZES, weight=weight).scores(X)[:, 0]
    expected = np.average(MANY_SIZES, weights=weight)
    assert np.average(answers, weights=weight) == pytest.approx(expected)


def test_where_absolute_errors_decide_the_median_is_taken_back_as_it_is():
    noisy = np.exp(X[:, 0] + RNG.normal(size=500))
    lifted, plain = (taught(noisy, each).scores(X)[:, 0] for each in Loss)
    assert np.mean(np.abs(noisy - plain)) < 0.95 * np.mean(np.abs(noisy - lifted))
    assert np.mean(noisy > plain) == pytest.approx(0.5, abs=0.05)
