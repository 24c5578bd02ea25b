"""Work that is done later, asked for, looked at, cancelled, tried again: every job begins here."""

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from modelyard.catalog import Catalog
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.datasets import DatasetVersion
from modelyard.domain.errors import Conflict, InvalidValue
from modelyard.domain.identities import Caller
from modelyard.domain.jobs import (
    HOPELESS_UNCHANGED,
    LEAST_PRIORITY,
    MOST_PRIORITY,
    USUAL_PRIORITY,
    Fence,
    Job,
    JobEvent,
    JobKind,
    JobQuery,
    JobState,
    Limits,
    Problem,
    Quota,
    QuotaUse,
)
from modelyard.domain.queries import Page
from modelyard.kit.failpoints import reach
from modelyard.services.admitting import require_trainable
from modelyard.services.audit import Audit
from modelyard.store.jobs import Jobs

# The limit that an attempt ran into.
_LIMIT_OF: Mapping[str, str] = {
    Problem.MEMORY: "memory_bytes",
    Problem.CPU_TIME: "cpu_s",
    Problem.WALL_TIME: "wall_s",
}
# As whoever asks for it names it.
_TOLD: Mapping[str, str] = {"memory_bytes": "memory_mb", "cpu_s": "cpu_s", "wall_s": "wall_s"}


