"""Leads whoever is not logged in to the login before the page is loaded, and back afterwards.

Files are taken from nobody else either, where a login is asked for.
"""

from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from modelyard.ui.login import login_address, session_id_of
from modelyard.ui.navigation import every_page
from modelyard.ui.process import held

_SEE_OTHER = 303
_FORBIDDEN = 403
# Where Streamlit takes files, for whoever knows the id of a visit.
_UPLOADS = "/_stcore/upload_file"
_AGAIN = '<!doctype html><meta http-equiv="refresh" content="0;url={}"><title>Modelyard</title>'


class Entrance:
    """Stands before the application.

    Args:
        app: that answers who is logged in, and whatever is no page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Streamlit knows the page where a visit begins by no path but the shortest.
        self._front = f"/{every_page()[0].path}"
        self._paths = {"/", *(f"/{page.path}" for page in every_page())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI asks."""
        answer = None
        if scope["type"] == "http":
            if scope["method"] == "GET" and scope["path"] in self._paths:
                answer = await self._instead(Request(scope))
            elif scope["path"].startswith(_UPLOADS) and not await _may_come_in(Request(scope)):
                answer = PlainTextResponse("Log in first.", _FORBIDDEN)
        await (self._app if answer is None else answer)(scope, receive, send)

    async def _instead(self, request: Request) -> Response | None:
        """Return what is answered in place of the page, None for the page itself."""
        if request.url.path == self._front:
            return RedirectResponse(str(request.url.replace(scheme="", netloc="", path="/")))
        if await _may_come_in(request):
            return None
        session_id = session_id_of(request)
        query = f"?{request.url.query}" if request.url.query else ""
        path = quote(request.url.path) + query
        if session_id is None and request.headers.get("sec-fetch-site") == "cross-site":
            # A browser keeps the cookie back from whoever follows a link of another site. It sends
            # it with the next request, which comes from here.
            return HTMLResponse(_AGAIN.format(escape(path)))
        why = "ended" if session_id else ""
        return RedirectResponse(login_address(path, why=why), _SEE_OTHER)


async def _may_come_in(request: Request) -> bool:
    """Return whether somebody is logged in, or nobody has to be."""
    sessions = held().sessions
    if sessions.find(session_id_of(request)) is not None:
        return True
    return not await run_in_threadpool(sessions.asks_for_login)
