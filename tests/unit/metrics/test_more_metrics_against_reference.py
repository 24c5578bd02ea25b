"""Metrics of labels, probabilities and values equal scikit-learn's, and say where there is none."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics as reference

from modelyard.catalog import Catalog

METRICS = Catalog().metrics()
SEEDS = st.integers(0, 2**32 - 1)
CLOSE = {"rel": 1e-9, "abs": 1e-9}


def of_sklearn(name, *arguments, **options):
    """Return scikit-learn's score; what it warns of is not what is tested here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(reference, name)(*arguments, **options)


def codes(seed, n_classes):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    truth, answer = rng.integers(0, n_classes, size=(2, n))
    return truth, answer, rng.exponential(size=n) + 0.01


def shares(seed, n_classes, *, with_ties):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(n_classes, 40))
    truth = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    raw = rng.integers(1, 5, (n, n_classes)) if with_ties else rng.random((n, n_classes))
    return truth, raw / raw.sum(axis=1, keepdims=True), rng.exponential(size=n) + 0.01


def amounts(seed):
    rng = np.random.default_rng(seed)
    truth, answer = rng.exponential(scale=10, size=(2, int(rng.integers(2, 40)))) + 0.1
    return truth, answer, rng.exponential(size=len(truth)) + 0.01


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("balanced-accuracy", "balanced_accuracy_score"),
        ("mcc", "matthews_corrcoef"),
        ("cohen-kappa", "cohen_kappa_score"),
    ],
)
@given(seed=SEEDS, n_classes=st.integers(2, 5))
def test_agreement_of_labels(key, name, seed, n_classes):
    truth, answer, weight = codes(seed, n_classes)
    arguments = (truth, answer)
    expected = of_sklearn(name, *arguments, sample_weight=weight)
    # Of one class alone, agreement by chance is all there is: ours is defined, theirs may not be.
    assume(len(np.union1d(truth, answer)) > 1)

    score = METRICS[key].score(truth, answer, weight)

    assert score == pytest.approx(expected, **CLOSE, nan_ok=True)


@given(SEEDS)
def test_specificity_is_the_recall_of_the_first_of_two_classes(seed):
    truth, answer, weight = codes(seed, 2)
    expected = reference.recall_score(
        truth, answer, pos_label=0, sample_weight=weight, zero_division=0
    )

    assert METRICS["specificity"].score(truth, answer, weight) == pytest.approx(expected, **CLOSE)


def test_specificity_of_more_classes_averages_each_against_the_rest():
    truth, answer = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1])
    by_class = [2 / 2, 1 / 3, 3 / 3]

    assert METRICS["specificity"].score(truth, answer) == pytest.approx(np.mean(by_class))


@given(SEEDS, st.integers(2, 5))
def test_brier_is_half_the_squared_distance(seed, n_classes):
    truth, answer, weight = shares(seed, n_classes, with_ties=True)
    expected = reference.brier_score_loss(
        truth, answer, sample_weight=weight, labels=list(range(n_classes)), scale_by_half=True
    )

    assert METRICS["brier"].score(truth, answer, weight) == pytest.approx(expected, **CLOSE)


@given(SEEDS)
def test_average_precision_of_two_classes(seed):
    truth, answer, weight = shares(seed, 2, with_ties=True)
    expected = reference.average_precision_score(truth, answer[:, 1], sample_weight=weight)

    score = METRICS["average-precision"].score(truth, answer, weight)

    assert score == pytest.approx(expected, **CLOSE)


@given(SEEDS, st.integers(3, 5))
def test_average_precision_of_more_classes_averages_each_against_the_rest(seed, n_classes):
    truth, answer, weight = shares(seed, n_classes, with_ties=True)
    expected = reference.average_precision_score(
        np.eye(n_classes)[truth], answer, sample_weight=weight, average="macro"
    )

    score = METRICS["average-precision"].score(truth, answer, weight)

    assert score == pytest.approx(expected, **CLOSE)


@given(SEEDS, st.integers(3, 6))
def test_top_two_accuracy(seed, n_classes):
    truth, answer, weight = shares(seed, n_classes, with_ties=False)
    expected = reference.top_k_accuracy_score(
        truth, answer, k=2, sample_weight=weight, labels=list(range(n_classes))
    )

    score = METRICS["top-2-accuracy"].score(truth, answer, weight)

    assert score == pytest.approx(expected, **CLOSE)


