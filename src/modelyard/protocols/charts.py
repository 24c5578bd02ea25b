"""A chart turns truth and prediction into a picture's data."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartSpec
from modelyard.domain.dependences import Dependence
from modelyard.domain.evaluations import Coverage, Importance
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.rules import MOST_PROBABLE, Rule
from modelyard.domain.tasks import Label, Task
from modelyard.domain.trials import Search


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
        dependence: how the answer moves with single columns, the most important first.
        search: for hyperparameters, None where there was none.
        uncalibrated: (n, n_classes) the probabilities before their calibration, None where they
            were not calibrated.
        leaderboard: of AutoML, None where one algorithm was named.
    """

    task: Task
    target: str
    y_true: npt.NDArray[Any]
    scores: npt.NDArray[np.float64]
    labels: tuple[Label, ...]
    importance: tuple[Importance, ...]
    rule: Rule = MOST_PROBABLE
    coverage: tuple[Coverage, ...] = ()
    search: Search | None = None
    dependence: tuple[Dependence, ...] = ()
    uncalibrated: npt.NDArray[np.float64] | None = None
    leaderboard: Leaderboard | None = None


class Chart(Protocol):
    """Draws nothing, returns a specification."""

    @property
    def card(self) -> ChartCard:
        """Facts about the chart."""
        ...

    def chart(self, subject: ChartInput) -> ChartSpec | tuple[ChartSpec, ...] | None:
        """Return the chart, or one for each of several things; None: there is nothing to show."""
        ...
