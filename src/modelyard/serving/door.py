"""The ASGI door: predictions on the shortest way, everything else to the pages.

A row is answered on the event loop itself, since handing it to a thread costs more than answering;
longer bodies go to the one thread beside it, so that the health page stays quick meanwhile, and
explanations to another, so that batches do not wait for them.
"""

import asyncio
import re
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

from modelyard.domain.errors import ModelyardError, Overloaded, RequestError, WrongMethod
from modelyard.serving.exchanges import NOBODY, Headers, Reply, Request, Route, Sender, Work
from modelyard.serving.facts import renewal_facts
from modelyard.serving.gate import Gate
from modelyard.serving.gathering import Gathering
from modelyard.serving.keys import OPEN_PATHS, KeyRing, is_trial, subject_of
from modelyard.serving.logs import RequestLine, ServerLog
from modelyard.serving.meters import Meters
from modelyard.serving.options import ServerOptions
from modelyard.serving.prediction_log import NOT_LOGGED, PredictionLog
from modelyard.serving.problems import fault, problem_of
from modelyard.serving.reasons import LONGEST_S
from modelyard.serving.routes import require_readable, routes_of
from modelyard.serving.shelf import Shelf

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Some forty rows, a millisecond of work. So much of a body is not held against the others either,
# so that a few long ones that come slowly do not shut out those who ask for a row.
_INLINE_BYTES = 16_384
_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
# How requests to unknown paths are counted, whatever they asked for.
_OTHER = "other"
# Who asks a server that asks for no key.
_LOCAL = "local"

# The status by which nginx logs that nobody was there any more to be answered.
_GONE = 499
# Where a connection leaves the status and the id under which it has ended a request.
_ENDED = "modelyard.ended"


class GoneError(Exception):
    """The client went away before its request had come whole."""


class _Call(msgspec.Struct, frozen=True):
    """One request over HTTP, before its body."""

    scope: Scope
    headers: Headers
    request_id: bytes
    started: float

    @property
    def told_id(self) -> str:
        """The id as text."""
        return self.request_id.decode()


