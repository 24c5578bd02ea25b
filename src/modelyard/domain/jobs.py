"""Work that is asked for now and done later: what is asked, where it stands, who works on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# A job that ends no attempt is tried so often and never again, whoever cleans up or restarts.
MOST_ATTEMPTS = 3
LEAST_PRIORITY, USUAL_PRIORITY, MOST_PRIORITY = -100, 0, 100


class JobKind(StrEnum):
    """What sort of work it is; tuning and AutoML are trainings."""

    TRAINING = "training"
    EVALUATION = "evaluation"
    BATCH_PREDICTION = "batch_prediction"
    INGEST = "ingest"


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes it any more."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


class Problem(StrEnum):
    """Why a job ended badly, where the reason is not an error of the work itself."""

    MEMORY = "memory"
    CPU_TIME = "cpu-time"
    WALL_TIME = "wall-time"
    CRASHED = "crashed"
    KILLED = "killed"
    LOST = "worker-lost"
    CANCELLED = "cancelled"
    SURPRISE = "error"


# A second attempt that is the first one again ends as the first one did.
HOPELESS_UNCHANGED = frozenset({Problem.MEMORY, Problem.CPU_TIME, Problem.WALL_TIME})


class Wish(StrEnum):
    """What somebody wants of a job that runs."""

    NONE = "none"
    FINISH = "finish"
    CANCEL = "cancel"


# What limits may be: up to ten times the megabytes that the largest machines of a cloud have, the
# seconds of a year, and threads.
MEMORY_MB, MOST_S, THREADS = (50, 256_000_000), 366 * 24 * 3600, (1, 4096)


@dataclass(frozen=True)
class Limits:
    """What one attempt may use; None is what the worker gives to every job.

    Attributes:
        memory_bytes: that all of its processes hold together.
        cpu_s: processor time of all of its processes.
        wall_s: from its start.
        n_threads: to compute with.
    """

    memory_bytes: int | None = None
    cpu_s: float | None = None
    wall_s: float | None = None
    n_threads: int | None = None


def usual_places(n_threads: int) -> int:
    """Return how many jobs a worker runs at once unless it is told: fits use several threads."""
    return max(n_threads // 2, 1)


@dataclass(frozen=True)
class Quota:
    """How many jobs of one tenant may run, and wait, at once."""

    most_running: int = 8
    most_queued: int = 1_000


@dataclass(frozen=True)
class QuotaUse:
    """A tenant's quota, and how many jobs run and wait now."""

    quota: Quota
    n_running: int
    n_queued: int


@dataclass(frozen=True)
class Fence:
    """A worker's claim on a job; whoever publishes shows it, and an older one is refused.

    Attributes:
        token: grows with every claim of the job. Source: Kleppmann, Designing Data-Intensive
            Applications (2017), chapter 8, "Fencing tokens".
    """

    tenant: str
    job_id: str
    token: int


@dataclass(frozen=True)
class Standing:
    """How far a running job is.

    Attributes:
        stage: what it is about.
        done, total: units of the stage; a total of 0 is not known.
        words: where the stage stands.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    words: str = ""


@dataclass(frozen=True)
class Usage:
    """What a job's attempts have used together.

    Attributes:
        cpu_s: processor time of all its processes.
        peak_bytes: the most memory that they held together.
    """

    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True)
class Job:
    """One piece of work, as its tenant sees it.

    Attributes:
        id: sortable by time, unique in the tenant.
        payload: what to do, as plain JSON values; its form is the kind's.
        created_by: who asked, as `Caller.subject` says it.
        priority: higher ones of a tenant go first.
        attempts: how often a worker has begun it.
        token: of the latest claim, 0 before the first.
        worker: that has it, empty where none does; of a job that is at its end, one that still has
            to say what was used.
        is_cancelling: whether somebody wants it to end without a result.
        is_finishing: whether somebody wants its search to end with the best so far.
        run_id: of the training that it does, empty before there is one.
        result: of a job that succeeded.
        problem, reason: of one that did not: a stable word, and what to tell a person.
        retry_of: the job that this one does again, empty for none.
    """

    tenant: str
    id: str
    kind: JobKind
    state: JobState
    payload: Mapping[str, Any]
    created_by: str
    created_at: datetime
    priority: int = USUAL_PRIORITY
    limits: Limits = field(default_factory=Limits)
    attempts: int = 0
    token: int = 0
    worker: str = ""
    is_cancelling: bool = False
    is_finishing: bool = False
    standing: Standing = field(default_factory=Standing)
    usage: Usage = field(default_factory=Usage)
    run_id: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    reason: str = ""
    retry_of: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_search(self) -> bool:
        """Whether it looks for the best of several models, and so has one before its end."""
        config = self.payload.get("config") or {}
        return bool(config.get("automl") or config.get("search"))

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will be known of it."""
        return self.state.is_final and not self.worker

    @property
    def fence(self) -> Fence:
        """What its worker shows."""
        return Fence(self.tenant, self.id, self.token)


class EventKind(StrEnum):
    """What a line of a job's log tells."""

    STATE = "state"
    STAGE = "stage"
    LOG = "log"


@dataclass(frozen=True)
class Line:
    """What is to be written into a job's log.

    Attributes:
        at: when it was said.
        words: one line of text.
    """

    kind: EventKind
    at: datetime
    words: str


@dataclass(frozen=True)
class JobEvent(Line):
    """One line of a job's log.

    Attributes:
        number: counts up from 1 within the job, without gaps.
    """

    number: int


@dataclass(frozen=True)
class Ending:
    """How an attempt ended, as its worker saw it; what the attempt published itself is no ending.

    Attributes:
        state: FAILED, CANCELLED, or QUEUED where another attempt is worth it.
    """

    state: JobState
    problem: str
    reason: str


# A worker that ends in order leaves its jobs to others; such an attempt does not count.
GIVEN_BACK = Ending(JobState.QUEUED, "", "its worker was told to end")


@dataclass(frozen=True)
class WorkerSeen:
    """A worker as the others see it.

    Attributes:
        id: new each time that a worker starts.
        process: mark of its process.
        beats: counts up while it lives.
        seen_at: of the last beat, for people: nothing is decided by it.
    """

    id: str
    process: str
    beats: int
    n_places: int
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class JobQuery:
    """Which jobs of a tenant to list, newest first; None filters nothing.

    Attributes:
        cursor: of the page before, as it was told.
        limit: most jobs to return.
    """

    kind: JobKind | None = None
    state: JobState | None = None
    created_by: str | None = None
    cursor: str | None = None
    limit: int = 50
