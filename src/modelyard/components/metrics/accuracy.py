"""Accuracy: the share of rows whose label is right."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants


class _Accuracy:
    card = MetricCard(
        key="accuracy",
        title="Accuracy",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), p. 221",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        weight = np.ones(len(y_true)) if weight is None else weight
        right = float(weight[y_true == y_pred].sum())
        wrong = float(weight[y_true != y_pred].sum())
        return right / (right + wrong) if right + wrong > 0 else float("nan")


COMPONENT = _Accuracy()
