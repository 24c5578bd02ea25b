"""Rows that are equal in truth and answer weigh as one, and every metric scores them the same."""

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.alike import Alike
from modelyard.protocols.metrics import Wants

METRICS = {
    key: metric
    for key, metric in Catalog().metrics().items()
    if Task.MULTICLASS in metric.card.tasks
}


def test_labels_are_as_many_rows_as_there_are_pairs_of_truth_and_answer():
    alike = Alike.of(np.array([0, 1, 1, 0, 1]), np.array([0, 1, 0, 0, 1]))

    assert list(zip(alike.y_true.tolist(), alike.y_pred.tolist(), strict=True)) == [
        (0, 0),
        (1, 0),
        (1, 1),
    ]
    assert alike.totals(np.array([1.0, 2.0, 4.0, 8.0, 16.0])).tolist() == [9.0, 4.0, 18.0]


def test_another_weighting_gives_other_totals():
    alike = Alike.of(np.array([0, 0, 1]), np.array([1, 1, 0]))

    assert alike.totals(np.ones(3)).tolist() == [2.0, 1.0]
    assert alike.totals(np.array([0.0, 3.0, 5.0])).tolist() == [3.0, 5.0]


def test_probabilities_that_differ_are_left_as_they_are():
    assert Alike.of(np.array([0, 1]), np.array([[0.4, 0.6], [0.5, 0.5]])) is None


@pytest.mark.parametrize("key", METRICS)
def test_a_score_of_equal_rows_is_that_of_all_rows(key):
    metric, rng = METRICS[key], np.random.default_rng(0)
    y_true, weight = rng.integers(0, 3, size=200), rng.integers(0, 4, size=200).astype(float)
    y_pred = rng.integers(0, 3, size=200)
    if metric.card.wants is Wants.PROBABILITIES:
        y_pred = np.tile([0.2, 0.5, 0.3], (200, 1))
    alike = Alike.of(y_true, y_pred)

    of_equal = metric.score(alike.y_true, alike.y_pred, alike.totals(weight))

    assert of_equal == pytest.approx(metric.score(y_true, y_pred, weight), rel=1e-12, nan_ok=True)
