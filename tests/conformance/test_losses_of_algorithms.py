"""Whatever says that it can make absolute errors small does so, and its graph answers the same."""

import numpy as np
import onnxruntime
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput

ALGORITHMS = {
    key: each
    for key, each in Catalog().algorithms().items()
    if len(each.card.losses) > 1 and each.card.takes_tables and each.card.members is None
}
MISSING = Catalog().missing_extras()
RNG = np.random.default_rng(3)
X = RNG.normal(size=(900, 3))
# What is added has a mean of 2.7 times its median; a row in nine is wild, and weighs nothing much.
IS_WILD = (np.arange(900) % 9 == 0) & (np.arange(900) < 600)
Y = 5 * X[:, 0] + 3 * np.exp(1.4 * RNG.normal(size=900)) + 300 * IS_WILD
WEIGHT = np.where(IS_WILD, 1e-4, 1.0)
TAUGHT, HELD, LATER = np.arange(500), np.arange(500, 600), np.arange(600, 900)


def taught(key, loss):
    card = ALGORITHMS[key].card
    wants = card.needs.wants_validation
    return ALGORITHMS[key].fit(
        FitInput(
            X=X[TAUGHT],
            y=Y[TAUGHT],
            feature_names=("a", "b", "c"),
            task=Task.REGRESSION,
            n_classes=0,
            parameters=resolve_parameters(card, {}),
            rng=np.random.default_rng(0),
            X_validation=X[HELD] if wants else None,
            y_validation=Y[HELD] if wants else None,
            weight=WEIGHT[TAUGHT],
            weight_validation=WEIGHT[HELD] if wants else None,
            loss=loss,
        )
    )


@pytest.mark.parametrize("key", ALGORITHMS)
def test_absolute_errors_are_small_where_they_are_to_be(key):
    if key in MISSING:
        pytest.skip(f"{key} is not installed: {MISSING[key]}")
    models = {loss: taught(key, loss) for loss in Loss}
    answers = {loss: each.scores(X[LATER])[:, 0] for loss, each in models.items()}
    errors = {loss: np.abs(Y[LATER] - each).mean() for loss, each in answers.items()}
    assert errors[Loss.ABSOLUTE_ERROR] < 0.97 * errors[Loss.SQUARED_ERROR]
    # Half of the rows lie above a median, and fewer above a mean, as the tail is long.
    off = {loss: abs(np.mean(Y[LATER] > each) - 0.5) for loss, each in answers.items()}
    assert off[Loss.ABSOLUTE_ERROR] < off[Loss.SQUARED_ERROR]
    model = models[Loss.ABSOLUTE_ERROR]
    graph = onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])
    got = graph.run(["scores"], {"features": X})[0]
    np.testing.assert_allclose(got, model.scores(X), rtol=1e-9, atol=1e-9)


def test_boosted_trees_and_the_baseline_can():
    assert {"dummy", "lightgbm", "hist-gradient-boosting", "gradient-boosting"} <= {*ALGORITHMS}
