"""Passes on what the platform hands out: packages, reports, graphs, tables; nothing is kept here.

Whatever a file holds, nothing in it runs: a browser is told to open it, if at all, in a sandbox.
"""

import mimetypes
import re
from collections.abc import Iterator, Mapping

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from modelyard.client.requests import path_of
from modelyard.client.steps import Reply
from modelyard.domain.errors import ModelyardError, NotAuthorized
from modelyard.ui.login import login_address, session_id_of
from modelyard.ui.process import held

_SEE_OTHER = 303
# What a browser needs to go on where it was cut, and to say how much is left.
_ASKED = ("if-range", "if-none-match", "range")
_TOLD = (
    "accept-ranges",
    "content-disposition",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "repr-digest",
)
_PAGE = "text/html"
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# Of a name that stands in a header.
_UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


def routes() -> list[Route]:
    """Return the route."""
    return [Route("/download/{path:path}", _answer, methods=["GET"])]


async def _answer(request: Request) -> Response:
    segments = request.path_params["path"].split("/")
    # Packed content would have another length than is told.
    asked = {"accept-encoding": "identity"}
    asked |= {name: request.headers[name] for name in _ASKED if name in request.headers}
    try:
        query = f"?{request.url.query}" if request.url.query else ""
        client = held().sessions.client(session_id_of(request))
        replies = client.pass_on(path_of(*segments) + query, asked)
        head = await run_in_threadpool(next, replies)
    except NotAuthorized:
        return RedirectResponse(login_address("/", why="ended"), _SEE_OTHER)
    except ModelyardError as error:
        return PlainTextResponse(str(error), error.status)
    return StreamingResponse(
        iterate_in_threadpool(_contents(replies)),
        head.status,
        _headers(head.headers, "-".join(segments[-2:])),
    )


def _contents(replies: Iterator[Reply]) -> Iterator[bytes]:
    for each in replies:
        yield each.content


def _headers(told: Mapping[str, str], name: str) -> dict[str, str]:
    headers = {each: told[each] for each in _TOLD if each in told}
    kind = told.get("content-type", "").partition(";")[0]
    if kind != _PAGE and "content-disposition" not in headers:
        ending = mimetypes.guess_extension(kind) or ""
        file = _UNSAFE.sub("_", name) + ending
        headers["content-disposition"] = f'attachment; filename="{file}"'
    return headers | {"content-security-policy": _SANDBOX, "cache-control": "no-store"}
