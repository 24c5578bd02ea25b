"""Explained variance: R² that forgives a constant bias."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share, variance, varies
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _ExplainedVariance(Preparable):
    card = MetricCard(
        key="explained-variance",
        title="Explained variance",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=True,
        minimum=None,
        maximum=1.0,
        wants=Wants.VALUES,
        source="Draper, Smith: Applied Regression Analysis (1998), p. 33, about the mean "
        "of the errors",
        undefined="not defined where the truth does not vary",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Subtract once."""
        del n_classes
        errors = y_true - y_pred

        def score(weight: FloatArray) -> FloatArray:
            left = share(variance(errors, weight), variance(y_true, weight))
            # One answer for all rows leaves the whole variance, whatever rounding makes of it.
            explained = np.where(varies(y_pred, weight), 1.0 - left, 0.0)
            return np.where(varies(y_true, weight), explained, np.nan)

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.explained_variance_score(y, values, sample_weight=weight)"


COMPONENT = _ExplainedVariance()
