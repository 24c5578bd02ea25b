"""What is asked of jobs over HTTP, and how they are told of."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue

from modelyard.domain.jobs import (
    LEAST_PRIORITY,
    MEMORY_MB,
    MOST_PRIORITY,
    MOST_S,
    THREADS,
    USUAL_PRIORITY,
    EventKind,
    Job,
    JobKind,
    JobState,
    Limits,
    QuotaUse,
)
from modelyard.domain.tasks import Task
from modelyard.domain.trials import CANDIDATE, Trial, TrialStatus
from modelyard.wire.bodies import LARGEST, Answer, PageQuery, Query, RequestBody
from modelyard.wire.sections import PlatformConfiguration

_MB = 1_000_000

Seconds = Annotated[float, Field(gt=0, le=MOST_S)]


class LimitsBody(RequestBody):
    """What one attempt may use; what is left out is what a worker gives to every job."""

    memory_mb: Annotated[int, Field(ge=MEMORY_MB[0], le=MEMORY_MB[1])] | None = Field(
        default=None, description="Megabytes that all of its processes hold together."
    )
    cpu_s: Seconds | None = Field(default=None, description="Seconds of processor time.")
    wall_s: Seconds | None = Field(default=None, description="Seconds from its start.")
    threads: Annotated[int, Field(ge=THREADS[0], le=THREADS[1])] | None = Field(
        default=None, description="To compute with."
    )

    def to_limits(self) -> Limits:
        """Return them in the units of the domain."""
        memory = None if self.memory_mb is None else self.memory_mb * _MB
        return Limits(memory, self.cpu_s, self.wall_s, self.threads)


class TrainingPlan(RequestBody):
    """A training: one algorithm, a search, or AutoML, on a dataset."""

    dataset: str = Field(
        min_length=1, max_length=200, description="`name`, `name@3`, or the SHA-256 of a file."
    )
    configuration: PlatformConfiguration = Field(
        description="As in a YAML file, without the paths of files."
    )
    row_schema: dict[str, JsonValue] | None = Field(
        default=None, description="JSON Schema that every row must fulfil."
    )


class TrainingRequest(TrainingPlan):
    """A training in the background."""

    priority: int = Field(
        default=USUAL_PRIORITY,
        ge=LEAST_PRIORITY,
        le=MOST_PRIORITY,
        description="Higher ones of the tenant go first.",
    )
    limits: LimitsBody = Field(default_factory=LimitsBody)


class RetryRequest(RequestBody):
    """How a job is to be done again."""

    limits: LimitsBody = Field(
        default_factory=LimitsBody, description="Over those of the job; what is left out stays."
    )


class TrainingQuery(PageQuery):
    """Which trainings to list."""

    state: JobState | None = Field(default=None, description="Only these.")
    created_by: str | None = Field(
        default=None, max_length=200, description="Only of this subject."
    )


class JobListQuery(TrainingQuery):
    """Which jobs to list."""

    kind: JobKind | None = Field(default=None, description="Only these.")


class QuotaUseAnswer(Answer):
    """How many jobs of the caller's tenant may run and wait at once, and how many do."""

    most_running: int
    most_queued: int
    n_running: int
    n_queued: int = Field(description="That wait; one more than `most_queued` is refused.")

    @classmethod
    def of(cls, use: QuotaUse) -> Self:
        """Return what is told of a quota."""
        quota = use.quota
        return cls(
            most_running=quota.most_running,
            most_queued=quota.most_queued,
            n_running=use.n_running,
            n_queued=use.n_queued,
        )


class LogQuery(Query):
    """Which lines of a log are asked for."""

    limit: int = Field(default=500, ge=1, le=1000, description="Most lines to return.")
    cursor: Annotated[
        int | None,
        Field(ge=0, le=LARGEST, description="Number of a line; those behind it are returned."),
    ] = None


class ProgressAnswer(Answer):
    """How far a job is."""

    stage: str
    done: int = Field(description="Units of the stage.")
    total: int = Field(description="Of the stage; 0 where it is not known.")
    words: str


class UsageAnswer(Answer):
    """What the attempts of a job have used together, known at the end of each."""

    cpu_s: float
    peak_bytes: int


class LimitsAnswer(Answer):
    """What one attempt may use; null is what a worker gives to every job."""

    memory_bytes: int | None
    cpu_s: float | None
    wall_s: float | None
    n_threads: int | None


class JobAnswer(Answer):
    """A job."""

    id: str
    kind: JobKind
    state: JobState
    is_cancelling: bool = Field(description="Whether somebody wants it to end without a result.")
    is_finishing: bool = Field(
        description="Whether somebody wants its search to end with the best so far."
    )
    created_at: datetime
    created_by: str
    started_at: datetime | None = Field(description="Of the latest attempt.")
    finished_at: datetime | None
    priority: int
    attempts: int
    progress: ProgressAnswer
    usage: UsageAnswer
    limits: LimitsAnswer
    dataset: str | None = Field(description="That it reads.")
    run_id: str | None = Field(description="Of the training that it does, as soon as it began.")
    result: dict[str, Any] = Field(description="Of a job that succeeded, e.g. its `model`.")
    problem: str | None = Field(description="Stable word for why it did not succeed.")
    reason: str | None = Field(description="Why it did not succeed, and what to do.")
    retry_of: str | None = Field(description="The job that this one does again.")

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the answer that tells of a job."""
        return cls.model_validate(_told(job))


class JobDetail(JobAnswer):
    """A job, with what it was asked for."""

    payload: dict[str, Any]

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the answer that tells all of a job."""
        return cls.model_validate(_told(job) | {"payload": dict(job.payload)})


class LineAnswer(Answer):
    """One line of a job's log."""

    number: int
    kind: EventKind
    at: datetime
    words: str


class LogAnswer(Answer):
    """Lines of a job's log."""

    items: list[LineAnswer]
    next_cursor: int | None = Field(
        description="Number of the last line, to be sent as `cursor`; null where none is left."
    )


class TriedAnswer(Answer):
    """What a search has tried: a candidate of AutoML, or one choice of hyperparameters."""

    number: int = Field(description="In the order in which they were tried.")
    name: str = Field(description="Of a candidate of AutoML; empty elsewhere.")
    parameters: dict[str, Any]
    status: TrialStatus
    score: float | None
    fold_scores: list[float | None]
    duration_s: float
    at_s: float | None = Field(description="Seconds from the beginning to its end.")
    reason: str = Field(description="Why it did not succeed.")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Return what is told of a trial."""
        parameters = dict(trial.parameters)
        name = str(parameters.pop(CANDIDATE, ""))
        return cls.model_validate(vars(trial) | {"name": name, "parameters": parameters})


class JobLeaderboard(Answer):
    """What the search of a job has tried so far."""

    task: Task | None = Field(description="Null until the data was looked at.")
    metric: str | None = Field(description="Key of the one that decides; null as for `task`.")
    higher_is_better: bool | None
    items: list[TriedAnswer] = Field(description="The best first.")


def _told(job: Job) -> dict[str, Any]:
    plain = {name: getattr(job, name) for name in JobAnswer.model_fields if hasattr(job, name)}
    absent = {name: None for name in ("run_id", "problem", "reason", "retry_of") if not plain[name]}
    return plain | absent | {"progress": job.standing, "dataset": job.payload.get("dataset")}