@dataclass(frozen=True)
class JobService:
    """Keeps the jobs of a tenant.

    Attributes:
        tenant: whose they are.
        folder: in which each job has a folder while it is not at its end.
        dataset_of: returns the version that a name, a name and version, or a hash stands for.
        columns_of: returns the names of its columns, None where they are not known.
        now: returns the aware UTC time.
        new_id: returns an identifier that sorts by the time it is given.
        audit: the record of deeds.
    """

    tenant: str
    jobs: Jobs
    catalog: Catalog
    folder: Path
    dataset_of: Callable[[str], DatasetVersion]
    columns_of: Callable[[DatasetVersion, ReadOptions], Collection[str] | None]
    now: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    audit: Audit

    def submit(
        self,
        kind: JobKind,
        payload: Mapping[str, Any],
        *,
        created_by: str,
        priority: int = USUAL_PRIORITY,
        limits: Limits | None = None,
    ) -> Job:
        """Ask for work; once this returns it is not forgotten any more.

        Args:
            kind: of the work.
            payload: what to do, as plain JSON values.
            created_by: who asks, as `Caller.subject` says it.
            priority: higher ones of the tenant go first.
            limits: of each attempt; None for what the worker gives to every job.

        Raises:
            QuotaExceeded: if as many jobs wait as the tenant may have.
            InvalidValue: if the priority or a limit is not allowed.
        """
        return self._add(
            self._new(kind, payload, created_by=created_by, priority=priority, limits=limits)
        )

    def train(
        self,
        dataset: str,
        config: TrainingConfig,
        *,
        caller: Caller,
        priority: int = USUAL_PRIORITY,
        limits: Limits | None = None,
    ) -> Job:
        """Ask for a training; what is wrong with it is told now rather than by a failed job.

        Args:
            dataset: name, name and version, or hash.
            config: what to train.
            caller: who asks.
            priority: higher ones of the tenant go first.
            limits: of each attempt.

        Raises:
            NotFound: if there is no such dataset.
            UsageError, MissingColumns: as `require_trainable`.
            QuotaExceeded: as `submit`.
        """
        version = self.dataset_of(dataset)
        require_trainable(config, self.catalog, columns=self.columns_of(version, config.read))
        named = replace(config, name=config.name or version.name)
        payload = {"dataset": version.reference, "config": named.to_dict()}
        with self.audit.recorded(caller, "training.start", target=version.reference):
            job = self.submit(
                JobKind.TRAINING,
                payload,
                created_by=caller.subject,
                priority=priority,
                limits=limits,
            )
        reach("submit.after-commit")
        return job

    def get(self, id_: str) -> Job:
        """Return one job.

        Raises:
            NotFound: if the tenant has none of this id.
        """
        return self.jobs.get(id_)

    def find(self, query: JobQuery) -> Page[Job]:
        """Return a page of jobs, newest first.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        return self.jobs.find(query)

    def events(self, id_: str, *, after: int = 0, limit: int = 500) -> tuple[JobEvent, ...]:
        """Return the lines of a job's log behind a number.

        Raises:
            NotFound: if the tenant has no such job.
        """
        return self.jobs.events(id_, after=after, limit=limit)

    def cancel(self, id_: str, *, caller: Caller) -> Job:
        """End a job; what it has made so far is thrown away.

        Raises:
            NotFound: if the tenant has no such job.
            Conflict: if it has ended otherwise.
        """
        with self.audit.recorded(caller, "job.cancel", target=id_, makes_room=True):
            job = self.jobs.cancel(id_, by=caller.subject, at=self.now())
        structlog.get_logger().info("job cancelled", job=id_, tenant=self.tenant, by=caller.subject)
        if job.state is JobState.CANCELLED:
            # An attempt before may have left something to go on from.
            shutil.rmtree(self.folder_of(id_), ignore_errors=True)
        return job

    def wrap_up(self, id_: str, *, caller: Caller) -> Job:
        """Let AutoML, or a search, end now with the best so far.

        One that has finished nothing yet ends with the first that it finishes.

        Raises:
            NotFound: if the tenant has no such job.
            Conflict: if it has ended, is to be cancelled, or searches for nothing.
        """
        with self.audit.recorded(caller, "job.finish", target=id_):
            job = self.jobs.wrap_up(id_, by=caller.subject, at=self.now())
        structlog.get_logger().info(
            "job to be finished", job=id_, tenant=self.tenant, by=caller.subject
        )
        return job

    def retry(self, id_: str, *, caller: Caller, limits: Limits | None = None) -> Job:
        """Do a job again that did not succeed, as a new one.

        Args:
            id_: of the job.
            caller: who asks.
            limits: that are to be others than before; what is None stays.

        Raises:
            NotFound: if the tenant has no such job.
            Conflict: if it has not ended, has succeeded, or would end as it did before.
        """
        job = self.jobs.get(id_)
        if job.state not in {JobState.FAILED, JobState.CANCELLED}:
            raise Conflict(
                f"The job {id_} is {job.state}; only what failed or was cancelled is done again.",
                fix="Ask for a new one.",
            )
        merged = _merged(job.limits, limits or Limits())
        if job.problem in HOPELESS_UNCHANGED and not _is_raised(job, merged):
            told = _TOLD[_LIMIT_OF[job.problem]]
            raise Conflict(
                f"The job {id_} would end as it did before: {job.reason}",
                fix=f"Send limits with more {told} (--{told.replace('_', '-')}).",
            )
        new = self._new(
            job.kind, job.payload, created_by=caller.subject, priority=job.priority, limits=merged
        )
        with self.audit.recorded(caller, "job.retry", target=job.id):
            return self._add(replace(new, retry_of=job.id))

    def finish(self, fence: Fence, *, result: Mapping[str, Any]) -> None:
        """End a job well whose result nothing else has published.

        Raises:
            ClaimLost: if another worker has it, or it was cancelled.
        """
        self.jobs.finish(fence, result=dict(result), at=self.now())

    def quota(self) -> Quota:
        """Return how many jobs the tenant may have."""
        return self.jobs.quota()

    def quota_use(self) -> QuotaUse:
        """Return how many jobs the tenant may have, and how many run and wait now."""
        return self.jobs.quota_use()

    def set_quota(self, quota: Quota, *, caller: Caller) -> None:
        """Give the tenant another quota.

        Raises:
            InvalidValue: if one of its numbers is below 1.
        """
        told = asdict(quota)
        with self.audit.recorded(caller, "quota.set", target=self.tenant, details=told):
            self.jobs.set_quota(quota)

    def folder_of(self, id_: str) -> Path:
        """Return the folder of a job that is not at its end."""
        return self.folder / id_

    def _new(
        self,
        kind: JobKind,
        payload: Mapping[str, Any],
        *,
        created_by: str,
        priority: int,
        limits: Limits | None,
    ) -> Job:
        at = self.now()
        return Job(
            tenant=self.tenant,
            id=self.new_id(at),
            kind=kind,
            state=JobState.QUEUED,
            payload=payload,
            created_by=created_by,
            created_at=at,
            priority=_checked_priority(priority),
            limits=_checked(limits or Limits()),
        )

    def _add(self, job: Job) -> Job:
        self.jobs.add(job)
        structlog.get_logger().info(
            "job queued", job=job.id, tenant=job.tenant, kind=job.kind.value, by=job.created_by
        )
        return job


def _checked_priority(priority: int) -> int:
    if LEAST_PRIORITY <= priority <= MOST_PRIORITY:
        return priority
    raise InvalidValue(
        f"A priority is a whole number from {LEAST_PRIORITY} to {MOST_PRIORITY}; {priority} came.",
        fix=f"Leave it out for {USUAL_PRIORITY}.",
        sample=str(priority),
    )


def _checked(limits: Limits) -> Limits:
    for name, value in asdict(limits).items():
        if value is not None and not value > 0:
            raise InvalidValue(
                f"The limit {name} must be above 0; {value} came.",
                fix="Leave it out for the worker's own.",
                sample=str(value),
            )
    return limits


def _merged(before: Limits, now: Limits) -> Limits:
    changes = {name: value for name, value in asdict(now).items() if value is not None}
    return replace(before, **changes)


def _is_raised(job: Job, limits: Limits) -> bool:
    name = _LIMIT_OF[job.problem]
    before, now = getattr(job.limits, name), getattr(limits, name)
    # A job that named no limit had the worker's, whatever that was.
    return now is not None and (before is None or now > before)
