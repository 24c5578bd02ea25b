"""Runs, which are trainings, as requests ask for them and answers tell of them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.runs import Run, RunStatus
from modelyard.domain.suggestions import Topic
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.wire.bodies import Answer, PageOf, PageQuery, RequestBody
from modelyard.wire.lists import SORT_TOLD, TAG_TOLD
from modelyard.wire.models import Metrics


class RunQuery(PageQuery):
    """Which runs to list."""

    name: str | None = Field(default=None, max_length=250, description="Of the model to be made.")
    status: RunStatus | None = None
    algorithm: str | None = Field(default=None, max_length=250, description="Key of the algorithm.")
    data_sha256: str | None = Field(
        default=None, max_length=64, description="Of the training data."
    )
    tag: list[str] = Field(default=[], max_length=20, description=TAG_TOLD)
    sort: str = Field(default="-started_at", max_length=250, description=SORT_TOLD)


class RunAnswer(Answer):
    """One training."""

    id: str
    name: str = Field(description="Of the model to be made.")
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    duration_s: float | None
    fit_s: float | None
    task: Task | None
    algorithm: str
    metric: str = Field(description="Key of the metric that decides.")
    metrics: Metrics = Field(description="On held-out rows.")
    n_rows: int
    seed: int
    data_sha256: str | None
    model: str | None = Field(description="`name@version` of the model that came of it.")
    reason: str | None = Field(description="Why it failed or was cancelled.")
    tags: dict[str, str]

    @classmethod
    def of(cls, run: Run) -> "RunAnswer":
        """Return what is told of a run."""
        return cls.model_validate(_facts(run))


class RunPage(PageOf[RunAnswer]):
    """One part of the list of runs."""


class RunDetail(RunAnswer):
    """One training, with what was asked and what the checks found."""

    config: dict[str, Any] = Field(description="The whole configuration.")
    findings: list[dict[str, Any]]

    @classmethod
    def of(cls, run: Run) -> "RunDetail":
        """Return all that is told of a run."""
        return cls.model_validate(_facts(run))


def _facts(run: Run) -> dict[str, Any]:
    return vars(run) | {"data_sha256": run.data_sha256 or None}


class TrialAnswer(Answer):
    """One choice of hyperparameters, and what became of it."""

    number: int
    parameters: dict[str, Any]
    status: TrialStatus
    score: float | None
    fold_scores: list[float | None]
    duration_s: float
    reason: str = Field(description="Why it did not succeed; empty where it did.")
    why: str | None = Field(
        default=None, description="Why it was tried; null where a search proposed it."
    )
    peak_bytes: int | None = Field(
        default=None, description="Most memory that it held for itself; null where not known."
    )


class TrialList(Answer):
    """The trials of a search, the best first; none where there was no search."""

    items: list[TrialAnswer]


class EntryAnswer(Answer):
    """One candidate of AutoML, and what became of it."""

    number: int
    name: str
    algorithm: str
    parameters: dict[str, Any]
    preparation: dict[str, str] = Field(
        default={}, description="Of its features, where it has its own."
    )
    is_log: bool = Field(
        default=False, description="Whether it is taught the logarithm of the target."
    )
    status: TrialStatus
    score: float | None
    fold_scores: list[float | None]
    behind_low: float | None = Field(
        default=None,
        description="Lower end of the 95 % interval of what it lacks beside the best one.",
    )
    behind_high: float | None = Field(
        default=None, description="Its upper end; both null where not measured."
    )
    weight: float = Field(description="In the blend that was chosen; 0 outside.")
    adds: float | None = Field(default=None, description="What the blend would lose without it.")
    row_us: float = Field(
        default=0.0, description="Microseconds of one row, by its folds together."
    )
    batch_us: float = Field(
        default=0.0, description="Microseconds of each of many rows, by its folds together."
    )
    fit_s: float
    cpu_s: float = Field(description="Processor seconds of all its folds.")
    peak_bytes: int = Field(description="Most memory that it held for itself; 0 where not known.")
    size_bytes: int
    why: str = Field(description="Why it was tried.")
    reason: str = Field(description="Why it did not succeed.")

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        """Return what is told of an entry."""
        candidate = vars(entry.candidate)
        return cls.model_validate(candidate | vars(entry) | {"why": candidate["reason"]})


class SuggestionAnswer(Answer):
    """What to do next after AutoML, with the figure that it stands on."""

    topic: Topic
    told: str
    columns: list[str]


class LeaderboardAnswer(Answer):
    """What AutoML tried, the best first."""

    metric: str
    n_folds: int
    blend_score: float | None
    free_score: float | None = Field(
        default=None, description="Of the blend without bounds of serving."
    )
    ending: Ending | None = Field(default=None, description="Why the run ended.")
    duration_s: float
    time_limit_s: float | None
    entries: list[EntryAnswer]
    tied: list[int] = Field(description="Entries that cannot be told from the best one.")
    suggestions: list[SuggestionAnswer] = Field(default=[], description="What to do next.")

    @classmethod
    def of(cls, board: Leaderboard) -> "LeaderboardAnswer":
        """Return what is told of a leaderboard."""
        entries = [EntryAnswer.of(entry) for entry in board.ranked]
        suggestions = [vars(each) for each in board.suggestions]
        return cls.model_validate(vars(board) | {"entries": entries, "suggestions": suggestions})


class RunCompareRequest(RequestBody):
    """Runs to put side by side."""

    runs: list[str] = Field(min_length=2, max_length=50)


class Difference(Answer):
    """Something that the runs were asked for, or measured, and that is not the same in all."""

    key: str = Field(description="Of the configuration, dotted; or of a metric.")
    values: list[Any] = Field(description="One for each run, in their order; null for none.")


class RunComparison(Answer):
    """Runs side by side, in the order in which they were named."""

    runs: list[RunAnswer]
    config: list[Difference] = Field(description="Where their configurations differ.")
    metrics: list[Difference] = Field(description="Every metric that one of them has.")
