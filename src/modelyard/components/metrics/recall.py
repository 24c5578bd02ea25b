"""Recall: of the rows that have a label, the share that was given it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import Pairs, average_by_class, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Recall:
    card = MetricCard(
        key="recall",
        title="Recall",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="van Rijsbergen: Information Retrieval (1979), chapter 7; more than two classes: "
        "Sokolova, Lapalme: A systematic analysis of performance measures (2009), table 3, macro",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        return float(_recall(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once; `score` takes the number of classes from the codes."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _recall(pairs.count(weight))

    def script(self, n_classes: int) -> str:
        if n_classes == 2:
            return "metrics.recall_score(y, labels, sample_weight=weight)"
        return 'metrics.recall_score(y, labels, average="macro", sample_weight=weight)'


def _recall(confusion: FloatArray) -> FloatArray:
    return average_by_class(hits_of(confusion), confusion.sum(axis=-1), confusion=confusion)


COMPONENT = _Recall()
