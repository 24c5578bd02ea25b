"""Precision: of the rows that were given a label, the share that has it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import Pairs, average_by_class, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Precision:
    card = MetricCard(
        key="precision",
        title="Precision",
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
        return float(_precision(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once; `score` takes the number of classes from the codes."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _precision(pairs.count(weight))

    def script(self, n_classes: int) -> str:
        if n_classes == 2:
            return "metrics.precision_score(y, labels, sample_weight=weight)"
        return 'metrics.precision_score(y, labels, average="macro", sample_weight=weight)'


def _precision(confusion: FloatArray) -> FloatArray:
    return average_by_class(hits_of(confusion), confusion.sum(axis=-2), confusion=confusion)


COMPONENT = _Precision()
