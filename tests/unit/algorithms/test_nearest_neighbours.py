"""Nearest neighbours: ties and equal rows are decided alike in a batch, in one row and in numpy."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from modelyard.components.algorithms.nearest_neighbours import COMPONENT
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import FitInput


def fit(X, y, *, n_classes=0, weight=None, **parameters):
    return COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple(map(str, range(X.shape[1]))),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters=resolve_parameters(COMPONENT.card, parameters),
            rng=np.random.default_rng(0),
            weight=weight,
        )
    )


def session_of(model):
    return onnxruntime.InferenceSession(model.to_onnx(), providers=["CPUExecutionProvider"])


def by_graph(model, X):
    return session_of(model).run(None, {"features": X})[0]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_features=st.integers(1, 40),
    n_neighbors=st.integers(1, 9),
    weights=st.sampled_from(["uniform", "distance"]),
)
def test_rows_full_of_ties_are_answered_alike_everywhere(seed, n_features, n_neighbors, weights):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, size=(120, n_features)) * rng.choice([0.1, 1.0, 1 / 3], n_features)
    model = fit(X, rng.integers(0, 3, 120), n_classes=3, n_neighbors=n_neighbors, weights=weights)
    graph = session_of(model)
    batch = graph.run(None, {"features": X})[0]
    alone = [graph.run(None, {"features": row[None, :]})[0][0] for row in X[:20]]
    assert np.allclose(batch, model.scores(X), rtol=0, atol=1e-14)
    assert np.allclose(batch[:20], alone, rtol=0, atol=1e-14)


@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_without_ties_the_answers_are_those_of_scikit_learn(weights):
    rng = np.random.default_rng(0)
    X, y, new = rng.normal(size=(300, 5)), rng.integers(0, 3, 300), rng.normal(size=(200, 5))
    reference = KNeighborsClassifier(7, weights=weights).fit(X, y)
    model = fit(X, y, n_classes=3, n_neighbors=7, weights=weights)
    assert np.allclose(by_graph(model, new), reference.predict_proba(new), atol=1e-5)


def test_of_rows_that_are_equally_near_the_first_count():
    X, y = np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([10.0, 20.0, 30.0, 40.0])
    model = fit(X, y, n_neighbors=3)
    assert by_graph(model, np.array([[0.0]])).tolist() == [[20.0]]
    assert model.scores(np.array([[0.0]])).tolist() == [[20.0]]


def test_rows_equal_to_the_one_that_asks_alone_decide():
    X, y = np.array([[0.0], [0.0], [1e-3]]), np.array([1.0, 3.0, 500.0])
    model = fit(X, y, weights="distance")
    assert by_graph(model, np.array([[0.0]])).tolist() == [[2.0]]


def test_a_row_that_weighs_more_says_more():
    X, y = np.array([[-1.0], [1.0]]), np.array([0.0, 8.0])
    model = fit(X, y, weight=np.array([1.0, 3.0]))
    assert by_graph(model, np.array([[0.0]])).tolist() == [[6.0]]


def test_a_value_far_beyond_training_is_asked_at_its_edge():
    X, y = np.arange(10.0)[:, None], np.arange(10.0)
    model = fit(X, y, n_neighbors=1)
    far = np.array([[1e300], [-1e300], [np.finfo(float).max]])
    assert by_graph(model, far).tolist() == model.scores(far).tolist() == [[9.0], [0.0], [9.0]]


def test_no_more_rows_are_kept_than_asked_for_and_every_class_keeps_one():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [500, 499, 1])
    model = fit(rng.normal(size=(1000, 2)), y, n_classes=3, max_rows=100)
    kept = model.votes[:, :3].sum(axis=0)
    assert kept.tolist() == [50.0, 49.0, 1.0]
