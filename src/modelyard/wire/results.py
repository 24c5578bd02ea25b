"""What came of a training, as answers tell of it: the report, part by part."""

from datetime import datetime
from typing import Any

from pydantic import Field

from modelyard.domain.tasks import Label, Task
from modelyard.wire.bodies import Answer
from modelyard.wire.charts import ChartAnswer


class VerdictAnswer(Answer):
    """What a reader should take away."""

    standing: str = Field(description="`better`, `same` or `worse` than guessing, or `unknown`.")
    headline: str
    detail: str = Field(description="The figures behind it.")
    caution: str = Field(description="What the figures cannot tell; empty for nothing.")
    doubts: list[str] = Field(description="What good figures hide.")


class MetricAnswer(Answer):
    """One metric on held-out rows, beside that of always giving the same answer."""

    key: str
    title: str
    higher_is_better: bool
    value: float | None
    low: float | None = Field(description="95 % interval, with `high`.")
    high: float | None
    baseline: float | None
    gain: float | None = Field(description="Over the baseline; positive is better.")
    gain_low: float | None
    gain_high: float | None
    beats_baseline: bool
    undefined: str = Field(description="Why there is no value.")


class PlacedChartAnswer(Answer):
    """A chart and the section that it stands in."""

    section: str
    chart: ChartAnswer


class CandidateAnswer(Answer):
    """One line of a leaderboard; null is what is not known."""

    rank: int
    name: str
    algorithm: str
    score: float | None
    behind_low: float | None = Field(description="95 % interval of what it lacks beside the best.")
    behind_high: float | None
    fit_s: float
    row_us: float | None
    size_bytes: int | None
    weight: float = Field(description="In the blend that answers; 0 outside.")
    is_tied: bool = Field(description="Whether it cannot be told from the best one.")
    reason: str = Field(description="Why it was tried.")


class BoardAnswer(Answer):
    """What AutoML tried, the best first."""

    metric: str
    told: list[str] = Field(description="What competed, why the winner won, and what is tied.")
    candidates: list[CandidateAnswer]
    others: list[str] = Field(description="What became of those that were not scored.")


class GroupTableAnswer(Answer):
    """How the groups of one column fare."""

    column: str
    told: list[str]
    headings: list[str]
    rows: list[list[str]]


class WorstRowAnswer(Answer):
    """One of the rows with the largest loss."""

    row: int = Field(description="In the training data; 1 is the first below the header.")
    truth: str
    answer: str
    sureness: float | None = Field(description="Probability of the answer; null for values.")
    loss: float | None
    inputs: dict[str, str] = Field(description="The columns that matter most first.")


class TradeOffsAnswer(Answer):
    """What would be answered at other thresholds, counted on held-out rows."""

    thresholds: list[float] = Field(description="From which on the second label is answered.")
    found: list[int] = Field(description="Of each, rows of the second label answered so.")
    alarms: list[int] = Field(description="Of each, rows of the first answered as the second.")
    n_found: int = Field(description="Rows of the second label.")
    n_alarms: int = Field(description="Rows of the first label.")


class CoverageAnswer(Answer):
    """How often intervals or sets of one level hold the truth."""

    level: float
    share: float | None
    size: float | None
    share_empty: float | None


class FoundAnswer(Answer):
    """One finding of the checks before the training."""

    code: str
    severity: str
    message: str
    columns: list[str]
    fix: str


class ResultsAnswer(Answer):
    """What came of a training: figures with the sentences that tell what they mean."""

    model: str = Field(description="`name@version`.")
    target: str
    task: Task
    algorithm: str = Field(description="Its title.")
    created_at: datetime
    n_rows: int = Field(description="Trained and judged on together.")
    n_held: int = Field(description="That judged, and taught nothing.")
    split: str
    purpose: str
    verdict: VerdictAnswer
    in_practice: str
    cost: str
    reasons: list[str]
    steps: list[str] = Field(description="What to do next, the most pressing first.")
    metrics: list[MetricAnswer] = Field(description="The deciding one first.")
    charts: list[PlacedChartAnswer]
    board: BoardAnswer | None = Field(description="Null where one algorithm was named.")
    weak: list[str]
    worst: list[WorstRowAnswer]
    groups: list[GroupTableAnswer]
    certainty: list[str]
    coverage: list[CoverageAnswer]
    folds: str
    learning: str
    findings: list[FoundAnswer]
    fixes: list[str] = Field(description="What was mended before the training.")
    labels: list[Label]
    confusion: list[list[int]] = Field(description="Rows are the truth.")
    threshold: float | None = Field(description="Of two labels.")
    costs: list[list[float]] = Field(description="As they were given; rows are the truth.")
    trade_offs: TradeOffsAnswer | None = Field(
        description="Null but for two labels; and where the package is of an earlier version."
    )
    parity: str
    parameters: dict[str, Any]
    config: dict[str, Any]
    versions: dict[str, str]
    command: str = Field(description="How to train the same model again; `python` likewise.")
    python: str
