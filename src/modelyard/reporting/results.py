"""What came of a training, for a page that draws it itself: figures, and sentences on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modelyard.domain.charts import ChartSpec
from modelyard.domain.evaluations import Coverage, MetricEstimate
from modelyard.domain.findings import Finding, worst_first
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.tasks import Label, Task
from modelyard.domain.trade_offs import TradeOffs
from modelyard.domain.weaknesses import WorstRow
from modelyard.reporting.advice import in_practice, purpose, reasons, steps_before_use
from modelyard.reporting.certainty_views import certainty_sentences
from modelyard.reporting.cost_views import cost_sentence
from modelyard.reporting.every_chart import Section, placed_charts
from modelyard.reporting.fairness_views import fairness_view
from modelyard.reporting.leaderboard_views import leaderboard_view
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.verdicts import Verdict, verdict_of
from modelyard.reporting.views import fold_summary, parity_sentence
from modelyard.reporting.weak_views import slice_sentences


@dataclass(frozen=True)
class PlacedChart:
    """A chart and the section that it stands in."""

    section: Section
    chart: ChartSpec


@dataclass(frozen=True)
class Candidate:
    """One line of a leaderboard; what is not known is None.

    Attributes:
        rank: 1 is the best.
        behind_low, behind_high: 95 % interval of what it lacks beside the best one.
        row_us, size_bytes: to answer one row, and to keep.
        weight: in the blend that answers, 0 outside.
        is_tied: whether it cannot be told from the best one.
        reason: why it was tried.
    """

    rank: int
    name: str
    algorithm: str
    score: float | None
    behind_low: float | None
    behind_high: float | None
    fit_s: float
    row_us: float | None
    size_bytes: int | None
    weight: float
    is_tied: bool
    reason: str


@dataclass(frozen=True)
class Board:
    """What AutoML tried.

    Attributes:
        told: what competed, why the winner won, and what is tied.
        others: what became of those that were not scored.
    """

    metric: str
    told: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class GroupTable:
    """How the groups of one column fare; each row begins with the group."""

    column: str
    told: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Results:
    """What a report says, part by part.

    Attributes:
        n_held: rows that judged, and taught nothing.
        purpose: what the model does.
        in_practice: what its answers are worth, in counts.
        cost: what they cost, where costs were given.
        reasons: what speaks for trusting it, and what against.
        steps: what would make it better or surer, the most pressing first.
        weak: where it fails.
        certainty: what was done to probabilities.
        folds: of a cross-validation.
        learning: whether more rows would help.
        threshold: of two labels, else None.
        trade_offs: of other thresholds; None in packages of earlier versions.
        parity: how closely what is served is what was trained.
        config, command, python: as of a `ReportSubject`.
    """

    target: str
    task: Task
    algorithm: str
    created_at: datetime
    n_rows: int
    n_held: int
    split: str
    purpose: str
    verdict: Verdict
    in_practice: str
    cost: str
    reasons: tuple[str, ...]
    steps: tuple[str, ...]
    metrics: tuple[MetricEstimate, ...]
    charts: tuple[PlacedChart, ...]
    board: Board | None
    weak: tuple[str, ...]
    worst: tuple[WorstRow, ...]
    groups: tuple[GroupTable, ...]
    certainty: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    folds: str
    learning: str
    findings: tuple[Finding, ...]
    fixes: tuple[str, ...]
    labels: tuple[Label, ...]
    confusion: tuple[tuple[int, ...], ...]
    threshold: float | None
    costs: tuple[tuple[float, ...], ...]
    trade_offs: TradeOffs | None
    parity: str
    parameters: Mapping[str, Any]
    config: Mapping[str, Any]
    versions: Mapping[str, str]
    command: str
    python: str


def results_of(subject: ReportSubject) -> Results:
    """Return what the report of a training says."""
    return Results(**_head(subject), **_measured(subject), **_record(subject))


def _head(subject: ReportSubject) -> dict[str, Any]:
    evaluation = subject.evaluation
    verdict = verdict_of(evaluation)
    return {
        "target": subject.target,
        "task": evaluation.task,
        "algorithm": subject.algorithm,
        "created_at": subject.created_at,
        "n_rows": subject.n_rows,
        "n_held": evaluation.n_rows,
        "split": subject.split,
        "purpose": purpose(subject),
        "verdict": verdict,
        "in_practice": in_practice(evaluation),
        "cost": cost_sentence(evaluation),
        "reasons": reasons(subject),
        "steps": steps_before_use(subject, verdict),
    }


def _measured(subject: ReportSubject) -> dict[str, Any]:
    evaluation = subject.evaluation
    weak, learning = evaluation.weaknesses, evaluation.learning
    return {
        "metrics": evaluation.metrics,
        "charts": tuple(PlacedChart(*placed) for placed in placed_charts(evaluation)),
        "board": None if subject.leaderboard is None else _board(subject.leaderboard),
        "weak": () if weak is None else slice_sentences(weak),
        "worst": () if weak is None else weak.worst,
        "groups": _groups(subject),
        "certainty": certainty_sentences(subject),
        "coverage": evaluation.coverage,
        "folds": fold_summary(evaluation)[1],
        "learning": "" if learning is None else learning.told,
        "labels": evaluation.labels,
        "confusion": evaluation.confusion,
        "threshold": subject.threshold if len(evaluation.labels) == 2 else None,
        "costs": evaluation.costs,
        "trade_offs": evaluation.trade_offs,
    }


def _record(subject: ReportSubject) -> dict[str, Any]:
    parity, is_label = subject.parity, bool(subject.evaluation.labels)
    return {
        "findings": worst_first(subject.findings),
        "fixes": subject.fixes,
        "parity": "" if parity is None else parity_sentence(parity, is_label=is_label),
        "parameters": subject.parameters,
        "config": subject.config,
        "versions": subject.versions,
        "command": subject.command,
        "python": subject.python,
    }


def _groups(subject: ReportSubject) -> tuple[GroupTable, ...]:
    views = (fairness_view(each) for each in subject.evaluation.fairness)
    return tuple(
        GroupTable(
            column=view.column,
            told=view.sentences,
            headings=view.headings,
            rows=tuple(
                tuple(f"{figure} ({interval})" if interval else figure for figure, interval in row)
                for row in view.rows
            ),
        )
        for view in views
    )


def _board(board: Leaderboard) -> Board:
    view = leaderboard_view(board)
    scored = [each for each in board.ranked if each.is_complete or each.weight > 0]
    candidates = tuple(
        Candidate(
            rank=rank,
            name=each.candidate.name,
            algorithm=each.candidate.algorithm,
            score=each.score,
            behind_low=each.behind_low,
            behind_high=each.behind_high,
            fit_s=each.fit_s,
            # What answers is told as it is shipped; the others as the models of their folds.
            row_us=(each.shipped or each).row_us or None,
            size_bytes=(each.shipped or each).size_bytes or None,
            weight=each.weight,
            is_tied=rank == 1 or each.number in board.tied,
            reason=each.candidate.reason,
        )
        for rank, each in enumerate(scored, start=1)
    )
    return Board(
        metric=board.metric_title,
        told=() if view is None else view.sentences,
        candidates=candidates,
        others=() if view is None else view.others,
    )
