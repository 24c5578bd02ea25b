"""Pinball loss of the 90 % quantile: too low costs nine times what too high does."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]

# A model of the mean is judged by it as a forecast that has to be on the safe side.
_QUANTILE = 0.9


class _PinballLoss(Preparable):
    card = MetricCard(
        key="pinball-loss",
        title="Pinball loss (90 %)",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Koenker, Bassett: Regression quantiles (1978), p. 38",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Weigh both sides once."""
        del n_classes
        errors = y_true - y_pred
        losses = np.maximum(_QUANTILE * errors, (_QUANTILE - 1) * errors)
        return lambda weight: weighted_mean(losses, weight)


COMPONENT = _PinballLoss()
