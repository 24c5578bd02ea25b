"""Projects of tests: opened for one of them, served on loopback, and with their jobs done."""

from collections.abc import Iterator
from contextlib import contextmanager

from loopback import served
from modelyard.api.apart import Nursery
from modelyard.api.app import make_app
from modelyard.bootstrap import Project, open_project
from modelyard.client.clients import Client
from modelyard.client.patience import Patience
from modelyard.worker.starting import worker_of

# Asked again at once, so that no test waits.
EAGER = Patience(retries=4, first_s=0.01)


@contextmanager
def own_project() -> Iterator[Project]:
    """Open the project of a test's own home, and close it again."""
    opened = open_project()
    try:
        yield opened
    finally:
        opened.database.close()


@contextmanager
def laptop(project: Project, nursery: Nursery | None = None) -> Iterator[str]:
    """Serve a project in laptop mode, and yield its address."""
    with served(make_app(project, nursery=nursery)) as address:
        yield address


@contextmanager
def asked(url: str) -> Iterator[Client]:
    """Open a client of an address."""
    with Client(url, patience=EAGER) as opened:
        yield opened


def work_off(project: Project) -> None:
    """Do all jobs that wait, in this process."""
    worker_of(project, n_places=1).work(is_ending=lambda: False, until_idle=True)
