"""Pages as Streamlit runs them, over a real API that is served on loopback with the demo in it."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from logins import EMAIL, PASSWORD
from pages_opened import opened

from loopback import served
from modelyard.api.apart import Nursery
from modelyard.api.app import make_app
from modelyard.bootstrap import Project, open_project
from modelyard.client.clients import Client
from modelyard.client.patience import Patience
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.identities import LOCAL_CALLER, Caller, ModelAccess, Role
from modelyard.domain.jobs import JobKind
from modelyard.services.logins import as_caller
from modelyard.services.samples import read_sample
from modelyard.services.uploads import UploadRequest
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.sessions import Sessions
from modelyard.worker.starting import worker_of

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

DEMO = "demo"
_CONFIG = TrainingConfig(target="species", algorithm="logistic-regression", name=DEMO)


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with the dataset and the model `demo`, by jobs, and return where it lies."""
    place = tmp_path_factory.mktemp("demo")
    before = dict(os.environ)
    os.environ.update(MODELYARD_HOME=str(place / "home"), MODELYARD_KEYS=str(place / "keys"))
    try:
        project = open_project()
        content = read_sample("iris.csv")
        request = UploadRequest(
            name=DEMO, filename="iris.csv", size_bytes=len(content), created_by="local"
        )
        dataset = project.uploads.take(request, [content]).reference
        project.jobs.train(dataset, _CONFIG, caller=LOCAL_CALLER)
        payload = {"dataset": dataset, "loads_rows": False}
        project.jobs.submit(JobKind.INGEST, payload, created_by="local")
        worker_of(project, n_places=1).work(is_ending=lambda: False, until_idle=True)
        project.database.close()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return place


@pytest.fixture
def project(demo_project: Path, _own_home: Path) -> Iterator[Project]:
    """Open a copy of the demo's project, for one test alone."""
    shutil.copytree(demo_project, _own_home, dirs_exist_ok=True)
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.fixture
def app(project: Project, nursery: Nursery) -> FastAPI:
    """Return the API of the project in laptop mode."""
    return make_app(project, nursery=nursery)


@pytest.fixture
def api(app: FastAPI) -> Iterator[str]:
    """Serve the API, and yield its address."""
    with served(app) as url:
        yield url


@pytest.fixture
def client(api: str) -> Iterator[Client]:
    """Return a client of the API."""
    with Client(api, patience=Patience(retries=1, first_s=0.01)) as opened:
        yield opened


@pytest.fixture
def page(api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., "AppTest"]]:
    """Return a function that opens a page, and returns it as it was drawn.

    It takes the page's path and the parameters of the address: `page("models", model="demo@1")`.
    """
    with showing(api, monkeypatch):
        yield opened


@pytest.fixture
def page_as(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., "AppTest"]]:
    """Return a function that opens a page as somebody sees it who has logged in with a role.

    It takes the role before what `page` takes: `page_as(Role.VIEWER, "models")`.
    """
    invitations = project.access.invitations
    token = invitations.begin_setup()
    assert token is not None
    admitted = invitations.set_up(token.text, email=EMAIL, password=PASSWORD, title="Ada")
    with ExitStack() as stack:

        def open_as(
            role: Role, path: str, *, access: ModelAccess | None = None, **query: str
        ) -> "AppTest":
            is_admin = role is Role.ADMIN
            caller = replace(as_caller(admitted.user), role=role, is_operator=is_admin)
            caller = caller if access is None else replace(caller, access=access)
            app = make_app(project, callers=_Somebody(caller))
            stack.enter_context(showing(stack.enter_context(served(app)), monkeypatch))
            return opened(path, **query)

        yield open_as


class _Somebody:
    """Takes whoever asks for one person."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        del headers, address
        return self._caller


@contextmanager
def showing(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process show the platform at an address."""
    sessions = Sessions(lambda token: Client(url, token=token), clock=time.monotonic)
    hold(PageProcess(api_url=url, browser_api_url=url, sessions=sessions))
    # AppTest has no browser: it makes up a cookie that is another one in each run.
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: None)
    yield
    sessions.close()
