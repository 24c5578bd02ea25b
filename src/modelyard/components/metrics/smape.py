"""sMAPE: the size of the error as a share of the mean of truth and prediction, on average."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _SymmetricPercentageError(Preparable):
    card = MetricCard(
        key="smape",
        title="sMAPE",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=2.0,
        wants=Wants.VALUES,
        source="Makridakis: Accuracy measures: theoretical and practical concerns (1993); with "
        "sizes in the denominator as in Chen, Yang: Assessing forecast accuracy measures (2004)",
        loss=Loss.ABSOLUTE_ERROR,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Divide once; where truth and prediction are both 0 there is no error."""
        del n_classes
        sizes = (np.abs(y_true) + np.abs(y_pred)) / 2
        errors = np.abs(y_true - y_pred)
        shares = np.divide(errors, sizes, out=np.zeros_like(errors), where=sizes > 0)
        return lambda weight: weighted_mean(shares, weight)


COMPONENT = _SymmetricPercentageError()
