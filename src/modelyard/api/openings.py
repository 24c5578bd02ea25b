"""Opens the API to those who may ask: with a login to people, without one to this machine alone."""

from collections.abc import Iterator

from fastapi import FastAPI

from modelyard.api.app import make_app
from modelyard.api.callers import OwnerUntilThereIsAUser
from modelyard.api.guards import NoProxyGuard, guards_of
from modelyard.bootstrap import Project
from modelyard.domain.errors import UsageError
from modelyard.domain.perimeters import LOOPBACK_NETWORKS, check_binding


def has_to_ask_for_login(project: Project, *, host: str) -> bool:
    """Return whether whoever asks has to say who they are.

    They have not where none but programs of this machine come in, until there is a first user:
    whoever has made one wants others to be kept out.

    Args:
        project: of the platform.
        host: name or address that the server listens at.

    Raises:
        StoreError: if the database cannot be opened.
    """
    is_closed = project.settings.perimeter.is_closed_at(host)
    return not is_closed or project.access.invitations.is_set_up


def open_api(
    project: Project,
    *,
    host: str,
    has_tls: bool,
    asks_for_login: bool,
    page_origins: tuple[str, ...] = (),
) -> FastAPI:
    """Return the API for people who log in, or for this machine alone; see below."""
    if asks_for_login:
        return open_to_people(project, host=host, has_tls=has_tls, page_origins=page_origins)
    return open_to_this_machine(project, host=host, page_origins=page_origins)


def open_to_people(
    project: Project, *, host: str, has_tls: bool, page_origins: tuple[str, ...] = ()
) -> FastAPI:
    """Return the API of a platform where whoever asks says who they are.

    Args:
        project: of the platform.
        host: name or address that the server listens at.
        has_tls: whether the server itself speaks TLS.
        page_origins: of the page that runs beside it; none where there is no page.

    Raises:
        UsageError: if others could listen in there; see `check_binding`.
        InvalidValue, StoreError: if the key of access tokens is too short, or cannot be used.
    """
    perimeter = project.settings.perimeter
    check_binding(host, perimeter, has_tls=has_tls, asks_for_login=True)
    if page_origins:
        # The page says from where somebody logs in there, so that their guesses are counted apart.
        perimeter = perimeter.with_page(origins=page_origins, proxies=LOOPBACK_NETWORKS)
    return make_app(project, callers=project.access.identity, guards=guards_of(perimeter))


def open_to_this_machine(
    project: Project, *, host: str, page_origins: tuple[str, ...] = ()
) -> FastAPI:
    """Return the API of a laptop, where whoever asks may do everything until there is a user.

    The first one is asked to log in from then on, as everybody is.

    Args:
        project: of the laptop.
        host: name or address that the server listens at.
        page_origins: of the page that runs beside it; none where there is no page.

    Raises:
        UsageError: if others could come, by the address or through a proxy.
    """
    perimeter = project.settings.perimeter
    check_binding(host, perimeter, has_tls=False, asks_for_login=False)
    if perimeter.hosts or perimeter.proxies:
        raise UsageError(
            "Names or proxies are declared by which others come, and nobody would have to log in.",
            fix="Let people log in, or unset MODELYARD_HOSTS and MODELYARD_PROXIES.",
        )
    perimeter = perimeter.with_page(origins=page_origins)
    callers = OwnerUntilThereIsAUser(project)
    return make_app(project, callers=callers, guards=[NoProxyGuard, *guards_of(perimeter)])


def words_at_start(
    project: Project, *, asks_for_login: bool, page_url: str | None = None
) -> Iterator[str]:
    """Yield what whoever starts the server is told, line by line.

    Args:
        project: of the platform.
        asks_for_login: whether it was opened to people.
        page_url: of the page that runs beside it; None where there is no page.
    """
    if not asks_for_login:
        yield "Nobody logs in: whoever can start a program on this machine may do everything."
        return
    token = project.access.invitations.begin_setup()
    if token is not None:
        yield "There is no user yet. This token makes the first one, once and within an hour:"
        yield f"  {token.text}"
        if page_url is not None:
            yield f"Give it to {page_url}/setup, with an e-mail address and a password."
        else:
            yield "Send it with an e-mail address and a password: POST /api/v1/ml/auth/setup."
