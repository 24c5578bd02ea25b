"""Expected calibration error: how far the share of right answers is from what was claimed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.averages import share
from modelyard.domain.confusion import totals_of
from modelyard.domain.tasks import Task
from modelyard.protocols.metrics import MetricCard, Preparable, Wants, WeightedScore

FloatArray = npt.NDArray[np.float64]

# Bins of equal width, as in the paper.
_N_BINS = 15


class _CalibrationError(Preparable):
    card = MetricCard(
        key="ece",
        title="Calibration error",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        higher_is_better=False,
        minimum=0.0,
        maximum=1.0,
        wants=Wants.PROBABILITIES,
        source="Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks (2017), "
        "equation 3",
    )

    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Put each row into the bin of its best probability once."""
        del n_classes
        claimed = y_pred.max(axis=1)
        surplus = claimed - (y_pred.argmax(axis=1) == y_true)
        bins = np.minimum((claimed * _N_BINS).astype(np.int64), _N_BINS - 1)

        def score(weight: FloatArray) -> FloatArray:
            off = np.abs(totals_of(bins, weight * surplus, n_groups=_N_BINS))
            return share(off.sum(axis=-1), weight.sum(axis=-1))

        return score


COMPONENT = _CalibrationError()
