"""A metric says how far predictions are from the truth."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task

FloatArray = npt.NDArray[np.float64]
Score = TypeVar("Score", float, FloatArray)
# From (..., n) weights of n rows to the (...) scores under them.
WeightedScore = Callable[[FloatArray], FloatArray]


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
        is_default_for: tasks in which it decides where the user names no metric; the file says why.
        best: the best value where that lies within the range, as 0 for a bias; else None.
        undefined: says where there is no score, for the reader who sees none.
        is_proper: whether true probabilities alone score best (a strictly proper scoring rule).
        loss: what regressions are taught to make small where the metric decides.
    """

    key: str
    title: str
    tasks: frozenset[Task]
    higher_is_better: bool
    minimum: float | None
    maximum: float | None
    wants: Wants
    source: str
    is_default_for: frozenset[Task] = frozenset()
    best: float | None = None
    undefined: str = ""
    is_proper: bool = False
    loss: Loss = Loss.SQUARED_ERROR

    @property
    def ideal(self) -> float | None:
        """The best value that there is, None where the metric has no end there."""
        if self.best is not None:
            return self.best
        return self.maximum if self.higher_is_better else self.minimum

    @property
    def width(self) -> float:
        """How far two scores can lie apart, infinite where the range is open."""
        if self.minimum is None or self.maximum is None:
            return inf
        return self.maximum - self.minimum

    def goodness(self, score: Score) -> Score:
        """Return a score, or many, so that more is better whatever the direction."""
        if self.best is not None:
            return -abs(score - self.best)
        return score if self.higher_is_better else -score


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


@runtime_checkable
class Preparable(Protocol):
    """A metric that does once what is the same under every weighting of the rows.

    Optional: the bootstrap weighs the same rows a thousand times, so a metric that sorts, counts
    or takes logarithms offers this, and takes a stack of weightings at once. It is also told how
    many classes there are, which a few rows need not show. Who inherits from it is given `score`.
    """

    def score(
        self,
        y_true: npt.NDArray[Any],
        y_pred: npt.NDArray[Any],
        weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        """Return the score of one weighting, as `Metric.score` does."""
        weight = np.ones(len(y_true)) if weight is None else weight
        n_classes = y_pred.shape[1] if y_pred.ndim > 1 else 0
        return float(self.prepare(y_true, y_pred, n_classes=n_classes)(weight))

    @abstractmethod
    def prepare(
        self, y_true: npt.NDArray[Any], y_pred: npt.NDArray[Any], *, n_classes: int
    ) -> WeightedScore:
        """Return the scores as a function of many weightings: (..., n) to (...).

        Args:
            y_true: as for `score`.
            y_pred: as for `score`.
            n_classes: of the task, 0 for regression.
        """
        ...
