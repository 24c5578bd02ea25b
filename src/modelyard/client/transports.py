"""Carries flows out over HTTP: one transport that waits, and one for asyncio; nothing else differs.

Of the client, this file alone knows httpx.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import urlsplit

import httpx

from modelyard.client.patience import Patience, patient
from modelyard.client.steps import Feed, Flow, Pause, Read, Reply, Send, Step, Tell, Work
from modelyard.domain.errors import InvalidValue, ModelyardError, Unavailable
from modelyard.kit.version import VERSION

Item = TypeVar("Item")
Result = TypeVar("Result")

# An event stream is never silent for longer than 15 s, and a small file is read within 20.
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

# One that stays, or what returns the one that holds now; None for none.
Token: TypeAlias = str | Callable[[], str] | None


@dataclass(frozen=True)
class _Address:
    """Where the platform is, and with what to come.

    Raises:
        InvalidValue: if it is no address of HTTP, or holds what an address may not.
    """

    url: str
    token: Token
    certificate: Path | None = None

    def options(self) -> dict[str, Any]:
        """Return the options of httpx's clients."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidValue(
                f"A platform's address begins with http:// or https://; '{self.url}' came.",
                fix="For example: http://127.0.0.1:8000.",
            )
        if parts.username is not None or parts.query:
            raise InvalidValue(
                "A platform's address holds neither a login nor parameters.",
                fix="Give the address alone, and the token by itself.",
            )
        return {
            "base_url": self.url.rstrip("/"),
            "headers": {"user-agent": f"modelyard/{VERSION}", "accept": "*/*"},
            "auth": _Bearer(self.token) if self.token else None,
            "timeout": _TIMEOUT,
            "follow_redirects": False,
            "verify": _trusting(self.certificate) if self.certificate else True,
            # A proxy of the environment is for the world outside, and would not find this machine.
            "trust_env": parts.hostname not in _LOOPBACK,
        }


def _trusting(certificate: Path) -> ssl.SSLContext:
    """Return a context that trusts a server with this certificate, by whatever name it is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # The certificate itself is enough, whoever has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context


class _Bearer(httpx.Auth):
    """Says who asks, with the token that holds when a request is sent."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token if isinstance(self._token, str) else self._token()
        request.headers["authorization"] = f"Bearer {token}"
        yield request


class _Course(Generic[Item, Result]):
    """A flow on its way: the step that it asks for, and in the end its result."""

    step: Step | Tell[Item] | None
    result: Result

    def __init__(
        self, flow: Generator[Step | Tell[Item], Reply, Result], patience: Patience
    ) -> None:
        self._flow = patient(flow, patience)
        self.step = None
        self._advance(lambda: next(self._flow))

    def go_on(self, outcome: Reply | ModelyardError) -> None:
        """Hand the flow what came of its step."""
        if isinstance(outcome, ModelyardError):
            self._advance(lambda: self._flow.throw(outcome))
        else:
            self._advance(lambda: self._flow.send(outcome))

    def close(self) -> None:
        """Let the flow clean up, wherever it is."""
        self._flow.close()

    def _advance(self, move: Any) -> None:
        try:
            self.step = move()
        except StopIteration as end:
            self.step, self.result = None, end.value


class Blocking:
    """Carries flows out while the caller waits.

    Args:
        url: of the platform.
        token: access token or API key, or what returns it; None for none.
        patience: with failures.
        transport: of httpx; None for its own.
        certificate: in PEM form, that the platform is known by; None for those of the world.
    """

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        patience: Patience,
        transport: httpx.BaseTransport | None = None,
        certificate: Path | None = None,
    ) -> None:
        self._patience = patience
        options = _Address(url, token, certificate).options()
        self._http = httpx.Client(**options, transport=transport)

    def perform(self, flow: Flow[Result]) -> Result:
        """Carry a flow out and return its result."""
        course: _Course[Any, Result] = _Course(flow, self._patience)
        with closing(course), closing(_Exchange(self._http)) as exchange:
            while course.step is not None:
                course.go_on(exchange.outcome_of(course.step))
        return course.result

    def iterate(self, feed: Feed[Item]) -> Iterator[Item]:
        """Carry a feed out and yield what it tells."""
        course: _Course[Item, None] = _Course(feed, self._patience)
        with closing(course), closing(_Exchange(self._http)) as exchange:
            while course.step is not None:
                if isinstance(course.step, Tell):
                    yield course.step.item
                    course.go_on(Reply())
                else:
                    course.go_on(exchange.outcome_of(course.step))

    def close(self) -> None:
        """Let go of every connection."""
        self._http.close()


