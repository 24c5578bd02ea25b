"""RMSLE: the root mean squared error of log(1 + value), which judges ratios."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import weighted_mean
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _RootMeanSquaredLogError(Preparable):
    card = MetricCard(
        key="rmsle",
        title="RMSLE",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Bojer, Meldgaard: Kaggle forecasting competitions (2021)",
        undefined="not defined where a true or predicted value is -1 or below",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Take the logarithms once."""
        del n_classes
        is_beyond = (y_true <= -1) | (y_pred <= -1)
        beyond = is_beyond.astype(np.float64)
        logs = (
            np.log1p(np.where(is_beyond, 0.0, y_true)),
            np.log1p(np.where(is_beyond, 0.0, y_pred)),
        )
        squares = (logs[0] - logs[1]) ** 2

        def score(weight: FloatArray) -> FloatArray:
            return np.where(weight @ beyond > 0, np.nan, weighted_mean(squares, weight) ** 0.5)

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.root_mean_squared_log_error(y, values, sample_weight=weight)"


COMPONENT = _RootMeanSquaredLogError()
