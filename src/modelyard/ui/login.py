"""Coming in and going out: the forms for a login, an invitation and the first user."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from modelyard.client.clients import Client
from modelyard.domain.errors import ModelyardError
from modelyard.domain.passwords import MIN_LENGTH
from modelyard.ui.forms import Field, Form, sent
from modelyard.ui.parts.problems import for_anybody
from modelyard.ui.process import COOKIE, SECURE_COOKIE, held
from modelyard.wire.credentials import AdmissionAnswer, SetupPost

LOGIN = "/login"
_SEE_OTHER = 303
# Of this page alone: a browser takes `//` and `/\` for the beginning of another host's name.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_CHOSEN = f"At least {MIN_LENGTH} characters; several words in a row are good."
_NOTICES = {
    "ended": "Your login has ended. Log in to go on where you were.",
    "left": "You are logged out.",
}
_EMAIL = Field("email", "E-mail address", "email", "username")
_NEW_PASSWORD = Field("password", "Password", "password", "new-password", _CHOSEN)


@dataclass(frozen=True)
class Door:
    """One way to come in.

    Attributes:
        form: that asks for what it needs.
        enter: admits whoever fills it in; called with a client, the form and their address.
    """

    form: Form
    enter: Callable[[Client, dict[str, str], str], AdmissionAnswer]


def _log_in(client: Client, given: dict[str, str], address: str) -> AdmissionAnswer:
    return client.logins.log_in(given.get("email", ""), given.get("password", ""), address=address)


def _accept(client: Client, given: dict[str, str], address: str) -> AdmissionAnswer:
    del address
    return client.logins.choose_password(given.get("token", "").strip(), given.get("password", ""))


def _set_up(client: Client, given: dict[str, str], address: str) -> AdmissionAnswer:
    del address
    body = SetupPost(
        token=given.get("token", "").strip(),
        email=given.get("email", ""),
        password=given.get("password", ""),
        title=given.get("title", ""),
    )
    return client.logins.set_up(body)


DOORS = (
    Door(
        Form(
            title="Log in",
            lead="With the e-mail address and the password of your account.",
            action=LOGIN,
            button="Log in",
            fields=[_EMAIL, Field("password", "Password", "password", "current-password")],
            links={"I was invited": "/invitation", "This is the first start": "/setup"},
        ),
        _log_in,
    ),
    Door(
        Form(
            title="Choose a password",
            lead="With the token that an admin has handed to you. It is good once, for three days.",
            action="/invitation",
            button="Choose it and log in",
            fields=[Field("token", "Token of the invitation"), _NEW_PASSWORD],
            links={"Log in instead": LOGIN},
        ),
        _accept,
    ),
    Door(
        Form(
            title="Set up the platform",
            lead="With the token that was printed when the platform was started, or that "
            "'modelyard users setup' prints. Whoever has it becomes the first admin.",
            action="/setup",
            button="Become the first admin",
            fields=[
                Field("token", "Token"),
                _EMAIL,
                Field("title", "Your name", autocomplete="name", is_needed=False),
                _NEW_PASSWORD,
            ],
            links={"Log in instead": LOGIN},
        ),
        _set_up,
    ),
)


def routes() -> list[Route]:
    """Return the routes of every door, and of the way out."""
    ways_in = [Route(door.form.action, _at(door), methods=["GET", "POST"]) for door in DOORS]
    return [*ways_in, Route("/logout", _leave, methods=["POST"])]


def session_id_of(connection: HTTPConnection) -> str | None:
    """Return by which id a browser says who it is, None where it says nothing."""
    return connection.cookies.get(SECURE_COOKIE) or connection.cookies.get(COOKIE)


def login_address(path: str, *, why: str = "") -> str:
    """Return the address of the login that leads back to a path.

    Args:
        path: of this page, with its parameters.
        why: key of what is told above the form.
    """
    query = {"next": path} | ({"why": why} if why else {})
    return f"{LOGIN}?{urlencode(query)}"


def own_path(text: str) -> str:
    """Return a path where it is one of this page, else where a visit begins."""
    return text if _OWN_PATH.fullmatch(text) else "/"


def _at(door: Door) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        asked = request.query_params
        if request.method != "POST":
            hidden = {"next": own_path(asked.get("next", "/"))}
            notice = _NOTICES.get(asked.get("why", ""), "")
            return door.form.answer(given=dict(asked), hidden=hidden, notice=notice)
        given: dict[str, str] = {}
        try:
            given = await sent(request)
            address = request.client.host if request.client else ""
            sessions = held().sessions
            admission = await run_in_threadpool(door.enter, sessions.anonymous, given, address)
        except ModelyardError as error:
            hidden = {"next": own_path(given.get("next", "/"))}
            return door.form.answer(given=given, hidden=hidden, error=for_anybody(error))
        # It may have to tell the platform of logins that are forgotten.
        session_id = await run_in_threadpool(sessions.begin, admission)
        return _admitted(request, session_id, own_path(given.get("next", "/")))

    return answer


def _admitted(request: Request, session_id: str, path: str) -> Response:
    answer = RedirectResponse(path, _SEE_OTHER)
    has_tls = request.url.scheme == "https"
    answer.set_cookie(
        SECURE_COOKIE if has_tls else COOKIE,
        # A new one for each login, so that nobody can lay one out beforehand.
        session_id,
        path="/",
        secure=has_tls,
        httponly=True,
        samesite="strict",
    )
    return answer


async def _leave(request: Request) -> Response:
    await run_in_threadpool(held().sessions.end, session_id_of(request))
    answer = RedirectResponse(f"{LOGIN}?why=left", _SEE_OTHER)
    for name in (SECURE_COOKIE, COOKIE):
        secure = name == SECURE_COOKIE
        answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
    return answer
