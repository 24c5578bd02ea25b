"""Explained variance: R² that forgives a constant bias."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants

FloatArray = npt.NDArray[np.float64]


class _ExplainedVariance:
    card = MetricCard(
        key="explained-variance",
        title="Explained variance",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=True,
        minimum=None,
        maximum=1.0,
        wants=Wants.VALUES,
        source="Draper, Smith: Applied Regression Analysis (1998), p. 33, about the mean "
        "of the errors",
        undefined="not defined where the truth does not vary",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        weight = np.ones(len(y_true)) if weight is None else weight
        return self.prepare(y_true, y_pred, n_classes=0)(weight)

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> Callable[[FloatArray], float]:
        """Subtract once."""
        del n_classes
        errors = y_true - y_pred

        def score(weight: FloatArray) -> float:
            counted = y_true[weight > 0]
            if len(counted) == 0 or counted.min() == counted.max():
                return float("nan")
            of_errors = weighted_mean((errors - weighted_mean(errors, weight)) ** 2, weight)
            of_truth = weighted_mean((y_true - weighted_mean(y_true, weight)) ** 2, weight)
            return 1.0 - of_errors / of_truth

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.explained_variance_score(y, values, sample_weight=weight)"


COMPONENT = _ExplainedVariance()
