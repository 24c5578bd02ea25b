"""A model is measured beside its baseline, and only as well as the rows allow."""

from dataclasses import replace

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.charts import ChartKind, ChartSpec
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.estimates import (
    Scored,
    default_metric,
    draw_charts,
    evaluate,
    loss_of,
    metric_for,
    score_once,
)
from modelyard.engine.evaluation.resampling import IntervalUnit, Resampling
from modelyard.protocols.charts import ChartCard, ChartInput

METRICS = Catalog().metrics()


def judged(scored, key=None, seed=0):
    metric = metric_for(METRICS, scored.task, key=key)
    return evaluate(scored, metrics=METRICS, metric=metric, rng=np.random.default_rng(seed))


def binary(n=300, skill=2.0, seed=0):
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.3).astype(np.int64)
    raised = 1 / (1 + np.exp(-(skill * truth - 1 + rng.normal(size=n))))
    scores = np.column_stack([1 - raised, raised])
    return Scored(Task.BINARY, ("no", "yes"), truth, scores, np.tile([0.7, 0.3], (n, 1)))


def multiclass(n=200, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, size=n)
    scores = rng.dirichlet(np.ones(3), size=n) + 0.7 * np.eye(3)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    return Scored(Task.MULTICLASS, ("a", "b", "c"), truth, scores, np.full((n, 3), 1 / 3))


def regression(n=200, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(100, 10, size=n)
    scores = truth + rng.normal(0, noise, size=n)
    return Scored(Task.REGRESSION, (), truth, scores[:, None], np.full((n, 1), truth.mean()))


SCORED = [
    pytest.param(binary(), id="binary"),
    pytest.param(multiclass(), id="multiclass"),
    pytest.param(regression(), id="regression"),
]


@pytest.mark.parametrize("scored", SCORED)
def test_every_metric_of_the_task_is_measured_and_the_deciding_one_stands_first(scored):
    evaluation = judged(scored)
    fitting = {key for key, metric in METRICS.items() if scored.task in metric.card.tasks}

    assert {estimate.key for estimate in evaluation.metrics} == fitting
    assert len(evaluation.metrics) == len(fitting)
    assert evaluation.deciding.key == evaluation.metric == default_metric(METRICS, scored.task)


@pytest.mark.parametrize("scored", SCORED)
def test_a_model_with_skill_beats_the_baseline_on_the_deciding_metric(scored):
    deciding = judged(scored).deciding

    assert deciding.beats_baseline
    assert deciding.gain_low < deciding.gain < deciding.gain_high


@pytest.mark.parametrize("scored", SCORED)
def test_a_model_that_answers_like_the_baseline_gains_nothing(scored):
    same = replace(scored, scores=scored.baseline_scores)

    for estimate in judged(same).metrics:
        assert not estimate.beats_baseline
        assert estimate.gain == pytest.approx(0) or np.isnan(estimate.gain)


@pytest.mark.parametrize("scored", SCORED)
def test_values_lie_within_their_intervals_and_intervals_within_the_range(scored):
    for estimate in judged(scored).metrics:
        card = METRICS[estimate.key].card
        assert estimate.low <= estimate.value <= estimate.high
        assert card.minimum is None or estimate.low >= card.minimum
        assert card.maximum is None or estimate.high <= card.maximum


def test_a_gain_of_few_groups_is_no_larger_than_the_range_allows():
    scored = binary(40, skill=4.0)
    groups = Resampling(IntervalUnit.GROUP, np.arange(40) % 4, 4)
    scored = replace(scored, bound=groups)
    widest = [each for each in judged(scored).metrics if METRICS[each.key].card.width < 10]
    assert any(each.gain_high == METRICS[each.key].card.width for each in widest)
    assert all(each.gain_high <= METRICS[each.key].card.width for each in widest)


@pytest.mark.parametrize("scored", SCORED)
def test_the_same_seed_gives_the_same_evaluation(scored):
    assert judged(scored, seed=7) == judged(scored, seed=7)


def test_gain_is_positive_where_a_smaller_error_is_better():
    rmse = judged(regression()).deciding

    assert rmse.gain == pytest.approx(rmse.baseline - rmse.value)
    assert rmse.gain > 0


def test_a_model_without_skill_does_not_beat_the_baseline():
    assert not judged(binary(skill=0.0)).deciding.beats_baseline


def test_a_paired_gain_is_surer_than_two_separate_intervals():
    scored = regression(noise=5.0)
    rival = scored.scores + np.random.default_rng(9).normal(0, 0.5, size=scored.scores.shape) + 0.5
    rmse = judged(replace(scored, baseline_scores=rival)).deciding

    assert rmse.gain_high - rmse.gain_low < (rmse.high - rmse.low) / 2


def test_another_metric_may_decide():
    evaluation = judged(binary(), "log-loss")

    assert evaluation.metric == "log-loss"
    assert evaluation.deciding.key == "log-loss"


def test_an_unknown_metric_is_refused_with_the_nearest_and_those_of_the_task():
    with pytest.raises(UnknownKey, match="'acuracy'") as refusal:
        metric_for(METRICS, Task.BINARY, key="acuracy")

    assert "Did you mean 'accuracy'?" in refusal.value.fix
    assert "rmse" not in refusal.value.fix


def test_a_metric_of_another_task_is_refused_with_those_that_fit():
    with pytest.raises(InvalidValue, match="'rmse' does not fit a binary task") as refusal:
        metric_for(METRICS, Task.BINARY, key="rmse")

    assert "roc-auc" in refusal.value.fix


def test_the_confusion_matrix_has_the_truth_in_rows():
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]])
    scored = Scored(Task.BINARY, ("no", "yes"), np.array([0, 0, 0, 1]), scores, scores)

    assert judged(scored).confusion == ((1, 2), (0, 1))