class _Exchange:
    """The requests of one flow, with the answer that is open."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._answer: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())

    def outcome_of(self, step: Any) -> Reply | ModelyardError:
        try:
            match step:
                case Send():
                    return self._send(step)
                case Read():
                    return Reply(content=next(self._pieces, b""))
                case Work():
                    return Reply(content=step.do())
                case Pause():
                    time.sleep(step.seconds)
            return Reply()
        except httpx.HTTPError as error:
            return _cut(error, self._http.base_url)

    def _send(self, step: Send) -> Reply:
        self.close()
        self._answer = self._http.send(_built(self._http, step), stream=True)
        if step.is_open and self._answer.is_success:
            self._pieces = self._answer.iter_bytes()
            return _reply(self._answer, b"")
        return _reply(self._answer, self._answer.read())

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()


class Awaiting:
    """Carries flows out in an event loop, with the arguments of `Blocking`."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        patience: Patience,
        transport: httpx.AsyncBaseTransport | None = None,
        certificate: Path | None = None,
    ) -> None:
        self._patience = patience
        options = _Address(url, token, certificate).options()
        self._http = httpx.AsyncClient(**options, transport=transport)

    async def perform(self, flow: Flow[Result]) -> Result:
        """Carry a flow out and return its result."""
        course: _Course[Any, Result] = _Course(flow, self._patience)
        with closing(course):
            async with aclosing(_AsyncExchange(self._http)) as exchange:
                while course.step is not None:
                    course.go_on(await exchange.outcome_of(course.step))
        return course.result

    async def iterate(self, feed: Feed[Item]) -> AsyncIterator[Item]:
        """Carry a feed out and yield what it tells."""
        course: _Course[Item, None] = _Course(feed, self._patience)
        with closing(course):
            async with aclosing(_AsyncExchange(self._http)) as exchange:
                while course.step is not None:
                    if isinstance(course.step, Tell):
                        yield course.step.item
                        course.go_on(Reply())
                    else:
                        course.go_on(await exchange.outcome_of(course.step))

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._http.aclose()


class _AsyncExchange:
    """The requests of one flow, with the answer that is open."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._answer: httpx.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def outcome_of(self, step: Any) -> Reply | ModelyardError:
        try:
            match step:
                case Send():
                    return await self._send(step)
                case Read() if self._pieces is not None:
                    return Reply(content=await anext(self._pieces, b""))
                case Work():
                    return Reply(content=await asyncio.to_thread(step.do))
                case Pause():
                    await asyncio.sleep(step.seconds)
            return Reply()
        except httpx.HTTPError as error:
            return _cut(error, self._http.base_url)

    async def _send(self, step: Send) -> Reply:
        await self.aclose()
        self._answer = await self._http.send(_built(self._http, step), stream=True)
        if step.is_open and self._answer.is_success:
            self._pieces = self._answer.aiter_bytes()
            return _reply(self._answer, b"")
        return _reply(self._answer, await self._answer.aread())

    async def aclose(self) -> None:
        if self._answer is not None:
            await self._answer.aclose()


def _built(http: httpx.Client | httpx.AsyncClient, step: Send) -> httpx.Request:
    asked = step.request
    return http.build_request(
        asked.method, asked.path, headers=dict(asked.headers), content=asked.content or None
    )


def _reply(answer: httpx.Response, content: bytes) -> Reply:
    return Reply(answer.status_code, dict(answer.headers), content)


def _cut(error: httpx.HTTPError, url: httpx.URL) -> Unavailable:
    told = str(error) or type(error).__name__
    return Unavailable(
        f"No answer came from {url}: {told}.",
        fix="Check the address, and that the platform runs there.",
    )
