"""Makes a worker of a project: the place where it meets clocks, folders and the store."""

import secrets
import time
from datetime import UTC, datetime

from modelyard.bootstrap import Project
from modelyard.domain.jobs import usual_places
from modelyard.kit.families import adopt_orphans
from modelyard.kit.processes import is_gone, mark_of_this_process
from modelyard.worker.watching import LEASE_S, Watch
from modelyard.worker.working import Surroundings, Worker


def worker_of(project: Project, *, n_places: int | None = None, lease_s: float = LEASE_S) -> Worker:
    """Return a worker that serves every tenant of a platform; arguments as `surroundings_of`."""
    return Worker(surroundings_of(project, n_places=n_places, lease_s=lease_s))


def surroundings_of(
    project: Project, *, n_places: int | None = None, lease_s: float = LEASE_S
) -> Surroundings:
    """Return what a worker works with.

    Args:
        project: of the platform.
        n_places: jobs to run at once; None for one for every two threads, since fits use several.
        lease_s: of silence after which another worker has lost its jobs.
    """
    adopt_orphans()
    n_threads = project.settings.threads
    return Surroundings(
        claims=project.claims,
        folder_of=lambda fence: project.of(fence.tenant).jobs.folder_of(fence.job_id),
        clear=lambda fence: _clear(project.of(fence.tenant), fence.job_id),
        n_places=n_places or usual_places(n_threads),
        n_threads=n_threads,
        mark=mark_of_this_process(),
        watch=Watch(is_gone=is_gone, lease_s=lease_s),
        clock=time.monotonic,
        now=lambda: datetime.now(UTC),
        new_id=lambda at: f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
    )


def _clear(project: Project, job_id: str) -> None:
    project.recovery.recover()
    project.registry.batches.sweep(job_id)
