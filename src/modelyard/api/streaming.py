"""Writes the body of a request to the disk as it comes, at flat memory, however large it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

import anyio
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from modelyard.domain.errors import BodyTooLarge, RequestTimedOut, UnsupportedMedia

# Written at once: large enough that threads are changed seldom, small beside everything else.
_PIECE_BYTES = 1 << 20
# nginx's default of client_body_timeout: between two pieces, not for the whole.
IDLE_S = 60.0

Held = TypeVar("Held")


async def write_body(
    request: Request, write: Callable[[bytearray], None], *, idle_s: float = IDLE_S
) -> None:
    """Hand the body on in pieces; what came before it breaks off is handed on too.

    Args:
        request: whose body nobody has read.
        write: takes a piece; it is called in a thread, and the client waits until it is done.
        idle_s: seconds in which something more must come.

    Raises:
        UnsupportedMedia: if the body is compressed.
        RequestTimedOut: if nothing more comes.
        ClientDisconnect: if the client is gone.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedMedia(
            f"The file must come as it is; Content-Encoding: {coding[:60]} came.",
            fix="Send it without the header Content-Encoding; a packed file stays packed.",
        )
    waiting = bytearray()
    try:
        async for piece in _pieces(request, idle_s):
            waiting += piece
            if len(waiting) >= _PIECE_BYTES:
                # Taken before it is written: what fails is not written twice.
                full, waiting = waiting, bytearray()
                await run_in_threadpool(write, full)
    finally:
        if waiting:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(write, waiting)


async def held_body(request: Request, *, most_bytes: int) -> bytes:
    """Return a short body of whatever form.

    Raises:
        BodyTooLarge: if it has more bytes.
        UnsupportedMedia, RequestTimedOut, ClientDisconnect: as `write_body`.
    """
    held = bytearray()

    def hold(piece: bytearray) -> None:
        if len(held) + len(piece) > most_bytes:
            raise BodyTooLarge(
                f"The body may have {most_bytes:,} bytes; at least {len(held) + len(piece):,} "
                "came.",
                fix="Send less at a time.",
            )
        held.extend(piece)

    await write_body(request, hold)
    return bytes(held)


@asynccontextmanager
async def in_thread(context: AbstractContextManager[Held]) -> AsyncIterator[Held]:
    """Enter and leave a block whose ends wait for the disk; its end is not left out."""
    held = await run_in_threadpool(context.__enter__)
    try:
        yield held
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(context.__exit__, type(error), error, error.__traceback__)
        raise
    await run_in_threadpool(context.__exit__, None, None, None)


async def _pieces(request: Request, idle_s: float) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_s):
                piece = await anext(stream, None)
        except TimeoutError as error:
            raise RequestTimedOut(
                f"Nothing more came for {idle_s:g} s; what came before is kept.",
                fix="Ask for the offset, and go on from there.",
            ) from error
        if piece is None:
            return
        yield piece
