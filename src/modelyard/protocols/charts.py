"""A chart turns truth and prediction into a picture's data."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartSpec
from modelyard.domain.evaluations import Coverage, Importance
from modelyard.domain.rules import MOST_PROBABLE, Rule
from modelyard.domain.tasks import Label, Task


@dataclass(frozen=True)
class ChartCard:
    """Facts about a chart; `order` is its place in the report, smaller first."""

    key: str
    title: str
    tasks: frozenset[Task]
    order: int


@dataclass(frozen=True)
class ChartInput:
    """What a chart may show.

    Attributes:
        y_true: (n,) int64 class codes, or float64 values for regression.
        scores: (n, n_classes) probabilities, or (n, 1) values for regression.
        labels: class labels in code order, empty for regression.
        target: name of the target column.
        importance: strongest first.
        rule: by which probabilities become a label.
        coverage: of intervals or sets, by rising level; empty where none were measured.
    """

    task: Task
    target: str
    y_true: npt.NDArray[Any]
    scores: npt.NDArray[np.float64]
    labels: tuple[Label, ...]
    importance: tuple[Importance, ...]
    rule: Rule = MOST_PROBABLE
    coverage: tuple[Coverage, ...] = ()


class Chart(Protocol):
    """Draws nothing, returns a specification."""

    @property
    def card(self) -> ChartCard:
        """Facts about the chart."""
        ...

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        """Return the chart, or None where there is nothing to show."""
        ...
