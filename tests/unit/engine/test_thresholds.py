"""Labels are answered by the rule that was asked for, chosen on the rows that may choose."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.thresholds import choose_rule, cost_table, read_wish
from modelyard.runtime.decisions import decide_codes

METRICS = Catalog().metrics()
TWO, THREE = ("no", "yes"), ("a", "b", "c")


def wish(threshold=None, costs=None, labels=TWO):
    task = Task.BINARY if len(labels) == 2 else Task.MULTICLASS
    return read_wish(threshold, costs or {}, task=task, labels=labels, metrics=METRICS)


def rows(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    second = rng.random(n)
    return np.column_stack([1 - second, second]), (rng.random(n) < second).astype(np.int64)


def test_without_a_wish_the_more_probable_of_two_is_answered():
    assert wish().fixed == Rule()


def test_a_number_is_taken_as_it_is():
    assert wish(0.3).fixed == Rule(0.3)


def test_costs_move_the_threshold_to_their_ratio():
    asked = wish(costs={"false_positive": 1, "false_negative": 4})
    scores, y = rows(20_000)

    # Of calibrated probabilities the best threshold is 1 / (1 + 4).
    assert choose_rule(asked, scores, y_true=y).threshold == pytest.approx(0.2, abs=0.05)


def test_a_threshold_by_a_metric_is_at_least_as_good_as_one_half():
    scores, y = rows()
    rule = choose_rule(wish("f1"), scores, y_true=y)
    chosen, usual = (METRICS["f1"].score(y, decide_codes(scores, r)) for r in (rule, Rule()))

    assert chosen >= usual


def test_of_equally_good_thresholds_the_one_nearest_to_one_half_is_taken():
    scores = np.array([[0.9, 0.1], [0.1, 0.9]])

    assert choose_rule(wish("accuracy"), scores, y_true=np.array([0, 1])).threshold == 0.5


def test_costs_of_three_labels_answer_what_is_expected_to_cost_least():
    rule = wish(costs={"b": {"a": 10}}, labels=THREE).fixed
    scores = np.array([[0.6, 0.3, 0.1], [0.95, 0.03, 0.02]])

    # Of the first row: a costs 3.1, b costs 0.7, c costs 0.9.
    assert decide_codes(scores, rule).tolist() == [1, 0]


def test_the_costs_of_two_labels_can_be_given_by_label():
    by_kind = cost_table({"false_positive": 2, "false_negative": 7}, TWO)

    assert by_kind == cost_table({"no": {"yes": 2}, "yes": {"no": 7}}, TWO)


@pytest.mark.parametrize(
    ("threshold", "costs", "labels", "said"),
    [
        ("costs", None, TWO, "Give both"),
        (0.3, {"false_positive": 1}, TWO, "Give both"),
        (0.3, None, THREE, "Leave out the threshold"),
        ("roc-auc", None, TWO, "Use one of"),
        (None, {"maybe": {"yes": 1}}, TWO, "Its labels are"),
        (None, {"no": {"yes": -1}}, TWO, "Correct it"),
        (None, {"no": 3}, TWO, "For example"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(threshold, costs, labels, said):
    with pytest.raises(InvalidValue) as caught:
        wish(threshold, costs, labels)

    assert said in str(caught.value.fix)


def test_a_regression_has_no_threshold():
    with pytest.raises(InvalidValue, match="answers a number"):
        read_wish(0.3, {}, task=Task.REGRESSION, labels=(), metrics=METRICS)


def test_rows_of_one_label_cannot_choose():
    with pytest.raises(TooFewRows, match="both labels"):
        choose_rule(wish("f1"), np.full((5, 2), 0.5), y_true=np.zeros(5, dtype=np.int64))


@pytest.mark.parametrize("asked", [{"threshold": "f1"}, {"costs": {"false_negative": 3}}])
def test_a_row_of_weight_three_counts_as_three_rows(asked):
    scores, y = rows(200)
    weight = np.where(np.arange(200) % 2, 3.0, 1.0)
    times = np.repeat(np.arange(200), weight.astype(int))

    weighed = choose_rule(wish(**asked), scores, y_true=y, weight=weight)

    assert weighed == choose_rule(wish(**asked), scores[times], y_true=y[times])
