"""A small dataset whose trainings are jobs, and workers as processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rows import table

from modelyard.bootstrap import Project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobState, Limits
from modelyard.domain.tenants import LOCAL
from modelyard.services.uploads import UploadRequest

_CHILD = b"modelyard.worker.child"
# Far more than a training of these rows takes on a crowded machine.
PATIENCE_S = 200.0

TABLE = table().encode()
CONFIG = TrainingConfig(target="y", algorithm="logistic-regression")


def upload(project: Project, *, tenant: str = LOCAL, name: str = "prices") -> None:
    """Keep the small table as a dataset."""
    request = UploadRequest(
        name=name, filename="prices.csv", size_bytes=len(TABLE), created_by="user:1"
    )
    project.of(tenant).uploads.take(request, [TABLE])


def ask(project: Project, *, tenant: str = LOCAL, limits: Limits | None = None) -> Job:
    """Ask for a training of the small table."""
    caller = replace(LOCAL_CALLER, tenant=tenant)
    return project.of(tenant).jobs.train("prices", CONFIG, caller=caller, limits=limits)


def start_worker(*options: str, failpoint: str = "") -> subprocess.Popen[bytes]:
    """Start `modelyard worker` over the project of this test."""
    environment = dict(os.environ)
    if failpoint:
        environment["FAILPOINT_OF_MODELYARD"] = failpoint
    command = [sys.executable, "-m", "modelyard", "worker", "--places", "1", *options]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait until something has happened, and fail where it does not."""
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)


def has_ended(project: Project, job: Job) -> bool:
    """Tell whether nothing more will be known of a job."""
    return project.of(job.tenant).jobs.get(job.id).is_settled


def children() -> list[int]:
    """Return the processes that do a job of this test's project."""
    home = f"MODELYARD_HOME={os.environ['MODELYARD_HOME']}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_ours = home in (place / "environ").read_bytes().split(b"\0")
            if is_ours and _CHILD in (place / "cmdline").read_bytes():
                found.append(int(place.name))
    return found


def is_stopped(pid: int) -> bool:
    """Tell whether a process was stopped (SIGSTOP)."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return False


def end(worker: subprocess.Popen[bytes]) -> None:
    """Let a worker end, however it stands."""
    with suppress(ProcessLookupError):
        worker.send_signal(signal.SIGCONT)
        worker.kill()
    worker.wait(PATIENCE_S)


def leftovers(project: Project) -> list[str]:
    """Return the files and folders that no job and no model needs."""
    named = {model.artifact for model in project.models.models.find()}
    jobs = [path.name for path in project.jobs.folder.glob("*")]
    packages = [each.path.name for each in project.artifacts.stored() if each.key not in named]
    return jobs + packages


def states(project: Project, *jobs: Job) -> list[JobState]:
    """Return where jobs stand."""
    return [project.of(job.tenant).jobs.get(job.id).state for job in jobs]
