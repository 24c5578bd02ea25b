"""The door of the API: each request gets an id and one line in the log, and is counted.

What nobody foresaw is turned into an answer here, and told in the log alone.
"""

import re
import secrets
import traceback
from collections.abc import Callable

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelyard.api.meters import Meters
from modelyard.api.problems import fault

# The status by which nginx logs that nobody was there any more to be answered.
_GONE = 499
# How requests to unknown paths are counted, whatever they asked for.
_OTHER = "other"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Door:
    """Stands before the application, for each request over HTTP."""

    def __init__(self, app: ASGIApp, *, meters: Meters, clock: Callable[[], float]) -> None:
        self._app = app
        self._meters = meters
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = self._clock()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                header = (b"x-request-id", request_id.encode())
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noted)
            except ClientDisconnect:
                status = _GONE
            except Exception as error:
                _log_fault(error)
                if status:
                    # The answer is on its way: all that is left is to break it off.
                    raise
                await fault(request_id)(scope, receive, noted)
            finally:
                self._record(scope, status or _GONE, seconds=self._clock() - started)

    def _record(self, scope: Scope, status: int, *, seconds: float) -> None:
        told = scope["state"]
        endpoint = told.get("endpoint", _OTHER)
        self._meters.count(scope["method"], endpoint, status=status, seconds=seconds)
        caller = told.get("caller")
        structlog.get_logger().info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            duration_ms=round(1e3 * seconds, 3),
            client=told.get("client") or (scope.get("client") or ("",))[0],
            tenant=getattr(caller, "tenant", None),
            subject=getattr(caller, "subject", None),
        )


def _id_of(scope: Scope) -> str:
    """Return the id that the client gave, where it is one, else a new one."""
    given: bytes = dict(scope["headers"]).get(b"x-request-id", b"")
    told = given.decode("latin-1")
    return told if _ID.fullmatch(told) else secrets.token_hex(8)


def _log_fault(error: Exception) -> None:
    # As text: a traceback with the values of its variables could hold a secret.
    trace = "".join(traceback.format_exception(error))
    structlog.get_logger().error("fault", trace=trace)