def test_the_threshold_decides_and_is_met_by_equality():
    scores = np.array([[0.7, 0.3], [0.71, 0.29]])
    scored = Scored(Task.BINARY, ("no", "yes"), np.array([1, 0]), scores, scores, rule=Rule(0.3))

    assert judged(scored).confusion == ((1, 0), (0, 1))


def test_a_tie_of_many_classes_goes_to_the_first():
    scores = np.array([[0.2, 0.4, 0.4]])
    scored = Scored(Task.MULTICLASS, ("a", "b", "c"), np.array([1]), scores, scores)

    assert judged(scored).confusion == ((0, 0, 0), (0, 1, 0), (0, 0, 0))


def test_a_regression_has_no_confusion_matrix():
    assert judged(regression()).confusion == ()


def test_one_class_among_the_rows_leaves_roc_auc_undefined_and_the_rest_measured():
    scored = binary(50)
    scored = replace(scored, y_true=np.zeros(50, dtype=np.int64))
    evaluation = judged(scored)
    accuracy = next(each for each in evaluation.metrics if each.key == "accuracy")

    assert np.isnan(evaluation.deciding.value)
    assert np.isnan(evaluation.deciding.low)
    assert not evaluation.deciding.beats_baseline
    assert 0 <= accuracy.low <= accuracy.value


def test_one_row_has_a_score_but_no_interval():
    scored = regression(2)
    one = replace(
        scored,
        y_true=scored.y_true[:1],
        scores=scored.scores[:1],
        baseline_scores=scored.baseline_scores[:1],
    )
    rmse = judged(one).deciding

    assert rmse.value >= 0
    assert np.isnan(rmse.low)
    assert not rmse.beats_baseline


def test_draws_that_miss_a_class_do_not_spoil_the_interval():
    scored = binary(12, skill=4.0)
    truth = np.zeros(12, dtype=np.int64)
    truth[scored.scores[:, 1].argmax()] = 1

    auc = judged(replace(scored, y_true=truth)).deciding

    assert auc.value == 1.0
    assert (auc.low, auc.high) == (1.0, 1.0)


def test_few_rows_of_many_classes_are_still_averaged_over_classes():
    scores = np.array([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    scored = Scored(Task.MULTICLASS, ("a", "b", "c"), np.array([0, 1, 1]), scores, scores)
    recall = next(each for each in judged(scored).metrics if each.key == "recall")

    assert recall.value == pytest.approx((1 + 1 / 2) / 2)


def test_huge_errors_are_measured_without_a_warning():
    scored = regression(20)
    evaluation = judged(replace(scored, scores=scored.scores * 1e200))

    assert np.isinf(evaluation.deciding.value)
    assert not evaluation.deciding.beats_baseline


def test_many_rows_are_judged_by_the_standard_interval_within_the_range():
    n = 16_000
    truth = np.arange(n) % 2
    scores = np.tile([[1.0, 0.0], [0.0, 1.0]], (n // 2, 1))
    scores[0] = [0.0, 1.0]
    scored = Scored(Task.BINARY, ("no", "yes"), truth, scores, np.full((n, 2), 0.5))
    accuracy = judged(scored, "accuracy").deciding

    assert accuracy.value < 1.0
    assert accuracy.high == 1.0


def test_score_once_is_the_metric_of_the_decided_labels():
    scores = np.array([[0.9, 0.1], [0.2, 0.8]])
    truth = np.array([0, 0])

    assert score_once(METRICS["accuracy"], truth, scores=scores, task=Task.BINARY) == 0.5


def test_no_rows_have_no_score():
    score = score_once(METRICS["rmse"], np.empty(0), scores=np.empty((0, 1)), task=Task.REGRESSION)

    assert np.isnan(score)


@pytest.mark.parametrize("key", ["accuracy", "log-loss"])
def test_a_loss_is_smaller_for_better_scores_whatever_the_direction(key):
    right = np.eye(2)
    scored = Scored(Task.BINARY, ("a", "b"), np.array([0, 1]), right, right)
    loss, rows = loss_of(METRICS[key], scored), np.array([0, 1])

    assert loss(rows, right) < loss(rows, right[::-1])


def test_a_loss_of_some_rows_knows_their_truth_and_what_they_weigh():
    scores = np.zeros((3, 1))
    scored = Scored(
        Task.REGRESSION, (), np.array([5.0, 1.0, 3.0]), scores, scores, weight=np.array([9.0, 1, 3])
    )

    # (1 · 1 + 3 · 3) / 4 over the last two rows.
    assert loss_of(METRICS["mae"], scored)(np.array([1, 2]), scores[:2]) == 2.5


class Drawn:
    def __init__(self, key, order, task=Task.BINARY, shows=True):
        self.card = ChartCard(key, key, frozenset({task}), order)
        self.shows = shows

    def chart(self, subject):
        del subject
        if not self.shows:
            return None
        return ChartSpec(self.card.key, "", ChartKind.BARS, "", "", (), "")


def test_charts_come_in_their_order_without_those_of_other_tasks_and_empty_ones():
    charts = [
        Drawn("late", 9),
        Drawn("early", 1),
        Drawn("other", 0, Task.REGRESSION),
        Drawn("empty", 0, shows=False),
    ]
    subject = ChartInput(Task.BINARY, "t", np.array([0]), np.ones((1, 2)), ("a", "b"), ())

    specs = draw_charts({chart.card.key: chart for chart in charts}, subject)

    assert [spec.key for spec in specs] == ["early", "late"]
