"""A metric says how far predictions are from the truth."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Task


class Wants(StrEnum):
    """What a metric compares with the truth."""

    LABELS = "labels"
    PROBABILITIES = "probabilities"
    VALUES = "values"


@dataclass(frozen=True)
class MetricCard:
    """Facts about a metric.

    Attributes:
        key, title: for users.
        tasks: where it makes sense.
        higher_is_better: direction.
        minimum, maximum: range; None means open.
        wants: what `score` gets as its prediction.
        source: where it is defined.
    """

    key: str
    title: str
    tasks: frozenset[Task]
    higher_is_better: bool
    minimum: float | None
    maximum: float | None
    wants: Wants
    source: str


class Metric(Protocol):
    """Scores predictions."""

    @property
    def card(self) -> MetricCard:
        """Facts about the metric."""
        ...

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        """Return the score.

        Args:
            y_true: (n,) int64 class codes, or float64 values for regression.
            y_pred: LABELS: (n,) int64 codes; PROBABILITIES: (n, n_classes) float64, rows sum to
                1, the second column is the positive class of a binary task; VALUES: (n,) float64.
            weight: (n,) float64, zero or more, or None for equal weights.

        Returns:
            The score, or NaN where it is not defined (e.g. ROC-AUC with one class present).
        """
        ...
