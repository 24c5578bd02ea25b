"""Linear and logistic regression and the baseline, against what is known of them."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.linear_model import LogisticRegression as Reference

from modelyard.components.algorithms import dummy, linear_regression, logistic_regression
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import FitInput


def fit(module, X, y, *, n_classes=0, weight=None, **parameters):
    card = module.COMPONENT.card
    return module.COMPONENT.fit(
        FitInput(
            X=X,
            y=y,
            feature_names=tuple(f"f{at}" for at in range(X.shape[1])),
            task=Task.MULTICLASS if n_classes else Task.REGRESSION,
            n_classes=n_classes,
            parameters={each.name: each.default for each in card.parameters} | parameters,
            rng=np.random.default_rng(0),
            weight=weight,
        )
    )


@pytest.mark.parametrize("is_weighted", [False, True])
def test_least_squares_agree_with_scikit_learn_on_sound_data(is_weighted):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 5)) * 10 + 3, rng.normal(size=80)
    weight = rng.random(80) + 0.1 if is_weighted else None
    reference = LinearRegression().fit(X, y, sample_weight=weight)
    assert np.allclose(
        fit(linear_regression, X, y, weight=weight).scores(X)[:, 0],
        reference.predict(X),
        rtol=1e-10,
    )


def test_columns_that_sum_to_one_keep_small_coefficients():
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 6, 5000)
    X = (np.eye(6)[levels] - np.eye(6)[levels].mean(axis=0)) / np.eye(6)[levels].std(axis=0)
    model = fit(linear_regression, X, levels + rng.normal(size=5000))
    assert np.abs(model.coefficients).max() < 10


def test_more_columns_than_rows_are_solved_by_the_smallest_coefficients():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 30)), rng.normal(size=10)
    model = fit(linear_regression, X, y)
    assert np.allclose(model.scores(X)[:, 0], y)
    smallest = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    assert np.allclose(model.coefficients, smallest)


@pytest.mark.parametrize("n_filled", [1, 5])
def test_mostly_empty_and_mostly_filled_columns_give_the_same_logistic_regression(n_filled):
    rng = np.random.default_rng(0)
    X = np.zeros((400, 10))
    X[:, :n_filled] = rng.normal(size=(400, n_filled))
    X[:, -1] = rng.random(400) < 0.2
    y = (X[:, 0] + X[:, -1] + rng.normal(size=400) > 0).astype(np.int64)
    reference = Reference(max_iter=1000).fit(X, y)
    model = fit(logistic_regression, X, y, n_classes=2)
    assert np.allclose(model.scores(X), reference.predict_proba(X), rtol=0, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_logistic_regression_is_scikit_learns(n_classes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    y = np.digitize(X[:, 0] + rng.normal(size=90), [0.0, 0.7][: n_classes - 1])
    model = fit(logistic_regression, X, y, n_classes=n_classes, C=0.5)
    assert np.array_equal(
        model.scores(X), Reference(C=0.5, max_iter=1000).fit(X, y).predict_proba(X)
    )


def test_a_fit_that_runs_out_of_iterations_is_a_model_and_no_warning():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 3))
    model = fit(logistic_regression, X, (X[:, 0] > 0).astype(int), n_classes=2, max_iter=1)
    assert np.isfinite(model.scores(X)).all()


def test_the_baseline_answers_the_weighted_shares():
    model = fit(
        dummy, np.zeros((3, 1)), np.array([0, 0, 2]), n_classes=4, weight=np.array([1.0, 1.0, 6.0])
    )
    assert model.scores(np.zeros((2, 1))).tolist() == [[0.25, 0.0, 0.75, 0.0]] * 2


def test_the_baseline_answers_the_weighted_mean():
    model = fit(dummy, np.zeros((2, 1)), np.array([1.0, 5.0]), weight=np.array([3.0, 1.0]))
    assert model.scores(np.zeros((1, 1))).tolist() == [[2.0]]
