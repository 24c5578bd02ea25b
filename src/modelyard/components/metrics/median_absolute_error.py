"""Median absolute error: half of the rows are off by less, in the unit of the target."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import median_of_sorted
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _MedianAbsoluteError(Preparable):
    card = MetricCard(
        key="median-absolute-error",
        title="Median absolute error",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), p. 682",
        loss=Loss.ABSOLUTE_ERROR,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Sort once; the median is where half of the weight is reached."""
        del n_classes
        errors = np.abs(y_true - y_pred)
        order = np.argsort(errors, kind="stable")
        ordered = errors[order]
        return lambda weight: median_of_sorted(ordered, weight.take(order, axis=-1))

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.median_absolute_error(y, values, sample_weight=weight)"


COMPONENT = _MedianAbsoluteError()
