"""Answers a repeated request as its first one was, and makes nothing twice.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError

from modelyard.domain.errors import InvalidValue, ModelyardError
from modelyard.services.idempotency import IdempotencyService

_HEADER = "idempotency-key"
# As much as a UUID needs, seven times.
_MOST_LETTERS = 255
# What of an answer is told again; the server sets the others anew.
_KEPT_HEADERS = ("content-type", "location", "etag")


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=_MOST_LETTERS,
            description="Chosen anew for each thing to be made, e.g. a UUID: the request may then "
            "be repeated for 24 hours, and is answered as the first one was.",
        ),
    ] = None,
) -> None:
    """Document the header, as a dependency of every route that creates."""
    del key


async def tells_a_secret() -> None:
    """Mark a route, as a dependency, whose answer is shown once and kept nowhere."""


async def answer_once(
    request: Request, answer: Callable[[Request], Awaitable[Response]], *, is_kept: bool
) -> Response:
    """Answer a request that creates something.

    Args:
        request: whose body, where it is JSON, has been read.
        answer: makes it and answers.
        is_kept: whether the answer may be kept for repetitions.

    Raises:
        InvalidValue: if the key is none, or came with another request before.
        Conflict: if the first request of this key is on its way.
    """
    key = request.headers.get(_HEADER)
    if key is None:
        return await answer(request)
    caller = request.state.caller
    service: IdempotencyService = request.app.state.project.of(caller.tenant).idempotency
    keyed = service.keyed(caller, _checked(key), fingerprint=await _fingerprint(request))
    kept = await run_in_threadpool(service.begin, keyed)
    if kept is not None:
        replayed = {**kept.headers, "idempotency-replayed": "true"}
        return Response(kept.body, kept.status, replayed)
    try:
        response = await answer(request)
    except (ModelyardError, RequestValidationError):
        # It was refused, and nothing was made: the key is free for a better one.
        await run_in_threadpool(service.forget, keyed)
        raise
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = bytes(response.body) if is_kept else None
    await run_in_threadpool(
        service.finish, keyed, status=response.status_code, headers=headers, body=body
    )
    return response


async def _fingerprint(request: Request) -> str:
    """Return what tells this request from every other; a file is known by what is told of it."""
    parts = [request.method.encode(), request.url.path.encode(), request.url.query.encode()]
    if hasattr(request, "_body"):
        parts.append(await request.body())
    else:
        told = (request.headers.get(name, "") for name in ("content-length", "repr-digest"))
        parts += [each.encode() for each in told]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _checked(key: str) -> str:
    if 1 <= len(key) <= _MOST_LETTERS and key.isascii() and key.isprintable():
        return key
    raise InvalidValue(
        f"An Idempotency-Key has 1 to {_MOST_LETTERS} printable ASCII characters; {len(key)} came.",
        fix="Send a UUID, for example.",
        sample=key[:60],
    )
