"""Hands the access token to the page's own script, for uploads that go straight to the platform."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from modelyard.domain.errors import Forbidden, ModelyardError
from modelyard.ui.login import session_id_of
from modelyard.ui.process import held

# A page elsewhere cannot send it: a browser asks first, and is not let in.
HEADER = "x-modelyard"


def routes() -> list[Route]:
    """Return the route."""
    return [Route("/token", _answer, methods=["POST"])]


async def _answer(request: Request) -> Response:
    try:
        if HEADER not in request.headers:
            raise Forbidden("This is for the page's own script.", fix="Use an API key.")
        login = held().sessions.find(session_id_of(request))
        token = None if login is None else await run_in_threadpool(login.token)
    except ModelyardError as error:
        return JSONResponse(error.to_dict(), error.status, {"cache-control": "no-store"})
    return JSONResponse({"token": token}, headers={"cache-control": "no-store"})
