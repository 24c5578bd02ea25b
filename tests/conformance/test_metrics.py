"""What every metric in the catalog must keep, whoever wrote it."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import Preparable, Wants

METRICS = Catalog().metrics()
N_CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 4, Task.REGRESSION: 0}
CASES = [
    pytest.param(metric, task, id=f"{key}-{task}")
    for key, metric in METRICS.items()
    for task in sorted(metric.card.tasks)
]
PREPARABLE = [case for case in CASES if isinstance(case.values[0], Preparable)]
every_metric = pytest.mark.parametrize(("metric", "task"), CASES)


def truth_of(task, rng, n=120):
    if task is Task.REGRESSION:
        return rng.normal(10, 3, size=n)
    codes = rng.integers(0, N_CLASSES[task], size=n)
    codes[: N_CLASSES[task]] = np.arange(N_CLASSES[task])
    return codes


def perfect(metric, task, truth):
    if metric.card.wants is Wants.PROBABILITIES:
        return np.eye(N_CLASSES[task])[truth]
    return truth.copy()


def random_answer(metric, task, rng, n=120):
    if metric.card.wants is Wants.VALUES:
        return rng.normal(10, 3, size=n)
    scores = rng.dirichlet(np.ones(N_CLASSES[task]), size=n)
    return scores if metric.card.wants is Wants.PROBABILITIES else scores.argmax(axis=1)


def is_in_range(metric, score):
    low = -np.inf if metric.card.minimum is None else metric.card.minimum
    high = np.inf if metric.card.maximum is None else metric.card.maximum
    return low <= score <= high


@every_metric
def test_perfect_answers_score_the_best_value(metric, task):
    truth = truth_of(task, np.random.default_rng(0))

    score = metric.score(truth, perfect(metric, task, truth))

    assert score == pytest.approx(metric.card.ideal, abs=1e-12)


@every_metric
def test_perfect_answers_beat_random_ones(metric, task):
    rng = np.random.default_rng(1)
    truth = truth_of(task, rng)
    good = metric.score(truth, perfect(metric, task, truth))
    bad = metric.score(truth, random_answer(metric, task, rng))

    assert metric.card.goodness(good) > metric.card.goodness(bad)


@every_metric
def test_a_whole_weight_counts_as_that_many_rows(metric, task):
    rng = np.random.default_rng(2)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)
    weight = rng.integers(0, 4, size=len(truth))

    weighted = metric.score(truth, answer, weight.astype(float))
    repeated = metric.score(np.repeat(truth, weight), np.repeat(answer, weight, axis=0))

    assert weighted == pytest.approx(repeated, rel=1e-12)


@every_metric
def test_equal_weights_are_no_weights(metric, task):
    rng = np.random.default_rng(3)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)

    weighted = metric.score(truth, answer, np.full(len(truth), 2.5))

    assert weighted == pytest.approx(metric.score(truth, answer), rel=1e-12)


@every_metric
def test_the_order_of_rows_does_not_matter(metric, task):
    rng = np.random.default_rng(4)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)
    order = rng.permutation(len(truth))

    shuffled = metric.score(truth[order], answer[order])

    assert shuffled == pytest.approx(metric.score(truth, answer), rel=1e-12)


@every_metric
@pytest.mark.parametrize("seed", range(5))
def test_a_score_lies_in_the_range_of_the_card(metric, task, seed):
    rng = np.random.default_rng(seed)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)

    assert is_in_range(metric, metric.score(truth, answer, rng.exponential(size=len(truth))))


@every_metric
def test_rows_of_one_class_or_value_score_in_range_or_are_not_defined(metric, task):
    rng = np.random.default_rng(5)
    truth = np.full(30, 7.0) if task is Task.REGRESSION else np.ones(30, dtype=np.int64)

    score = metric.score(truth, random_answer(metric, task, rng, n=30))

    assert np.isnan(score) or is_in_range(metric, score)


@every_metric
def test_where_one_class_or_value_leaves_no_score_the_card_says_why(metric, task):
    truth = np.full(40, 1 if task.is_classification else 7.5)
    score = metric.score(truth, random_answer(metric, task, np.random.default_rng(6), n=40))

    assert metric.card.undefined or not np.isnan(score)


@every_metric
def test_without_any_weight_there_is_no_score(metric, task):
    rng = np.random.default_rng(6)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)

    assert np.isnan(metric.score(truth, answer, np.zeros(len(truth))))


@every_metric
def test_nothing_is_written_into_what_is_scored(metric, task):
    rng = np.random.default_rng(7)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)
    weight = rng.exponential(size=len(truth))
    before = truth.copy(), answer.copy(), weight.copy()

    metric.score(truth, answer, weight)

    for old, new in zip(before, (truth, answer, weight), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(("metric", "task"), PREPARABLE)
def test_a_prepared_metric_scores_as_an_unprepared_one(metric, task):
    rng = np.random.default_rng(8)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)
    weight = rng.exponential(size=len(truth))

    prepared = metric.prepare(truth, answer, n_classes=N_CLASSES[task])

    assert prepared(weight) == metric.score(truth, answer, weight)


@pytest.mark.parametrize(("metric", "task"), PREPARABLE)
def test_a_prepared_metric_scores_many_weightings_as_each_by_itself(metric, task):
    rng = np.random.default_rng(9)
    truth, answer = truth_of(task, rng), random_answer(metric, task, rng)
    weights = rng.poisson(0.7, size=(4, 3, len(truth))).astype(float)
    weights[0, 0] = 0.0
    weights[1, 1, truth != truth[0]] = 0.0

    prepared = metric.prepare(truth, answer, n_classes=N_CLASSES[task])
    together = prepared(weights)

    assert together.shape == (4, 3)
    alone = [[float(prepared(each)) for each in row] for row in weights]
    np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-15)
    assert np.isnan(together[0, 0])


@pytest.mark.parametrize("key", sorted(METRICS))
def test_a_card_tells_its_title_tasks_and_source(key):
    card = METRICS[key].card

    assert card.key == key
    assert card.title
    assert card.tasks
    assert card.source


@pytest.mark.parametrize("key", sorted(METRICS))
def test_values_are_for_regression_and_labels_for_classes(key):
    card = METRICS[key].card

    assert (card.wants is Wants.VALUES) == (card.tasks == {Task.REGRESSION})


@pytest.mark.parametrize("task", list(Task))
def test_one_metric_decides_where_the_user_names_none(task):
    deciding = [key for key, metric in METRICS.items() if task in metric.card.is_default_for]

    assert len(deciding) == 1
    assert task in METRICS[deciding[0]].card.tasks
