"""Balanced accuracy: the share of right answers within a class, averaged over the classes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.confusion import Pairs, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _BalancedAccuracy:
    card = MetricCard(
        key="balanced-accuracy",
        title="Balanced accuracy",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Brodersen, Ong, Stephan, Buhmann: The balanced accuracy and its posterior "
        "distribution (2010), p. 3122",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        return float(_balanced(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _balanced(pairs.count(weight))

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.balanced_accuracy_score(y, labels, sample_weight=weight)"


def _balanced(confusion: FloatArray) -> FloatArray:
    totals = confusion.sum(axis=-1)
    occurs = totals > 0
    recalls = np.divide(hits_of(confusion), totals, out=np.zeros(totals.shape), where=occurs)
    return share(recalls.sum(axis=-1), occurs.sum(axis=-1))


COMPONENT = _BalancedAccuracy()
