"""What the records of jobs share: their rows, the lines of their logs, and the fence."""

import math
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import ClaimLost
from modelyard.domain.jobs import (
    EventKind,
    Fence,
    Job,
    JobKind,
    JobState,
    Limits,
    Line,
    Standing,
    Usage,
)
from modelyard.domain.runs import Model
from modelyard.kit.failpoints import reach
from modelyard.store.tables.jobs import JOB_EVENTS, JOBS

# A line of a log that is longer is cut.
MOST_CHARACTERS = 2_000

# Fields of a job that are columns as they are.
_PLAIN = (
    "tenant", "id", "created_by", "created_at", "priority", "attempts", "token", "worker",
    "is_cancelling", "is_finishing", "run_id", "problem", "reason", "retry_of", "started_at",
    "finished_at",
)  # fmt: skip


def to_row(job: Job) -> dict[str, Any]:
    """Return the columns of a new job."""
    return {name: getattr(job, name) for name in _PLAIN} | {
        "kind": job.kind.value,
        "state": job.state.value,
        "payload": dict(job.payload),
        "limits": asdict(job.limits),
        "standing": asdict(job.standing),
        "cpu_s": job.usage.cpu_s,
        "peak_bytes": job.usage.peak_bytes,
        "result": dict(job.result),
        "n_events": 0,
        "turn": 0,
    }


def to_job(row: sa.RowMapping) -> Job:
    """Return the job that a row holds."""
    return Job(
        kind=JobKind(row["kind"]),
        state=JobState(row["state"]),
        payload=row["payload"],
        limits=Limits(**row["limits"]),
        standing=Standing(**row["standing"]),
        usage=Usage(row["cpu_s"], row["peak_bytes"]),
        result=row["result"],
        **{name: row[name] for name in _PLAIN},
    )


def result_of(model: Model) -> dict[str, Any]:
    """Return what a job tells of the model that it has made; what is not finite is null."""
    values = {key: estimate["value"] for key, estimate in model.metrics.items()}
    metrics = {key: value if math.isfinite(value) else None for key, value in values.items()}
    told = {"model": model.reference, "run": model.run_id}
    return {**told, "metric": model.metric, "metrics": metrics}


def is_job(tenant: str, id_: str) -> sa.ColumnElement[bool]:
    """Return the condition that names one job."""
    return (JOBS.c.tenant == tenant) & (JOBS.c.id == id_)


def is_claimed(fence: Fence) -> sa.ColumnElement[bool]:
    """Return the condition that holds while this claim is the latest."""
    return is_job(fence.tenant, fence.job_id) & (JOBS.c.token == fence.token)


def is_held(fence: Fence) -> sa.ColumnElement[bool]:
    """Return the condition that holds while this claim is the latest and the job runs by it."""
    return is_claimed(fence) & (JOBS.c.state == JobState.RUNNING.value)


def write_lines(
    connection: sa.Connection,
    key: tuple[str, str],
    *,
    lines: Iterable[Line],
) -> None:
    """Append lines to the log of a job, by its tenant and id."""
    new = list(lines)
    if not new:
        return
    counted = (
        sa.update(JOBS)
        .where(is_job(*key))
        .values(n_events=JOBS.c.n_events + len(new))
        .returning(JOBS.c.n_events)
    )
    last = connection.execute(counted).scalar_one()
    rows = [
        {
            "tenant": key[0],
            "job_id": key[1],
            "number": number,
            "kind": line.kind.value,
            "at": line.at,
            "words": line.words[:MOST_CHARACTERS],
        }
        for number, line in enumerate(new, start=last - len(new) + 1)
    ]
    connection.execute(sa.insert(JOB_EVENTS), rows)


def hold(connection: sa.Connection, fence: Fence) -> None:
    """Make sure that a claim is still good, and stays so until the transaction ends.

    Called before anything else is written, so that everybody locks the job first.

    Raises:
        ClaimLost: if another worker has the job, or it was cancelled.
    """
    touched = (
        sa.update(JOBS)
        .where(is_held(fence), sa.not_(JOBS.c.is_cancelling))
        .values(token=JOBS.c.token)
    )
    if connection.execute(touched).rowcount == 0:
        raise ClaimLost(
            f"The job {fence.job_id} is not this worker's any more: it was cancelled, or another "
            "worker has taken it over.",
            fix="Nothing is to be done: what this attempt made is thrown away.",
        )


def succeed(
    connection: sa.Connection, fence: Fence, *, result: dict[str, Any], at: datetime
) -> None:
    """End a job well, in the transaction that publishes what it made.

    Raises:
        ClaimLost: as `hold`.
    """
    hold(connection, fence)
    connection.execute(
        sa.update(JOBS)
        .where(is_held(fence))
        .values(state=JobState.SUCCEEDED.value, result=result, finished_at=at)
    )
    write_lines(
        connection,
        (fence.tenant, fence.job_id),
        lines=[Line(EventKind.STATE, at, "succeeded")],
    )
    reach("publish.before-commit")
