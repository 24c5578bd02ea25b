"""A platform that is served on loopback by a real server, and clients of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.types import ASGIApp

from loopback import served
from modelyard.api.app import make_app
from modelyard.bootstrap import Project, open_project
from modelyard.client.clients import Client
from modelyard.client.patience import Patience

EAGER = Patience(retries=4, first_s=0.01)


@pytest.fixture
def project() -> Iterator[Project]:
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.fixture
def url(project: Project) -> Iterator[str]:
    """The address of a platform in laptop mode."""
    with served(make_app(project)) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url, patience=EAGER) as opened:
        yield opened


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Return a function that serves an application until the test ends."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app))
