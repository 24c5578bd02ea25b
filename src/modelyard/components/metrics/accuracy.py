"""Accuracy: the share of rows whose label is right."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Accuracy(Preparable):
    card = MetricCard(
        key="accuracy",
        title="Accuracy",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=True,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.LABELS,
        source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), p. 221",
        # The share of right answers is what one answer a row comes to, whatever the classes.
        is_default_for=frozenset({Task.MULTICLASS}),
    )

    def prepare(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        *,
        n_classes: int,  # noqa: ARG002 -- of the protocol
    ) -> WeightedScore:
        """Compare once; a product with zeros and ones is faster than picking the rows."""
        is_right = (y_true == y_pred).astype(np.float64)
        is_wrong = 1 - is_right

        def score(weight: FloatArray) -> FloatArray:
            right = weight @ is_right
            return share(right, right + weight @ is_wrong)

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.accuracy_score(y, labels, sample_weight=weight)"


COMPONENT = _Accuracy()
