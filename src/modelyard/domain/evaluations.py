"""How good a model is, and how sure we are of it."""

from dataclasses import dataclass
from enum import StrEnum

from modelyard.domain.charts import ChartSpec
from modelyard.domain.fairness import Fairness
from modelyard.domain.learning import LearningCurve
from modelyard.domain.tasks import Label, Task
from modelyard.domain.trade_offs import TradeOffs
from modelyard.domain.weaknesses import Weaknesses


class IntervalUnit(StrEnum):
    """What the bootstrap drew whole to find how far a figure could be off."""

    ROW = "row"
    EQUAL_ROWS = "equal rows"
    GROUP = "group"
    MOMENT = "moment"

    @property
    def noun(self) -> str:
        """One of them as a person reads it."""
        return "distinct row" if self is IntervalUnit.EQUAL_ROWS else self.value


# Far above what sums of doubles lose, far below what anyone would call a gain.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class MetricEstimate:
    """One metric on held-out rows, beside the same metric of the dummy baseline.

    Attributes:
        key, title: of the metric component.
        higher_is_better: direction.
        value: of the model.
        low, high: 95 % bootstrap interval of `value`.
        baseline: the metric of the dummy baseline on the same rows.
        gain: improvement over the baseline, positive is better whatever the direction.
        gain_low, gain_high: 95 % interval of the paired difference.
        best: the best value where that lies within the range of the metric, else None.
        undefined: why there is no value, empty where there is one.
        ideal: the best value that there is, None where there is no end.
        is_proper: whether true probabilities alone score best (a strictly proper scoring rule).
    """

    key: str
    title: str
    higher_is_better: bool
    value: float
    low: float
    high: float
    baseline: float
    gain: float
    gain_low: float
    gain_high: float
    best: float | None = None
    undefined: str = ""
    ideal: float | None = None
    is_proper: bool = False

    @property
    def beats_baseline(self) -> bool:
        """Whether the interval of the difference lies above zero, by more than rounding does."""
        size = max(abs(self.value), abs(self.baseline))
        return self.gain_low > _ROUNDING * size


@dataclass(frozen=True)
class FoldScore:
    """The deciding metric on one fold of a cross-validation."""

    fold: int
    n_rows: int
    value: float


@dataclass(frozen=True)
class Importance:
    """How much the deciding metric suffers when one column is shuffled (permutation importance).

    Attributes:
        column: the raw column.
        mean, sd: of the loss in the metric over the repeats; positive means that it matters.
    """

    column: str
    mean: float
    sd: float


@dataclass(frozen=True)
class Coverage:
    """How often the intervals or sets of one level hold the truth.

    Attributes:
        level: that was asked for, 0 to 1.
        share: of rows that the model had not seen whose truth was held.
        size: mean width of an interval, in the unit of the target, or mean number of labels.
        share_empty: of sets that hold no label, as none was likely enough; 0 for intervals.
    """

    level: float
    share: float
    size: float
    share_empty: float = 0.0


@dataclass(frozen=True)
class Evaluation:
    """A model's measured quality on one set of rows.

    Attributes:
        metric: key of the metric that decides; it stands first in `metrics`.
        labels: of the classes, in the order of `confusion`; empty for regression.
        confusion: rows are the truth, columns the prediction, counts; empty for regression.
        folds: of a cross-validation, empty if there was none.
        importance: strongest first; where there are many columns, of those that were measured.
        is_training_data: whether training learned from rows of this very data, which flatters.
        interval_unit: what the bootstrap of the intervals drew whole.
        n_units: how many of these there are; 0 where it is not known.
        coverage: of intervals or sets, by rising level; empty where none were measured.
        weaknesses: where the model fails; None where that was not looked for.
        fairness: by each column that the user named.
        learning: what fewer rows would have taught; None where that was not tried.
        costs: of an answer (column) where a label (row) is true; empty where none were given.
        trade_offs: of other thresholds; None but for two labels on the rows that judged a training.
    """

    task: Task
    n_rows: int
    metric: str
    metrics: tuple[MetricEstimate, ...]
    labels: tuple[Label, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    folds: tuple[FoldScore, ...] = ()
    importance: tuple[Importance, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    is_training_data: bool = False
    interval_unit: IntervalUnit = IntervalUnit.ROW
    n_units: int = 0
    coverage: tuple[Coverage, ...] = ()
    weaknesses: Weaknesses | None = None
    fairness: tuple[Fairness, ...] = ()
    learning: LearningCurve | None = None
    costs: tuple[tuple[float, ...], ...] = ()
    trade_offs: TradeOffs | None = None

    @property
    def deciding(self) -> MetricEstimate:
        """The estimate of the metric that decides."""
        return self.metrics[0]
