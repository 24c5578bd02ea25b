"""The jobs of a tenant: what was asked for, where it stands, and what its log says."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, InvalidValue, NotFound, QuotaExceeded
from modelyard.domain.jobs import (
    EventKind,
    Fence,
    Job,
    JobEvent,
    JobQuery,
    JobState,
    Line,
    Problem,
    Quota,
    QuotaUse,
)
from modelyard.domain.queries import Page
from modelyard.kit.failpoints import reach
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.job_rows import is_job, succeed, to_job, to_row, write_lines
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.jobs import JOB_EVENTS, JOB_QUOTAS, JOBS


class Jobs:
    """Records of `jobs`, with their logs and the tenant's quota."""

    def __init__(self, database: TenantDatabase, *, quota: Quota) -> None:
        """Take the tenant's database, and the quota that counts where nobody gave another."""
        self._database = database
        self._usual = quota

    def add(self, job: Job) -> None:
        """Remember a new job that waits; once this returns, it is done or its end is told.

        Raises:
            QuotaExceeded: if as many wait as the tenant may have.
            InvalidValue: if its id is taken.
        """
        with self._database.writing() as connection:
            quota = self._quota(connection)
            waiting = connection.execute(
                sa.select(sa.func.count()).where(
                    JOBS.c.tenant == self._database.tenant, JOBS.c.state == JobState.QUEUED.value
                )
            ).scalar_one()
            if waiting >= quota.most_queued:
                raise QuotaExceeded(
                    f"{waiting} jobs wait already, and {quota.most_queued} may.",
                    fix="Wait until some have ended, or cancel some.",
                )
            connection.execute(sa.insert(JOBS).values(to_row(job)))
            self._tell(connection, job.id, f"queued by {job.created_by}", at=job.created_at)
            reach("submit.before-commit")

    def get(self, id_: str) -> Job:
        """Return the job with this id.

        Raises:
            NotFound: if there is none.
        """
        with self._database.reading() as connection:
            return self._get(connection, id_)

    def find(self, query: JobQuery) -> Page[Job]:
        """Return a page of the jobs that the query asks for, newest first.

        Raises:
            InvalidValue: if the cursor is none of these lists.
        """
        columns = JOBS.c
        exact = {
            columns.kind: query.kind,
            columns.state: query.state,
            columns.created_by: query.created_by,
        }
        tenant = self._database.tenant
        conditions = [column == value for column, value in exact.items() if value is not None]
        paging = Paging(
            keys=(SortKey(columns.id, is_descending=True),),
            limit=query.limit,
            cursor=query.cursor,
            scope=("jobs", tenant, *(str(value) for value in exact.values())),
        )
        chosen = paging.apply(sa.select(JOBS).where(columns.tenant == tenant, *conditions))
        with self._database.reading() as connection:
            rows, cursor = paging.cut(connection.execute(chosen).mappings().all())
        return Page(tuple(to_job(row) for row in rows), cursor)

    def events(self, id_: str, *, after: int, limit: int) -> tuple[JobEvent, ...]:
        """Return the lines of a job's log behind a number.

        Raises:
            NotFound: if there is no such job.
        """
        columns = JOB_EVENTS.c
        chosen = (
            sa.select(columns.number, columns.kind, columns.at, columns.words)
            .where(
                columns.tenant == self._database.tenant,
                columns.job_id == id_,
                columns.number > after,
            )
            .order_by(columns.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            self._get(connection, id_)
            rows = connection.execute(chosen).all()
        return tuple(
            JobEvent(EventKind(kind), at, words, number) for number, kind, at, words in rows
        )

    def cancel(self, id_: str, *, by: str, at: datetime) -> Job:
        """End a job without a result: at once where it waits, else as soon as its worker looks.

        Whoever asks twice is answered alike.

        Raises:
            NotFound: if there is none.
            Conflict: if it has ended otherwise.
        """
        with self._database.writing() as connection:
            job = self._get(connection, id_, is_locked=True)
            if job.state is JobState.CANCELLED or job.is_cancelling:
                return job
            if job.state.is_final:
                raise Conflict(
                    f"The job {id_} has ended ({job.state}) and is not cancelled any more.",
                    fix="Nothing is to be done.",
                )
            changes: dict[str, Any] = {"is_cancelling": True}
            if job.state is JobState.QUEUED:
                reason = f"cancelled by {by}"
                changes |= {"state": JobState.CANCELLED.value, "problem": Problem.CANCELLED.value}
                changes |= {"reason": reason, "finished_at": at}
            connection.execute(
                sa.update(JOBS).where(is_job(self._database.tenant, id_)).values(**changes)
            )
            self._tell(connection, id_, f"{by} asks to cancel it", at=at)
            return self._get(connection, id_)

    def wrap_up(self, id_: str, *, by: str, at: datetime) -> Job:
        """Let the search of a job end with the best so far, as soon as its worker looks.

        Whoever asks twice is answered alike.

        Raises:
            NotFound: if there is none.
            Conflict: if it has ended, is to be cancelled, or searches for nothing.
        """
        with self._database.writing() as connection:
            job = self._get(connection, id_, is_locked=True)
            _require_search(job)
            if job.is_finishing:
                return job
            connection.execute(
                sa.update(JOBS).where(is_job(self._database.tenant, id_)).values(is_finishing=True)
            )
            self._tell(connection, id_, f"{by} asks to end it with the best so far", at=at)
            return self._get(connection, id_)

    def finish(self, fence: Fence, *, result: dict[str, Any], at: datetime) -> None:
        """End a job well that has published nothing else in a transaction of its own.

        Raises:
            ClaimLost: if another worker has it, or it was cancelled.
        """
        with self._database.writing() as connection:
            succeed(connection, fence, result=result, at=at)

    def retell(self, id_: str, *, result: dict[str, Any]) -> None:
        """Change what a job that succeeded tells, e.g. when its file was deleted."""
        told = sa.update(JOBS).where(
            is_job(self._database.tenant, id_), JOBS.c.state == JobState.SUCCEEDED.value
        )
        with self._database.writing() as connection:
            connection.execute(told.values(result=result))

    def quota(self) -> Quota:
        """Return how many jobs the tenant may have."""
        with self._database.reading() as connection:
            return self._quota(connection)

    def quota_use(self) -> QuotaUse:
        """Return how many jobs the tenant may have, and how many run and wait now."""
        counted = (
            sa.select(JOBS.c.state, sa.func.count().label("n"))
            .where(
                JOBS.c.tenant == self._database.tenant,
                JOBS.c.state.in_([JobState.RUNNING.value, JobState.QUEUED.value]),
            )
            .group_by(JOBS.c.state)
        )
        with self._database.reading() as connection:
            found = {row.state: row.n for row in connection.execute(counted)}
            quota = self._quota(connection)
        n_running, n_queued = (found.get(each, 0) for each in (JobState.RUNNING, JobState.QUEUED))
        return QuotaUse(quota, n_running, n_queued)

    def set_quota(self, quota: Quota) -> None:
        """Give the tenant another quota; what runs or waits already is left alone.

        Raises:
            InvalidValue: if one of them is below 1.
        """
        if min(quota.most_running, quota.most_queued) < 1:
            raise InvalidValue(
                f"A quota counts from 1; {quota.most_running} running and {quota.most_queued} "
                "waiting came.",
                fix="Give at least 1 for each.",
            )
        row = {
            "tenant": self._database.tenant,
            "most_running": quota.most_running,
            "most_queued": quota.most_queued,
        }
        with self._database.writing() as connection:
            put(connection, JOB_QUOTAS, values=row, replacing=["most_running", "most_queued"])

    def _quota(self, connection: sa.Connection) -> Quota:
        columns = JOB_QUOTAS.c
        chosen = sa.select(columns.most_running, columns.most_queued).where(
            columns.tenant == self._database.tenant
        )
        found = connection.execute(chosen).first()
        return self._usual if found is None else Quota(*found)

    def _get(self, connection: sa.Connection, id_: str, *, is_locked: bool = False) -> Job:
        chosen = sa.select(JOBS).where(is_job(self._database.tenant, id_))
        if is_locked:
            chosen = chosen.with_for_update()
        row = connection.execute(chosen).mappings().first()
        if row is None:
            raise NotFound(
                f"There is no job '{id_}'.", fix="The list of jobs tells their ids.", sample=id_
            )
        return to_job(row)

    def _tell(self, connection: sa.Connection, id_: str, words: str, *, at: datetime) -> None:
        key = (self._database.tenant, id_)
        write_lines(connection, key, lines=[Line(EventKind.STATE, at, words)])


def _require_search(job: Job) -> None:
    """Refuse to keep the best so far of a job that has none, or will have none."""
    if job.state.is_final or job.is_cancelling:
        told = f"has ended ({job.state})" if job.state.is_final else "is being cancelled"
        raise Conflict(f"The job {job.id} {told}.", fix="Nothing is to be done.")
    if not job.is_search:
        raise Conflict(
            f"The job {job.id} searches for nothing: it has no best so far.",
            fix="Let it end, or cancel it.",
        )
