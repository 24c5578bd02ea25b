"""R²: the share of the target's variance that is explained; not defined where it does not vary."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share, variance, varies, weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _RSquared(Preparable):
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

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Subtract once."""
        del n_classes
        squares = (y_true - y_pred) ** 2

        def score(weight: FloatArray) -> FloatArray:
            left = share(weighted_mean(squares, weight), variance(y_true, weight))
            return np.where(varies(y_true, weight), 1.0 - left, np.nan)

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.r2_score(y, values, sample_weight=weight)"


COMPONENT = _RSquared()
