"""Bias: the mean error, positive where predictions are too high (mean bias error)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _Bias(Preparable):
    card = MetricCard(
        key="bias",
        title="Bias",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=None,
        maximum=None,
        wants=Wants.VALUES,
        source="Willmott, Matsuura: Advantages of the mean absolute error (2005), p. 80",
        best=0.0,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Subtract once."""
        del n_classes
        errors = y_pred - y_true
        return lambda weight: weighted_mean(errors, weight)


COMPONENT = _Bias()
