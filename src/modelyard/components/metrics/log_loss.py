"""Log loss: how surprised the probabilities are by the truth."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore
from modelyard.runtime.calibration import FLOOR

FloatArray = npt.NDArray[np.float64]


class _LogLoss(Preparable):
    card = MetricCard(
        key="log-loss",
        title="Log loss",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.PROBABILITIES,
        source="Good: Rational decisions (1952); Gneiting, Raftery (2007), section 4.1",
        is_proper=True,
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Take the logarithms once; `y_pred` already shows all of `n_classes`."""
        del n_classes
        of_truth = y_pred[np.arange(len(y_true)), y_true]
        losses = -np.log(np.clip(of_truth, FLOOR, 1 - FLOOR))
        return lambda weight: weighted_mean(losses, weight)

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.log_loss(y, probabilities, sample_weight=weight)"


COMPONENT = _LogLoss()
