"""Contributions of boosted trees, against those of the shap library where it is installed."""

from importlib.util import find_spec

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput
from modelyard.runtime.explaining.forms import structure_of
from modelyard.runtime.explaining.trees import TreeReasons
from modelyard.runtime.graphs import read_graph

N_FEATURES = 6


@pytest.mark.extras
@pytest.mark.skipif(find_spec("shap") is None, reason="shap is not installed: pip install shap")
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # shap's, of matplotlib
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_boosted_trees_are_explained_as_shap_does(task):
    import shap

    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, N_FEATURES))
    signal = X[:, 0] * X[:, 1] + np.sin(X[:, 2]) + rng.normal(scale=0.1, size=400)
    algorithm = Catalog().algorithms()["lightgbm"]
    few = {"n_estimators": 40, "early_stopping_rounds": 0}
    training = FitInput(
        X=X,
        y=(signal > 0).astype(np.int64) if task is Task.BINARY else signal,
        feature_names=tuple(f"f{at}" for at in range(N_FEATURES)),
        task=task,
        n_classes=2 if task is Task.BINARY else 0,
        parameters=resolve_parameters(algorithm.card, few),
        rng=rng,
    )
    model = algorithm.fit(training)
    n_outputs = 2 if task is Task.BINARY else 1
    found = structure_of(read_graph(model.to_onnx()), n_outputs=n_outputs)
    reasons = TreeReasons(found, X[:50], players=np.arange(N_FEATURES), n_players=N_FEATURES)
    peer = shap.TreeExplainer(model.booster, X[:50], feature_perturbation="interventional")
    for row in X[100:110]:
        expected = np.asarray(peer.shap_values(row[None], check_additivity=False))[0]
        np.testing.assert_allclose(reasons.reasons(row[None], 0)[1], expected, atol=1e-5)
