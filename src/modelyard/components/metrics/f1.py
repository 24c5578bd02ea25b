"""F1: the harmonic mean of precision and recall."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import Pairs, average_by_class, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _F1:
    card = MetricCard(
        key="f1",
        title="F1",
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
        return float(_f1(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once; `score` takes the number of classes from the codes."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _f1(pairs.count(weight))

    def script(self, n_classes: int) -> str:
        if n_classes == 2:
            return "metrics.f1_score(y, labels, sample_weight=weight)"
        return 'metrics.f1_score(y, labels, average="macro", sample_weight=weight)'


def _f1(confusion: FloatArray) -> FloatArray:
    totals = confusion.sum(axis=-2) + confusion.sum(axis=-1)
    return average_by_class(2 * hits_of(confusion), totals, confusion=confusion)


COMPONENT = _F1()
