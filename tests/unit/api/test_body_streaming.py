"""The body of an upload is written as it comes, and what came before it breaks off is kept."""

import asyncio
from collections.abc import Iterable

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from modelyard.api.streaming import in_thread, write_body
from modelyard.domain.errors import RequestTimedOut, StoreError


class Messages:
    """What a server tells of a connection: pieces, then its end, a break, or nothing more."""

    def __init__(self, pieces: Iterable[bytes], end: str) -> None:
        self._pieces, self._end = iter(pieces), end

    async def __call__(self):
        for piece in self._pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        if self._end == "silence":
            await asyncio.Event().wait()
        if self._end == "break":
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}


def _write(pieces, *, end="whole", write=None, idle_s=60.0):
    written = []
    scope = {"type": "http", "method": "PATCH", "headers": []}
    request = Request(scope, Messages(pieces, end))
    take = write or (lambda piece: written.append(bytes(piece)))
    error = None
    try:
        asyncio.run(write_body(request, take, idle_s=idle_s))
    except (RequestTimedOut, ClientDisconnect, StoreError) as raised:
        error = raised
    return written, error


def test_a_large_body_is_never_held_as_a_whole():
    pieces = [b"x" * 65_536] * 100
    written, error = _write(pieces)
    assert error is None
    assert b"".join(written) == b"".join(pieces)
    assert max(map(len, written)) <= (1 << 20)


@pytest.mark.parametrize(
    ("end", "expected"), [("break", ClientDisconnect), ("silence", RequestTimedOut)]
)
def test_what_came_before_the_end_of_a_broken_body_is_written(end, expected):
    written, error = _write([b"abc", b"defg"], end=end, idle_s=0.05)
    assert isinstance(error, expected)
    assert written == [b"abcdefg"]


def test_what_the_disk_refuses_is_told_once_and_not_written_again():
    calls = []

    def refuse(piece):
        calls.append(len(piece))
        raise StoreError("The disk is full.")

    _, error = _write([b"x" * (1 << 20), b"y"], write=refuse)
    assert isinstance(error, StoreError)
    assert calls == [1 << 20]


class Block:
    """A block that remembers how it was left."""

    left_with = "not yet"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.left_with = kind


@pytest.mark.parametrize("raised", [None, ClientDisconnect])
def test_a_block_is_left_with_what_ended_it(raised):
    block = Block()

    async def use():
        async with in_thread(block) as held:
            assert held is block
            if raised is not None:
                raise raised

    if raised is None:
        asyncio.run(use())
    else:
        with pytest.raises(raised):
            asyncio.run(use())
    assert block.left_with is raised


def test_a_request_that_is_cancelled_leaves_its_block():
    block = Block()

    async def use(is_inside):
        async with in_thread(block):
            is_inside.set()
            await asyncio.Event().wait()

    async def cancel():
        is_inside = asyncio.Event()
        task = asyncio.create_task(use(is_inside))
        await is_inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert block.left_with is asyncio.CancelledError
