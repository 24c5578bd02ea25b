"""Mean squared error, in the squared unit of the target."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants


class _MeanSquaredError:
    card = MetricCard(
        key="mse",
        title="MSE",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), p. 682",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        weight = np.ones(len(y_true)) if weight is None else weight
        total = float(weight.sum())
        return float(weight @ (y_true - y_pred) ** 2) / total if total > 0 else float("nan")

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.mean_squared_error(y, values, sample_weight=weight)"


COMPONENT = _MeanSquaredError()
