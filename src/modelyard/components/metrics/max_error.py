"""Max error: how far the worst prediction is off, in the unit of the target."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]


class _MaxError(Preparable):
    card = MetricCard(
        key="max-error",
        title="Max error",
        tasks=frozenset({Task.REGRESSION}),
        higher_is_better=False,
        minimum=0.0,
        maximum=None,
        wants=Wants.VALUES,
        source="Golub, Van Loan: Matrix Computations (2013), section 2.2: the infinity norm",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Sort once, the worst first."""
        del n_classes
        errors = np.abs(y_true - y_pred)
        order = np.argsort(-errors, kind="stable")
        falling = errors[order]

        def score(weight: FloatArray) -> FloatArray:
            has_weight = weight.take(order, axis=-1) > 0
            if not len(order):
                return np.full(weight.shape[:-1], np.nan)
            return np.where(has_weight.any(axis=-1), falling[has_weight.argmax(axis=-1)], np.nan)

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.max_error(y, values)"


COMPONENT = _MaxError()
