"""MAPE: the size of the error as a share of the truth, on average."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _MeanAbsolutePercentageError(Preparable):
    card = MetricCard(
        key="mape",
        title="MAPE",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), p. 683",
        undefined="not defined where a true value is 0",
        loss=Loss.ABSOLUTE_ERROR,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Divide once; rows without weight may hold a truth of 0."""
        del n_classes
        is_zero = y_true == 0
        shares = np.abs(y_true - y_pred) / np.where(is_zero, 1.0, np.abs(y_true))
        zeros = is_zero.astype(np.float64)
        return lambda weight: np.where(weight @ zeros > 0, np.nan, weighted_mean(shares, weight))

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.mean_absolute_percentage_error(y, values, sample_weight=weight)"


COMPONENT = _MeanAbsolutePercentageError()
