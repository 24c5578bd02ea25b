"""A platform that refuses some of what is asked of it, for pages that tell so."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from loopback import served
from modelyard.api.app import make_app
from modelyard.bootstrap import Project
from modelyard.client.clients import Client
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.sessions import Sessions

WORDS = "It cannot be done now."


@contextmanager
def refusing(project: Project, *, deed: str) -> Iterator[None]:
    """Let this process show a project whose API refuses what is posted to paths with this end."""
    app: ASGIApp = make_app(project)

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        is_deed = scope.get("method") == "POST" and scope["path"].endswith(deed)
        if not is_deed:
            await app(scope, receive, send)
            return
        problem = {
            "type": "urn:modelyard:problem:conflict",
            "title": "Conflict",
            "status": 409,
            "code": "conflict",
            "detail": WORDS,
            "request_id": "0",
        }
        headers = [(b"content-type", b"application/problem+json")]
        await send({"type": "http.response.start", "status": 409, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(problem).encode()})

    with served(refuse) as url:
        sessions = Sessions(lambda token: Client(url, token=token), clock=time.monotonic)
        hold(PageProcess(api_url=url, browser_api_url=url, sessions=sessions))
        try:
            yield
        finally:
            sessions.close()
