"""Has small uploads read at once, each by a process of its own, and larger ones by a job.

A table fills more memory than its file, and a file may be made to do harm: the process that answers
requests parses none. What the process does not manage in time is left to a job as well.
"""

import structlog
from fastapi.concurrency import run_in_threadpool

from modelyard.api.apart import Apart
from modelyard.bootstrap import Project
from modelyard.domain.datasets import DatasetFormat, DatasetState, DatasetVersion
from modelyard.domain.errors import QuotaExceeded
from modelyard.domain.jobs import JobKind

_log = structlog.get_logger(__name__)

# Read and described within about two seconds on two cores, the start of the process included.
AT_ONCE_BYTES = 4 << 20
# Nobody waits longer for the answer to an upload: of many at once, those whose turn does not come
# are left to jobs, which are fair between tenants.
_PATIENCE_S, _TIMEOUT_S = 5.0, 20.0
_CHILD = "modelyard.api.reading_child"


class SmallReads:
    """Reads what is small at once, and leaves the rest to jobs."""

    def __init__(self, apart: Apart) -> None:
        """Take what runs processes."""
        self._apart = apart

    async def read(self, project: Project, version: DatasetVersion) -> DatasetVersion:
        """Return a version as far as it is known now: read, or with a job that will read it."""
        if version.size_bytes <= AT_ONCE_BYTES and version.format is not DatasetFormat.PACKED_CSV:
            # Whether the process has read it, the version says.
            order = project.settings, project.tenant, version.reference
            await self._apart.run(_CHILD, order, timeout_s=_TIMEOUT_S, patience_s=_PATIENCE_S)
            version = await run_in_threadpool(project.named_datasets.get, version.reference)
        if version.state is DatasetState.UNREAD:
            try:
                await run_in_threadpool(
                    ask_for_reading, project, version, created_by=version.created_by
                )
            except QuotaExceeded as error:
                # The upload itself went well; it is read when somebody asks again.
                _log.warning("dataset left unread", dataset=version.reference, reason=str(error))
        return version


def ask_for_reading(
    project: Project, version: DatasetVersion, *, created_by: str, loads_rows: bool = False
) -> None:
    """Submit the job that reads a version, and loads its rows into the database where asked to.

    Raises:
        QuotaExceeded: if as many jobs wait as the tenant may have.
    """
    payload = {"dataset": version.reference, "loads_rows": loads_rows}
    project.jobs.submit(JobKind.INGEST, payload, created_by=created_by)