class Door:
    """Answers requests; one for each worker."""

    def __init__(
        self,
        shelf: Shelf,
        options: ServerOptions,
        *,
        log: ServerLog,
        keys: KeyRing | None = None,
        prediction_log: PredictionLog | None = None,
    ) -> None:
        """Open the door.

        Args:
            shelf: the models.
            options: of the server.
            log: of requests and changes.
            keys: that are let in; None lets everybody in.
            prediction_log: in which answers are written down; None for none.
        """
        self.shelf = shelf
        self.options = options
        self.log = log
        self.meters = Meters(options.metrics_folder)
        self.gate = Gate(max_in_flight=options.max_in_flight, max_body_bytes=options.max_body_bytes)
        self.meters.show(shelf.models)
        self.pages: Application | None = None
        self.after_renewal: Callable[[], None] = lambda: None
        self.page_paths: frozenset[str] = frozenset()
        self._routes = routes_of(shelf.models)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predict")
        self._explaining = ThreadPoolExecutor(1, thread_name_prefix="explain")
        self._keys = keys
        self._prediction_log = prediction_log
        self._gathering = Gathering(prediction_log)
        self._logs_requests = options.logs_requests and not log.is_silent
        self._prefix = secrets.token_hex(4)
        self._counter = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI asks."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        call = self._call(scope)
        route = self._routes.get(scope["path"])
        if route is None:
            await self._page(call, receive, send=send)
            return
        try:
            reply = await self._reply(route, call, receive=receive)
        except GoneError:
            status, request_id = scope.get(_ENDED, (_GONE, call.request_id))
            call = _Call(scope, call.headers, request_id, call.started)
            self._record(call, route.endpoint, status=status)
            return
        await _send(reply, send, call.request_id)
        self._record(call, route.endpoint, status=reply.status, work=reply.work)

    async def renew(self) -> tuple[dict[str, Any], ...]:
        """Open the models again and put new versions in place; requests on their way stay whole.

        Returns:
            What changed, of each model that is new.

        Raises:
            ModelyardError: if one cannot be opened; every model stays as it is.
        """
        before = self.shelf.models
        try:
            new = await asyncio.get_running_loop().run_in_executor(None, self.shelf.renew)
        except ModelyardError as error:
            self.log.tell("renewal-refused", **error.to_dict())
            raise
        self._routes = routes_of(self.shelf.models)
        self.meters.show(self.shelf.models)
        changes = tuple(renewal_facts(before[served.name], served) for served in new)
        for each in changes:
            self.log.tell("model-renewed", **each)
        return changes

    def end(self, status: int, *, client: tuple[str, int] | None, scope: Scope | None) -> str:
        """Note that a connection ends before its request has come whole, and return the id of it.

        Args:
            status: that the connection answers.
            client: address and port.
            scope: of the request, if its headers have come.
        """
        unread: Scope = {"method": "", "path": "", "headers": (), "client": client}
        call = self._call(unread if scope is None else scope)
        if scope is None:
            self._record(call, _OTHER, status=status)
        else:
            # Whoever waits for its body records it.
            scope[_ENDED] = (status, call.request_id)
        return call.told_id

    def close(self) -> None:
        """End the threads and write the last lines of the log."""
        self._thread.shutdown()
        self._explaining.shutdown()
        if self._prediction_log is not None:
            self._prediction_log.close()
        self.log.drain()

    def _call(self, scope: Scope) -> _Call:
        headers = dict(scope["headers"])
        request_id: bytes | None = headers.get(b"x-request-id")
        if request_id is None or not _ID.fullmatch(request_id):
            request_id = f"{self._prefix}-{next(self._counter):x}".encode()
        return _Call(scope, headers, request_id, time.perf_counter())

    async def _reply(self, route: Route, call: _Call, *, receive: Receive) -> Reply:
        try:
            _require_post(call.scope)
            sender = self._let_in(call, (route.model,))
            self.meters.counts.in_flight += 1
            try:
                return await self._answer(route, call, receive=receive, sender=sender)
            finally:
                self.meters.counts.in_flight -= 1
        except ModelyardError as error:
            return problem_of(error, call.told_id, is_of_protocol=route.is_of_protocol)
        except GoneError:
            raise
        except Exception as error:  # noqa: BLE001 -- the door: whatever was not foreseen is told as a fault
            trace = "".join(traceback.format_exception(error))
            self.log.tell("fault", request_id=call.told_id, trace=trace)
            return fault(call.told_id, is_of_protocol=route.is_of_protocol)

    def _let_in(self, call: _Call, models: Collection[str]) -> Sender:
        """Return who asks about some models.

        Raises:
            RequestError: if whoever it is may not.
        """
        if self._keys is not None:
            key = self._keys.require(call.headers, models)
            headers = call.headers
            return Sender(subject_of(key, headers), call.told_id, is_trial(key, headers))
        return NOBODY if self._prediction_log is None else Sender(_LOCAL, call.told_id)

    async def _answer(
        self, route: Route, call: _Call, *, receive: Receive, sender: Sender
    ) -> Reply:
        query, headers = call.scope["query_string"], call.headers
        require_readable(route, headers)
        declared = headers.get(b"content-length", b"0")
        self.gate.require_size(int(declared) if declared.isdigit() else 0)
        body = await self._body(receive)
        try:
            # A place is taken when the body is whole: whoever sends it slowly holds none.
            self.gate.enter()
            try:
                log = None if sender.is_trying else self._prediction_log
                is_short = not query and len(body) <= _INLINE_BYTES
                if route.gathers is not None and is_short and not sender.is_trying:
                    return await self._gathering.answer(route.gathers, body, sender=sender)
                reply = await self._computed(route, Request(query, headers, body, log is not None))
                if log is not None:
                    await log.kept(reply, sender)
                elif sender.is_trying:
                    reply.headers = (*reply.headers, NOT_LOGGED)
                return reply
            finally:
                self.gate.leave()
        finally:
            if len(body) > _INLINE_BYTES:
                self.gate.release(_beyond(len(body)))

    async def _computed(self, route: Route, request: Request) -> Reply:
        """Answer here what is short, and in a thread what is not."""
        # A name may be written with percent signs.
        is_explained = b"explain" in request.query or b"%" in request.query
        if len(request.body) <= _INLINE_BYTES and not is_explained:
            return route.answer(request)
        loop = asyncio.get_running_loop()
        if not is_explained:
            return await loop.run_in_executor(self._thread, route.answer, request)
        came = time.perf_counter()

        def answer() -> Reply:
            if time.perf_counter() - came > LONGEST_S:
                raise Overloaded(
                    f"Other explanations took the {LONGEST_S:g} s that a request waits for them.",
                    fix="Repeat later, or leave explain out.",
                )
            return route.answer(request)

        return await loop.run_in_executor(self._explaining, answer)

    async def _body(self, receive: Receive) -> bytes:
        """Return the whole body, whose bytes beyond the first the gate holds from then on."""
        parts: list[bytes] = []
        n_bytes = 0
        try:
            while True:
                message = await receive()
                part = _part_of(message)
                self.gate.require_size(n_bytes + len(part))
                if n_bytes + len(part) > _INLINE_BYTES:
                    self.gate.hold(_beyond(n_bytes + len(part)) - _beyond(n_bytes))
                n_bytes += len(part)
                if not parts and not message.get("more_body"):
                    return part
                parts.append(part)
                if not message.get("more_body"):
                    return b"".join(parts)
        except BaseException:
            self.gate.release(_beyond(n_bytes))
            raise

    async def _page(self, call: _Call, receive: Receive, *, send: Send) -> None:
        status = 500

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                beside = (b"x-request-id", call.request_id)
                message["headers"] = [*message.get("headers", ()), beside]
            await send(message)

        scope = call.scope
        path = scope["path"]
        scope["modelyard.request_id"] = call.told_id
        refusal = None if path in OPEN_PATHS else self._refusal(call)
        if refusal is None:
            await self._pages(scope, receive, noted)
        else:
            status = refusal.status
            await _send(refusal, send, call.request_id)
        self._record(call, path if path in self.page_paths else _OTHER, status=status)

    def _refusal(self, call: _Call) -> Reply | None:
        """Return what is told to whoever may not see what the pages tell of every model."""
        try:
            self._let_in(call, self.shelf.models)
        except RequestError as error:
            is_of_protocol = call.scope["path"].startswith("/v2")
            return problem_of(error, call.told_id, is_of_protocol=is_of_protocol)
        return None

    async def _pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.pages is None:
            raise RuntimeError("the pages are put in place before the first request")
        await self.pages(scope, receive, send)

    def _record(self, call: _Call, endpoint: str, *, status: int, work: Work | None = None) -> None:
        seconds = time.perf_counter() - call.started
        self.meters.count(endpoint, status, seconds=seconds, work=work)
        if self._logs_requests:
            scope = call.scope
            self.log.request(
                RequestLine(
                    timestamp=datetime.now(UTC),
                    event="request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    duration_ms=round(1e3 * seconds, 3),
                    request_id=call.told_id,
                    client=(scope.get("client") or ("",))[0],
                    model=None if work is None else work.model,
                    n_rows=None if work is None else work.n_rows,
                )
            )


def _require_post(scope: Scope) -> None:
    if scope["method"] != "POST":
        raise WrongMethod(
            f"{scope['path']} answers POST; {scope['method']} came.", fix="Send a POST."
        )


def _beyond(n_bytes: int) -> int:
    """Return how many bytes of a body are held against the others."""
    return n_bytes - _INLINE_BYTES if n_bytes > _INLINE_BYTES else 0


def _part_of(message: MutableMapping[str, Any]) -> bytes:
    if message["type"] != "http.request":
        raise GoneError
    part: bytes = message.get("body", b"")
    return part


async def _send(reply: Reply, send: Send, request_id: bytes) -> None:
    headers = [
        (b"content-type", reply.media_type),
        (b"content-length", str(len(reply.body)).encode()),
        (b"x-request-id", request_id),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
