"""A platform on which people log in, and a browser that looks at its page without Streamlit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from loopback import served
from modelyard.api.app import make_app
from modelyard.api.guards import guards_of
from modelyard.bootstrap import Project
from modelyard.client.clients import Client
from modelyard.client.patience import Patience
from modelyard.domain.perimeters import LOOPBACK_NETWORKS, Perimeter
from modelyard.ui import downloads, health, login, tokens
from modelyard.ui.entrance import Entrance
from modelyard.ui.guards import Guard
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.sessions import Sessions

PAGE = "http://localhost:8501"
EMAIL, PASSWORD = "ada@example.org", "several words in a row"
AT_ONCE = Patience(retries=0)


@contextmanager
def served_to_people(project: Project) -> Iterator[str]:
    """Serve the project as `up` does beside a page, to people who log in."""
    perimeter = Perimeter().with_page(origins=(PAGE,), proxies=LOOPBACK_NETWORKS)
    app = make_app(project, callers=project.access.identity, guards=guards_of(perimeter))
    with served(app) as url:
        yield url


def setup_token(project: Project) -> str:
    """Return the token that makes the first user."""
    token = project.access.invitations.begin_setup()
    assert token is not None
    return token.text


def sessions_at(url: str, *, is_open: bool = True) -> Sessions:
    """Return the sessions of a page that shows a platform."""
    return Sessions(
        lambda token: Client(url, token=token, patience=AT_ONCE),
        clock=time.monotonic,
        is_open=is_open,
    )


async def _page(request):
    return PlainTextResponse("the page")


@contextmanager
def browser_at(
    url: str, *, base_url: str = PAGE, is_open: bool = True, address: str = "127.0.0.1"
) -> Iterator[TestClient]:
    """Yield a browser at the page of a platform; what Streamlit would show is one line of text."""
    sessions = sessions_at(url, is_open=is_open)
    hold(PageProcess(url, url, sessions))
    routes = [*login.routes(), *tokens.routes(), *downloads.routes(), *health.routes()]
    shown = [Route("/", _page), Route("/{page}", _page)]
    app = Entrance(Starlette(routes=[*routes, *shown]))
    guard = Guard(app, Perimeter(), headers={}, is_open=is_open)
    with TestClient(guard, base_url=base_url, client=(address, 1234)) as browser:
        browser.headers["origin"] = base_url
        yield browser
    sessions.close()
