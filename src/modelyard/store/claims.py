"""Who works on which job, over all tenants: a worker serves every one of them, and fairly.

A claim is good as long as its worker gives signs of life. That is a counter, which another worker
watches on its own monotonic clock: no time of day decides anything, on no database, so that clocks
may differ and jump. Source: Kubernetes' leader election (client-go, tools/leaderelection), which
watches a renewed record in the same way and for the same reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.jobs import (
    GIVEN_BACK,
    MOST_ATTEMPTS,
    Ending,
    EventKind,
    Fence,
    Job,
    JobState,
    Line,
    Problem,
    Quota,
    Standing,
    Usage,
    Wish,
    WorkerSeen,
)
from modelyard.domain.runs import RunStatus
from modelyard.kit.failpoints import reach
from modelyard.store.databases import Database
from modelyard.store.job_rows import is_claimed, is_job, to_job, write_lines
from modelyard.store.tables.jobs import JOB_QUOTAS, JOBS, WORKERS
from modelyard.store.tables.runs import TRAINING_JOBS

_QUEUED, _RUNNING = JobState.QUEUED.value, JobState.RUNNING.value
_LOST = Ending(
    JobState.QUEUED,
    Problem.LOST,
    "its worker ended without a word, or gave no sign of life for too long",
)
# Those who deal out jobs wait for each other.
_QUEUE = "jobs"


class Claims:
    """Records of `workers`, and of the jobs that they have."""

    def __init__(self, database: Database, *, quota: Quota) -> None:
        """Take the database of all tenants, and what a tenant may have that nobody gave another."""
        self._database = database
        self._quota = quota

    def enlist(self, worker: WorkerSeen) -> None:
        """Let others know of a worker before it claims anything."""
        with self._database.writing() as connection:
            connection.execute(sa.insert(WORKERS).values(asdict(worker)))

    def beat(self, worker: str, *, at: datetime) -> bool:
        """Give a sign of life; return whether the others still know the worker."""
        beaten = (
            sa.update(WORKERS)
            .where(WORKERS.c.id == worker)
            .values(beats=WORKERS.c.beats + 1, seen_at=at)
        )
        with self._database.writing() as connection:
            return connection.execute(beaten).rowcount == 1

    def workers(self) -> tuple[WorkerSeen, ...]:
        """Return the workers that are known, the oldest first."""
        chosen = sa.select(WORKERS).order_by(WORKERS.c.started_at, WORKERS.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).mappings()
            return tuple(WorkerSeen(**row) for row in rows)

    def claim(self, worker: str, *, at: datetime) -> Job | None:
        """Take the job that is next, None where there is none.

        The tenant with the fewest running jobs is served first, of several the one that was not
        served for longest; of its jobs the one of the highest priority, then the oldest.
        """
        with self._database.writing(queue=_QUEUE) as connection:
            if _is_unknown(connection, worker):
                return None
            tenant = connection.execute(self._next_tenant()).scalar()
            if tenant is None:
                return None
            job = _take(connection, tenant, worker=worker, at=at)
            reach("claim.before-commit")
        reach("claim.after-commit")
        return job

    def is_any_waiting(self) -> bool:
        """Return whether a job waits; asks without writing."""
        chosen = sa.select(JOBS.c.id).where(JOBS.c.state == _QUEUED).limit(1)
        with self._database.reading() as connection:
            return connection.execute(chosen).first() is not None

    def held(self, worker: str) -> Mapping[Fence, Wish]:
        """Return the jobs that a worker has, and what somebody wants of them."""
        columns = JOBS.c
        wish = sa.case(
            (columns.is_cancelling, Wish.CANCEL.value),
            (columns.is_finishing, Wish.FINISH.value),
            else_=Wish.NONE.value,
        )
        chosen = sa.select(columns.tenant, columns.id, columns.token, wish).where(
            columns.worker == worker, columns.state == _RUNNING
        )
        with self._database.reading() as connection:
            return {
                Fence(tenant, id_, token): Wish(wanted)
                for tenant, id_, token, wanted in connection.execute(chosen)
            }

    def tell(
        self,
        fence: Fence,
        standing: Standing,
        *,
        lines: Sequence[Line],
        run_id: str,
    ) -> bool:
        """Write how far a job is, with new lines of its log; return whether the claim is good.

        It is so as well where the attempt has published its result since.
        """
        states = (_RUNNING, JobState.SUCCEEDED.value)
        told = (
            sa.update(JOBS)
            .where(is_claimed(fence), JOBS.c.state.in_(states))
            .values(standing=asdict(standing), run_id=run_id)
        )
        with self._database.writing() as connection:
            if connection.execute(told).rowcount == 0:
                return False
            write_lines(connection, (fence.tenant, fence.job_id), lines=lines)
        return True

    def end(self, fence: Fence, ending: Ending, *, usage: Usage, at: datetime) -> JobState | None:
        """Write what an attempt used, and how it ended unless it has published that itself.

        Returns:
            The state of the job; None where another worker has claimed it since.
        """
        with self._database.writing() as connection:
            _add_usage(connection, fence, usage)
            settled = sa.update(JOBS).where(is_claimed(fence)).values(worker="").returning(JOBS)
            row = connection.execute(settled).mappings().first()
            if row is None:
                return None
            job = to_job(row)
            state = job.state
            if state is JobState.RUNNING:
                state = _end(connection, job, ending, at=at)
            reach("end.before-commit")
        return state

    def dismiss(self, worker: str, *, at: datetime) -> tuple[Job, ...]:
        """Strike a worker off, and return the jobs that it had, in the states they have now.

        They wait for another one; those that have had all their attempts have failed.
        """
        with self._database.writing(queue=_QUEUE) as connection:
            gone = sa.delete(WORKERS).where(WORKERS.c.id == worker)
            if connection.execute(gone).rowcount == 0:
                return ()
            chosen = (
                sa.select(JOBS)
                .where(JOBS.c.worker == worker, JOBS.c.state == _RUNNING)
                .order_by(JOBS.c.tenant, JOBS.c.id)
                .with_for_update()
            )
            jobs = [to_job(row) for row in connection.execute(chosen).mappings().all()]
            ended = [replace(job, state=_end(connection, job, _LOST, at=at)) for job in jobs]
            # What had published its result is only told to be settled.
            settled = (
                sa.update(JOBS).where(JOBS.c.worker == worker).values(worker="").returning(JOBS)
            )
            ended += [to_job(row) for row in connection.execute(settled).mappings()]
        return tuple(ended)

    def _next_tenant(self) -> sa.Select[Any]:
        jobs, busy = JOBS.c, JOBS.alias("busy")
        waiting = sa.select(jobs.tenant).where(jobs.state == _QUEUED).distinct().subquery()
        running = (
            sa.select(sa.func.count())
            .where(busy.c.state == _RUNNING, busy.c.tenant == waiting.c.tenant)
            .scalar_subquery()
        )
        served = JOBS.alias("served")
        last = (
            sa.select(sa.func.max(served.c.turn))
            .where(served.c.tenant == waiting.c.tenant)
            .scalar_subquery()
        )
        most = sa.func.coalesce(JOB_QUOTAS.c.most_running, self._quota.most_running)
        return (
            sa.select(waiting.c.tenant)
            .outerjoin(JOB_QUOTAS, JOB_QUOTAS.c.tenant == waiting.c.tenant)
            .where(running < most)
            .order_by(running, last, waiting.c.tenant)
            .limit(1)
        )


def _take(connection: sa.Connection, tenant: str, *, worker: str, at: datetime) -> Job | None:
    """Take a tenant's next job; None where it was cancelled since we looked."""
    columns = JOBS.c
    first = (
        sa.select(columns.id)
        .where(columns.tenant == tenant, columns.state == _QUEUED)
        .order_by(columns.priority.desc(), columns.id)
        .limit(1)
    )
    id_ = connection.execute(first).scalar()
    latest = connection.execute(sa.select(sa.func.max(columns.turn))).scalar_one()
    taken = (
        sa.update(JOBS)
        .where(columns.tenant == tenant, columns.id == id_, columns.state == _QUEUED)
        .values(
            state=_RUNNING,
            token=columns.token + 1,
            attempts=columns.attempts + 1,
            turn=latest + 1,
            standing={},
            worker=worker,
            problem="",
            reason="",
            started_at=at,
        )
        .returning(JOBS)
    )
    row = connection.execute(taken).mappings().first()
    if row is None:
        return None
    job = to_job(row)
    words = f"attempt {job.attempts} of {MOST_ATTEMPTS} begins"
    write_lines(connection, (tenant, job.id), lines=[Line(EventKind.STATE, at, words)])
    return job


