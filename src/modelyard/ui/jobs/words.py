"""Jobs in the words of people: what they do, how they stand, how long they took."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from modelyard.domain.jobs import MOST_ATTEMPTS, JobKind, JobState, Problem
from modelyard.kit.numerals import size
from modelyard.ui.parts.times import lasting
from modelyard.wire.jobs import JobAnswer

KINDS: Mapping[JobKind, str] = MappingProxyType(
    {
        JobKind.TRAINING: "Training",
        JobKind.EVALUATION: "Measurement",
        JobKind.BATCH_PREDICTION: "Predictions",
        JobKind.INGEST: "Reading",
    }
)
STATES: Mapping[JobState, str] = MappingProxyType(
    {
        JobState.QUEUED: "waiting",
        JobState.RUNNING: "running",
        JobState.SUCCEEDED: "done",
        JobState.FAILED: "failed",
        JobState.CANCELLED: "cancelled",
    }
)
# What a problem means, where the reason alone is the word of a worker.
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        Problem.MEMORY: "It needed more memory than it had.",
        Problem.CPU_TIME: "It needed more processor time than it had.",
        Problem.WALL_TIME: "It took longer than it may.",
        Problem.CRASHED: "Its process crashed.",
        Problem.KILLED: f"Its process was killed, {MOST_ATTEMPTS} times.",
        Problem.LOST: f"Its worker was lost, {MOST_ATTEMPTS} times.",
        Problem.SURPRISE: "It failed inside.",
    }
)


def subject_of(job: JobAnswer) -> str:
    """Return what a job is about: the model that it made, else the data that it reads."""
    return str(job.result.get("model") or job.dataset or "")


def state_of(job: JobAnswer) -> str:
    """Return how a job stands."""
    is_ending = job.is_cancelling and not job.state.is_final
    return "being cancelled" if is_ending else STATES[job.state]


def share_done(job: JobAnswer) -> float | None:
    """Return how much of its stage a running job has done, 0 to 1; None where nobody knows."""
    progress = job.progress
    if job.state is not JobState.RUNNING or not progress.total:
        return None
    return min(progress.done / progress.total, 1.0)


def duration_of(job: JobAnswer, *, now: datetime) -> float | None:
    """Return the seconds since a job's latest attempt began, or that it took; None before."""
    if job.started_at is None:
        return None
    return max(((job.finished_at or now) - job.started_at).total_seconds(), 0.0)


def used_by(job: JobAnswer) -> str:
    """Return what the attempts of a job have used together; nothing before one has ended."""
    if not job.usage.peak_bytes:
        return ""
    return f"{size(job.usage.peak_bytes)} of memory, {lasting(job.usage.cpu_s)} of processor"
