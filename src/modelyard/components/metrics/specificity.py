"""Specificity: of the rows that are not of the class, the share that is not taken for it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.confusion import Pairs, average_by_class, hits_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Specificity:
    card = MetricCard(
        key="specificity",
        title="Specificity",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Yerushalmy: Statistical problems in assessing methods of medical diagnosis (1947); "
        "more than two classes: the mean of each against the rest, classes weighing the same",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        return float(_specificity(Pairs.of(y_true, y_pred).count(weight)))

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Pair truth and answer once."""
        pairs = Pairs.of(y_true, y_pred, n_classes=n_classes)
        return lambda weight: _specificity(pairs.count(weight))


def _specificity(confusion: FloatArray) -> FloatArray:
    others = confusion.sum(axis=(-2, -1))[..., None] - confusion.sum(axis=-1)
    false_alarms = confusion.sum(axis=-2) - hits_of(confusion)
    return average_by_class(others - false_alarms, others, confusion=confusion)


COMPONENT = _Specificity()
