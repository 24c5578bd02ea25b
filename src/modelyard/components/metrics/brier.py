"""Brier score: the squared distance of the probabilities from what happened, halved."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Brier(Preparable):
    card = MetricCard(
        key="brier",
        title="Brier score",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=False,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.PROBABILITIES,
        source="Brier: Verification of forecasts expressed in terms of probability (1950), p. 1, "
        "halved, which for two classes is the mean of (p - y)²",
        is_proper=True,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Measure the distances once; `y_pred` already shows all of `n_classes`."""
        del n_classes
        # |p - e|² = |p|² - 2 p_truth + 1, without a table of ones.
        of_truth = y_pred[np.arange(len(y_true)), y_true]
        distances = np.maximum(np.einsum("ij,ij->i", y_pred, y_pred) - 2 * of_truth + 1, 0) / 2
        return lambda weight: weighted_mean(distances, weight)

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return (
            "np.average(((probabilities - np.eye(probabilities.shape[1])[y]) ** 2).sum(axis=1), "
            "weights=weight) / 2"
        )


COMPONENT = _Brier()
