"""Max error: how far the worst prediction is off, in the unit of the target."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Wants

FloatArray = npt.NDArray[np.float64]


class _MaxError:
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

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: FloatArray | None = None,
    ) -> float:
        weight = np.ones(len(y_true)) if weight is None else weight
        return self.prepare(y_true, y_pred, n_classes=0)(weight)

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> Callable[[FloatArray], float]:
        """Sort once, the worst first."""
        del n_classes
        errors = np.abs(y_true - y_pred)
        order = np.argsort(-errors, kind="stable")

        def score(weight: FloatArray) -> float:
            has_weight = weight[order] > 0
            first = int(has_weight.argmax()) if len(order) else 0
            return float(errors[order[first]]) if has_weight.any() else float("nan")

        return score

    def script(self, n_classes: int) -> str:  # noqa: ARG002 -- the same for all
        return "metrics.max_error(y, values)"


COMPONENT = _MaxError()
