"""What other thresholds would answer is counted as the model itself would answer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.confusion import Pairs
from modelyard.domain.rules import Rule
from modelyard.engine.evaluation.trade_offs import trade_offs
from modelyard.runtime.decisions import decide_codes


def _scores(raised):
    raised = np.asarray(raised, dtype=float)
    return np.column_stack([1 - raised, raised])


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 7, 1000]), st.floats(0.0, 1.0))
def test_counts_are_those_of_the_decision_at_each_threshold(seed, n_rows, threshold):
    rng = np.random.default_rng(seed)
    scores, y_true = _scores(rng.beta(0.3, 3, n_rows).round(3)), rng.integers(0, 2, n_rows)

    told = trade_offs(scores, y_true, threshold=threshold)

    for at in rng.integers(0, len(told.thresholds), 5):
        answered = decide_codes(scores, Rule(told.thresholds[at]))
        counts = Pairs.of(y_true, answered, n_classes=2).count()
        assert (told.alarms[at], told.found[at]) == (counts[0, 1], counts[1, 1])


def test_the_threshold_of_the_model_and_every_hundredth_are_told():
    told = trade_offs(_scores([0.1, 0.9]), np.array([0, 1]), threshold=0.123)

    assert {0.0, 0.123, 0.37, 1.0} <= set(told.thresholds)
    assert (told.n_found, told.n_alarms) == (1, 1)


def test_many_rows_within_a_hundredth_are_told_apart():
    raised = np.linspace(0.0, 0.01, 5000)

    told = trade_offs(_scores(raised), np.zeros(5000, dtype=int), threshold=0.5)

    assert sum(each < 0.01 for each in told.thresholds) > 50
    assert len(told.thresholds) < 210
