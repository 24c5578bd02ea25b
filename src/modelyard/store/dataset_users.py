"""What is at work on a dataset now: running trainings, and jobs that wait or run."""

from collections.abc import Iterator

import sqlalchemy as sa

from modelyard.domain.datasets import DatasetVersion
from modelyard.domain.jobs import JobState
from modelyard.domain.runs import RunStatus
from modelyard.store.databases import TenantDatabase
from modelyard.store.tables.jobs import JOBS
from modelyard.store.tables.runs import TRAINING_JOBS

_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)


class DatasetUsers:
    """Looks through the records of trainings and jobs."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def of(self, version: DatasetVersion) -> tuple[str, ...]:
        """Return what uses a version, as people read it; a bare name stands for every version."""
        with self._database.reading() as connection:
            return (*self._runs(connection, version), *self._jobs(connection, version))

    def _runs(self, connection: sa.Connection, version: DatasetVersion) -> Iterator[str]:
        columns = TRAINING_JOBS.c
        running = sa.select(columns.id).where(
            columns.tenant == self._database.tenant,
            columns.status == RunStatus.RUNNING.value,
            columns.data_sha256.in_({version.sha256, version.data_sha256 or version.sha256}),
        )
        for id_ in connection.scalars(running):
            yield f"run {id_}"

    def _jobs(self, connection: sa.Connection, version: DatasetVersion) -> Iterator[str]:
        names = {version.name, version.reference, version.sha256}
        unfinished = sa.select(JOBS.c.id, JOBS.c.payload).where(
            JOBS.c.tenant == self._database.tenant, JOBS.c.state.in_(_UNFINISHED)
        )
        for id_, payload in connection.execute(unfinished):
            if payload.get("dataset") in names:
                yield f"job {id_}"
