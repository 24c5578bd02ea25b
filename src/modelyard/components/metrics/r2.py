"""R²: the share of the target's variance that is explained; not defined where it does not vary."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants


class _RSquared:
    card = MetricCard(
        key="r2",
        title="R²",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=True,
        minimum=None,
        maximum=1.0,
        wants=Wants.VALUES,
        source="Draper, Smith: Applied Regression Analysis (1998), p. 33",
        undefined="not defined where the truth does not vary",
    )

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        weight = np.ones(len(y_true)) if weight is None else weight
        counted = y_true[weight > 0]
        if len(counted) == 0 or counted.min() == counted.max():
            return float("nan")
        centre = float(weight @ y_true) / float(weight.sum())
        residual = float(weight @ (y_true - y_pred) ** 2)
        return 1.0 - residual / float(weight @ (y_true - centre) ** 2)

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.r2_score(y, values, sample_weight=weight)"


COMPONENT = _RSquared()
