"""Candidates are ranked by a metric that tells them apart."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from competitions import CATALOG, arena

from modelyard.domain.tasks import Task
from modelyard.engine.automl.entering import ranking
from modelyard.engine.evaluation.judging import Judge
from modelyard.protocols.progress import Silence


def judge(place, key):
    workshop = SimpleNamespace(catalog=CATALOG, progress=Silence())
    return Judge(place.plan, None, None, CATALOG.metrics()[key], workshop)


def with_target(place, y):
    return replace(place, plan=replace(place.plan, y=y))


def test_the_metric_that_decides_ranks_where_one_fold_has_both_classes():
    place = arena()
    y = place.plan.y.copy()
    for fold in place.folds[1:]:
        y[fold.held] = 0
    found = with_target(place, y)
    assert ranking(judge(found, "roc-auc"), found).metric.card.key == "roc-auc"


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_every_metric_tells_something_of_usual_rows(task):
    place = arena(task=task)
    # One metric takes logarithms.
    place = with_target(place, np.abs(place.plan.y))
    for key, metric in CATALOG.metrics().items():
        if task in metric.card.tasks:
            assert ranking(judge(place, key), place).metric.card.key == key


@pytest.mark.parametrize(
    ("task", "decides", "ranks"),
    [
        (Task.BINARY, "roc-auc", "log-loss"),
        (Task.BINARY, "f1", "log-loss"),
        (Task.BINARY, "mcc", "log-loss"),
        (Task.REGRESSION, "r2", "rmse"),
    ],
)
def test_another_ranks_where_that_tells_nothing_of_any_fold(task, decides, ranks):
    place = arena(task=task)
    found = with_target(place, np.zeros_like(place.plan.y))
    assert ranking(judge(found, decides), found).metric.card.key == ranks