def _end(connection: sa.Connection, job: Job, ending: Ending, *, at: datetime) -> JobState:
    """Write how an attempt ended, and return the state; what was to be cancelled is."""
    state, problem, reason = ending.state, ending.problem, ending.reason
    is_given_back = ending is GIVEN_BACK
    if job.is_cancelling:
        state, problem, reason = JobState.CANCELLED, Problem.CANCELLED, "cancelled while it ran"
    elif state is JobState.QUEUED and not is_given_back and job.attempts >= MOST_ATTEMPTS:
        state, reason = JobState.FAILED, f"{MOST_ATTEMPTS} attempts have ended alike: {reason}"
    connection.execute(
        sa.update(JOBS)
        .where(is_job(job.tenant, job.id))
        .values(
            state=state.value,
            problem=problem,
            reason=reason,
            worker="",
            attempts=job.attempts - is_given_back,
            finished_at=at if state.is_final else None,
        )
    )
    _end_run(connection, job, state, reason=reason, at=at)
    words = "waits for another attempt" if state is JobState.QUEUED else state.value
    lines = [Line(EventKind.STATE, at, f"{words}: {reason}")]
    write_lines(connection, (job.tenant, job.id), lines=lines)
    return state


def _end_run(
    connection: sa.Connection, job: Job, state: JobState, *, reason: str, at: datetime
) -> None:
    """Write the end of the training that the attempt was about, where it did not itself."""
    runs = TRAINING_JOBS.c
    status = RunStatus.CANCELLED if state is JobState.CANCELLED else RunStatus.FAILED
    connection.execute(
        sa.update(TRAINING_JOBS)
        .where(
            runs.tenant == job.tenant, runs.id == job.run_id, runs.status == RunStatus.RUNNING.value
        )
        .values(status=status.value, reason=reason, finished_at=at)
    )


def _add_usage(connection: sa.Connection, fence: Fence, usage: Usage) -> None:
    most = sa.case(
        (JOBS.c.peak_bytes < usage.peak_bytes, usage.peak_bytes), else_=JOBS.c.peak_bytes
    )
    connection.execute(
        sa.update(JOBS)
        .where(is_job(fence.tenant, fence.job_id))
        .values(cpu_s=JOBS.c.cpu_s + usage.cpu_s, peak_bytes=most)
    )


def _is_unknown(connection: sa.Connection, worker: str) -> bool:
    chosen = sa.select(WORKERS.c.id).where(WORKERS.c.id == worker)
    return connection.execute(chosen).first() is None
