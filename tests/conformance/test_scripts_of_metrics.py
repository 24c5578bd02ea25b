"""Whatever a metric offers as an expression is what it scores."""

import numpy as np
import pytest
from sklearn import metrics

from modelyard.catalog import Catalog
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import Wants
from modelyard.protocols.scripts import ScriptedMetric

CLASSES = {Task.REGRESSION: 0, Task.BINARY: 2, Task.MULTICLASS: 3}
METRICS = Catalog().metrics()
CASES = [
    pytest.param(key, task, id=f"{key}-{task}")
    for key, each in sorted(METRICS.items())
    if isinstance(each, ScriptedMetric)
    for task in sorted(each.card.tasks)
]


def predicted(task):
    """Truth and answers of 80 rows, by the name that expressions call them."""
    rng = np.random.default_rng(5)
    n_classes = CLASSES[task]
    if not n_classes:
        y = rng.uniform(1, 100, size=80)
        return y, {Wants.VALUES: y + rng.normal(size=80) * 0.5}
    probabilities = rng.dirichlet(np.ones(n_classes), size=80)
    y = np.array([rng.choice(n_classes, p=row) for row in probabilities])
    labels = probabilities.argmax(axis=1)
    return y, {Wants.PROBABILITIES: probabilities, Wants.LABELS: labels}


@pytest.mark.parametrize("is_weighed", [False, True])
@pytest.mark.parametrize(("key", "task"), CASES)
def test_the_expression_of_a_metric_gives_its_score(key, task, is_weighed):
    y, answers = predicted(task)
    metric = METRICS[key]
    weight = np.random.default_rng(1).integers(1, 5, size=80).astype(float) if is_weighed else None
    given = {"np": np, "metrics": metrics, "y": y, "weight": weight}
    given |= {wants.value: values for wants, values in answers.items()}
    got = eval(metric.script(CLASSES[task]), given)  # noqa: S307 -- our own source
    assert got == pytest.approx(metric.score(y, answers[metric.card.wants], weight), rel=1e-9)
