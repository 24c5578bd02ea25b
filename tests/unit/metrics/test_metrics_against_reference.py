"""Each metric equals scikit-learn's, weights and ties included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from modelyard.catalog import Catalog

METRICS = Catalog().metrics()
SEEDS = st.integers(0, 2**32 - 1)


def labels(seed, n_classes):
    """Return truth, answer and weight; often few rows, so that classes are missing."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    truth, answer = rng.integers(0, n_classes, size=(2, n))
    return truth, answer, rng.exponential(size=n) + 0.01


def probabilities(seed, n_classes):
    """Return truth, probabilities with many ties, and weight; every class occurs."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(n_classes, 40))
    truth = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    raw = rng.integers(1, 5, size=(n, n_classes)).astype(float)
    return truth, raw / raw.sum(axis=1, keepdims=True), rng.exponential(size=n) + 0.01


def values(seed):
    rng = np.random.default_rng(seed)
    truth, answer = rng.normal(scale=10, size=(2, int(rng.integers(2, 40))))
    return truth, answer, rng.exponential(size=len(truth)) + 0.01


@given(SEEDS, st.integers(2, 5))
def test_accuracy(seed, n_classes):
    truth, answer, weight = labels(seed, n_classes)
    expected = reference.accuracy_score(truth, answer, sample_weight=weight)

    assert METRICS["accuracy"].score(truth, answer, weight) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("key", ["precision", "recall", "f1"])
@given(seed=SEEDS)
def test_of_two_classes_the_second_is_the_positive_one(key, seed):
    truth, answer, weight = labels(seed, 2)
    function = getattr(reference, f"{key}_score")
    expected = function(truth, answer, sample_weight=weight, zero_division=0)

    assert METRICS[key].score(truth, answer, weight) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("key", ["precision", "recall", "f1"])
@given(seed=SEEDS, n_classes=st.integers(3, 6))
def test_of_more_classes_those_that_occur_are_averaged(key, seed, n_classes):
    truth, answer, weight = labels(seed, n_classes)
    function = getattr(reference, f"{key}_score")
    options = {"average": "macro", "zero_division": 0}
    expected = function(truth, answer, sample_weight=weight, **options)

    score = METRICS[key].prepare(truth, answer, n_classes=n_classes)(weight)

    assert score == pytest.approx(expected, rel=1e-12)


@given(SEEDS)
def test_roc_auc_of_two_classes(seed):
    truth, answer, weight = probabilities(seed, 2)
    expected = reference.roc_auc_score(truth, answer[:, 1], sample_weight=weight)

    assert METRICS["roc-auc"].score(truth, answer, weight) == pytest.approx(expected, abs=1e-12)


@given(SEEDS, st.integers(3, 5))
def test_roc_auc_of_more_classes_averages_each_against_the_rest(seed, n_classes):
    truth, answer, weight = probabilities(seed, n_classes)
    expected = reference.roc_auc_score(
        truth, answer, sample_weight=weight, multi_class="ovr", average="macro"
    )

    assert METRICS["roc-auc"].score(truth, answer, weight) == pytest.approx(expected, abs=1e-12)


@given(SEEDS, st.integers(2, 5))
def test_log_loss(seed, n_classes):
    truth, answer, weight = probabilities(seed, n_classes)
    expected = reference.log_loss(
        truth, answer, sample_weight=weight, labels=list(range(n_classes))
    )

    assert METRICS["log-loss"].score(truth, answer, weight) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("mae", "mean_absolute_error"),
        ("mse", "mean_squared_error"),
        ("rmse", "root_mean_squared_error"),
        ("r2", "r2_score"),
    ],
)
@given(seed=SEEDS)
def test_errors_of_values(key, name, seed):
    truth, answer, weight = values(seed)
    expected = getattr(reference, name)(truth, answer, sample_weight=weight)

    score = METRICS[key].score(truth, answer, weight)

    assert score == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_sure_and_wrong_probability_leaves_the_log_loss_finite():
    truth, answer = np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]])

    score = METRICS["log-loss"].score(truth, answer)

    assert score == pytest.approx(reference.log_loss(truth, answer), rel=1e-9)


def test_roc_auc_is_not_defined_where_one_class_occurs():
    assert np.isnan(METRICS["roc-auc"].score(np.zeros(3, int), np.full((3, 2), 0.5)))
    assert np.isnan(METRICS["roc-auc"].score(np.zeros(3, int), np.full((3, 3), 1 / 3)))


def test_roc_auc_leaves_out_a_class_that_does_not_occur():
    truth = np.array([0, 1, 0, 1])
    answer = np.array([[0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1], [0.7, 0.2, 0.1]])
    first, second = (reference.roc_auc_score(truth == code, answer[:, code]) for code in (0, 1))

    score = METRICS["roc-auc"].score(truth, answer)

    assert score == pytest.approx((first + second) / 2)


def test_r2_is_not_defined_where_the_truth_does_not_vary():
    truth = np.full(5, 0.1)

    assert np.isnan(METRICS["r2"].score(truth, truth + 1))


def test_r2_looks_only_at_rows_that_have_weight():
    truth, weight = np.array([2.0, 2.0, 9.0]), np.array([1.0, 1.0, 0.0])

    assert np.isnan(METRICS["r2"].score(truth, truth, weight))


@pytest.mark.parametrize("key", ["precision", "recall", "f1"])
def test_rows_that_show_two_of_three_classes_are_still_averaged_over_classes(key):
    truth, answer = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    weight = np.ones(4)
    function = getattr(reference, f"{key}_score")

    of_three = METRICS[key].prepare(truth, answer, n_classes=3)(weight)

    assert of_three == pytest.approx(function(truth, answer, average="macro"))
    assert of_three != pytest.approx(METRICS[key].score(truth, answer))