def test_calibration_error_is_the_distance_of_claim_and_outcome_in_each_bin():
    sure, unsure = [0.01, 0.99], [0.45, 0.55]
    truth = np.array([1, 1, 1, 0, 1, 0])
    answer = np.array([sure] * 4 + [unsure] * 2)
    # Four rows claim 0.99 and three are right, two claim 0.55 and one is right.
    expected = 4 / 6 * (0.99 - 0.75) + 2 / 6 * (0.55 - 0.5)

    assert METRICS["ece"].score(truth, answer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("key", "name", "options"),
    [
        ("median-absolute-error", "median_absolute_error", {}),
        ("mape", "mean_absolute_percentage_error", {}),
        ("rmsle", "root_mean_squared_log_error", {}),
        ("explained-variance", "explained_variance_score", {}),
        ("pinball-loss", "mean_pinball_loss", {"alpha": 0.9}),
    ],
)
@given(seed=SEEDS)
def test_errors_of_amounts(key, name, options, seed):
    truth, answer, weight = amounts(seed)
    expected = getattr(reference, name)(truth, answer, sample_weight=weight, **options)

    assert METRICS[key].score(truth, answer, weight) == pytest.approx(expected, **CLOSE)


@given(SEEDS)
def test_the_median_of_unweighted_errors_is_the_plain_median(seed):
    truth, answer, _ = amounts(seed)
    expected = reference.median_absolute_error(truth, answer)

    assert METRICS["median-absolute-error"].score(truth, answer) == pytest.approx(expected, **CLOSE)


@given(SEEDS)
def test_max_error_looks_only_at_rows_with_weight(seed):
    truth, answer, _ = amounts(seed)
    weight = np.ones(len(truth))
    weight[np.argmax(np.abs(truth - answer))] = 0.0
    kept = weight > 0

    expected = reference.max_error(truth[kept], answer[kept])

    assert METRICS["max-error"].score(truth, answer, weight) == pytest.approx(expected)


def test_smape_lies_between_0_and_2_and_takes_two_zeros_for_no_error():
    truth, answer = np.array([0.0, 0.0, 1.0]), np.array([0.0, 5.0, 3.0])

    assert METRICS["smape"].score(truth, answer) == pytest.approx((0 + 2 + 1) / 3)


def test_bias_is_positive_where_predictions_are_too_high():
    assert METRICS["bias"].score(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == pytest.approx(1.0)


def test_a_bias_of_either_sign_is_worse_than_none():
    card = METRICS["bias"].card

    assert card.goodness(0.0) > card.goodness(1.0) == card.goodness(-1.0)


@pytest.mark.parametrize(
    ("key", "truth", "answer"),
    [
        ("mape", [0.0, 1.0], [1.0, 1.0]),
        ("rmsle", [-1.0, 1.0], [1.0, 1.0]),
        ("rmsle", [1.0, 1.0], [-2.0, 1.0]),
        ("explained-variance", [1.0, 1.0], [1.0, 2.0]),
    ],
)
def test_there_is_no_figure_and_the_card_says_why(key, truth, answer):
    metric = METRICS[key]

    assert np.isnan(metric.score(np.array(truth), np.array(answer)))
    assert metric.card.undefined


def test_a_row_without_weight_leaves_a_figure_defined():
    truth, answer, weight = np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.array([0.0, 1.0])

    assert METRICS["mape"].score(truth, answer, weight) == pytest.approx(0.5)


def test_one_answer_for_all_rows_explains_exactly_nothing():
    rng = np.random.default_rng(0)
    truth, weight = rng.normal(1e3, 1.0, 101), rng.integers(0, 3, (50, 101)).astype(float)
    score = METRICS["explained-variance"].prepare(truth, np.full(101, 999.9), n_classes=0)

    assert (score(weight) == 0.0).all()


def test_a_correlation_with_one_true_class_is_exactly_zero():
    truth, answers = np.zeros(10, dtype=int), np.repeat([0, 1, 2], [2, 7, 1])

    assert METRICS["mcc"].score(truth, answers) == 0.0
