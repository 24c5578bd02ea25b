"""XGBoost and CatBoost: the graph against the library, through gaps and odd values."""

import sys

import numpy as np
import onnxruntime
import pytest

from modelyard.components.algorithms import catboost, xgboost
from modelyard.domain.errors import MissingExtra
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput
from modelyard.protocols.extras import import_extra

BOTH = pytest.mark.parametrize(
    "component", [xgboost.COMPONENT, catboost.COMPONENT], ids=["xgboost", "catboost"]
)
TASKS = {0: Task.REGRESSION, 2: Task.BINARY, 3: Task.MULTICLASS}


def rows(n_classes, *, n_rows=300):
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(n_rows, 4)), 1)
    y = X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(scale=0.3, size=n_rows)
    X[rng.random(X.shape) < 0.1] = np.nan
    inner = np.quantile(y, np.arange(1, n_classes) / max(n_classes, 1))
    return X, np.digitize(y, inner) if n_classes else y


def odd_rows():
    """Values on thresholds, between two float32, subnormal in float32, beyond it, and missing."""
    rng = np.random.default_rng(1)
    grid = np.round(rng.normal(size=(400, 4)), 1)
    odd = np.array([0.0, -0.0, 1e-46, -1e-46, 1e-36, 1e300, -1e300, np.nan])
    between = grid * (1 + rng.choice([-1, 1], grid.shape) * 2.0**-26)
    return np.concatenate([grid, grid + 0.05, between, rng.choice(odd, size=(400, 4))])


def fit(component, X, y, *, n_classes, **settings):
    parameters = settings.pop("parameters", {})
    return component.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple("abcd"),
            task=TASKS[n_classes],
            n_classes=n_classes,
            parameters=resolve_parameters(component.card, {"n_estimators": 40} | parameters),
            rng=np.random.default_rng(0),
            **settings,
        )
    )


def by_graph(model, X):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.to_onnx(), options).run(None, {"features": X})[0]


@pytest.mark.extras
@BOTH
@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_the_graph_answers_odd_values_as_the_trained_model_does(component, n_classes):
    X, y = rows(n_classes)
    model = fit(component, X, y, n_classes=n_classes)
    assert np.abs(by_graph(model, odd_rows()) - model.scores(odd_rows())).max() <= 1e-14


@pytest.mark.extras
@BOTH
def test_a_regression_is_equal_to_the_last_bit(component):
    X, y = rows(0)
    model = fit(component, X, y * 1e3 + 1e9, n_classes=0)
    assert np.array_equal(by_graph(model, odd_rows()), model.scores(odd_rows()))


@pytest.mark.extras
@pytest.mark.parametrize("n_classes", [2, 3])
def test_xgboost_itself_answers_so_but_for_its_sums_in_float32(n_classes):
    import xgboost as library

    X, y = rows(n_classes)
    model = fit(xgboost.COMPONENT, X, y, n_classes=n_classes)
    margin = np.tile(model.start, (len(X), 1))
    own = model.booster.predict(library.DMatrix(X, base_margin=margin))
    got = model.scores(X)
    assert np.abs(got - (own if n_classes > 2 else np.column_stack([1 - own, own]))).max() < 1e-6


@pytest.mark.extras
@pytest.mark.parametrize("n_classes", [2, 3])
def test_catboost_itself_answers_so(n_classes):
    X, y = rows(n_classes)
    model = fit(catboost.COMPONENT, X, y, n_classes=n_classes)
    own = model.booster.predict(X, prediction_type="Probability")
    assert np.abs(by_graph(model, X) - own).max() < 1e-14


@pytest.mark.extras
@BOTH
def test_a_gap_that_no_training_row_has_is_answered_alike(component):
    X, y = rows(0)
    model = fit(component, np.nan_to_num(X), y, n_classes=0)
    gaps = np.where(np.eye(4, dtype=bool), np.nan, X[:4])
    assert np.array_equal(by_graph(model, gaps), model.scores(gaps))


@pytest.mark.extras
@BOTH
def test_validation_rows_stop_the_rounds_and_the_model_says_when(component):
    X, y = rows(0)
    noise = np.random.default_rng(2).normal(size=len(y))
    held = {"X_validation": X, "y_validation": noise}
    parameters = {"early_stopping_rounds": 5}
    stopped = fit(component, X, y, n_classes=0, parameters=parameters, **held)
    assert 1 <= stopped.parameters["n_estimators"] < 40
    rounds = stopped.parameters["n_estimators"]
    shorter = fit(component, X, y, n_classes=0, parameters={"n_estimators": rounds})
    assert np.array_equal(stopped.scores(X), shorter.scores(X))


@pytest.mark.extras
@BOTH
def test_without_a_limit_every_round_is_boosted(component):
    X, y = rows(0)
    held = {"X_validation": X, "y_validation": -y}
    model = fit(component, X, y, n_classes=0, parameters={"early_stopping_rounds": 0}, **held)
    assert model.parameters["n_estimators"] == 40


@pytest.mark.extras
@BOTH
def test_threads_change_nothing(component):
    X, y = rows(3)
    one, two = (fit(component, X, y, n_classes=3, n_threads=each).to_onnx() for each in (1, 2))
    assert one == two


@pytest.mark.extras
@BOTH
@pytest.mark.parametrize("n_classes", [0, 3])
def test_rows_that_are_all_alike_get_the_mean_or_the_shares(component, n_classes):
    y = np.array([0, 0, 1, 2, 2, 2, 2, 2])
    X = np.ones((8, 4))
    model = fit(component, X, y, n_classes=n_classes)
    expected = np.bincount(y) / 8 if n_classes else [y.mean()]
    assert np.allclose(by_graph(model, X[:1]), expected, atol=1e-6)


@pytest.mark.extras
@BOTH
def test_equal_targets_are_answered(component):
    X, _ = rows(0)
    model = fit(component, X, np.full(len(X), 7.0), n_classes=0)
    assert np.allclose(by_graph(model, X), 7.0)


@pytest.mark.extras
def test_splits_by_categories_are_refused():
    with pytest.raises(ValueError, match="categories"):
        catboost.read_trees(
            {
                "scale_and_bias": [1, [0]],
                "oblivious_trees": [{"splits": [{"split_type": "OneHotFeature"}]}],
            }
        )


def test_a_missing_library_is_told_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(MissingExtra, match=r"pip install 'modelyard\[boosting\]'"):
        import_extra("xgboost", extra="boosting")
