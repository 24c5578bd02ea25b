"""Lets modules of ours work in processes of their own, with limits, where a table is to be read.

A table fills more memory than its file, and a file may be made to do harm: the process that answers
requests parses none. To load the libraries takes a second and the work on a small table a twentieth
of it, so that one process loads them, and forks for each piece of work.
"""

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
import weakref
from contextlib import suppress
from threading import Event, Lock
from typing import Any

from modelyard.api.child import BEGAN, END_MARK, ENDED, OUT_OF_MEMORY

_CHILD = "modelyard.api.child"
# How a process ends that needs more than it has: told by Python; ended by the kernel for its
# processor time (getrlimit(2)), or because the machine has no memory left; by Rust and C++, which
# abort where they get none (std::alloc::handle_alloc_error, std::bad_alloc).
_TOO_MUCH = frozenset({OUT_OF_MEMORY, -signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT})
_CHUNK_BYTES = 1 << 16
# Seconds; none at all would mean to wait for nothing, in place of failing.
_SOON_S = 1e-3
# Some orders wait in the socket while the libraries are loaded; of so many nobody takes one.
_TAKEN_WITHIN_S = 10.0


class Nursery:
    """The process that forks; it is started for who needs it, and again where it has ended.

    It ends with this object, or with this process.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._orders: socket.socket | None = None
        self._ends: weakref.finalize[..., Nursery] | None = None

    def fork(self) -> socket.socket:
        """Return the socket of a new process: it takes an order there, and answers."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            if self._orders is not None:
                with suppress(OSError):
                    socket.send_fds(self._orders, [b"\0"], [theirs.fileno()])
                    return ours
            try:
                socket.send_fds(self._start(), [b"\0"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
            return ours

    def end(self) -> None:
        """End it, and what it has forked; the next who needs it starts it again."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends()
        self._orders = self._ends = None

    def _start(self) -> socket.socket:
        self._stop()
        self._orders, theirs = socket.socketpair()
        # One that takes no orders is replaced.
        self._orders.settimeout(_TAKEN_WITHIN_S)
        with theirs:
            process = subprocess.Popen(  # noqa: S603 -- our own
                [sys.executable, "-m", _CHILD, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Before a fork nothing computes, and a small table is worth no threads after it.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        self._ends = weakref.finalize(self, _end, process, self._orders)
        return self._orders


class Apart:
    """Lets two pieces of work be done at a time: of many requests at once, others wait."""

    def __init__(self, nursery: Nursery) -> None:
        """Let the nursery fork for the work."""
        self._nursery = nursery
        self._places = asyncio.Semaphore(2)

    async def run(
        self, module: str, order: Any, *, timeout_s: float, patience_s: float | None = None
    ) -> bytes | None:
        """Let a process do a piece of work; return its answer.

        Args:
            module: of ours, with a function `perform`.
            order: that it is handed.
            timeout_s: seconds, after which it is killed.
            patience_s: seconds that it may wait for its turn; None for as long as that takes.

        Returns:
            None where it took too long or too much memory, or its turn did not come; empty where it
            failed otherwise, which it says in the log.
        """
        try:
            async with asyncio.timeout(patience_s):
                await self._places.acquire()
        except TimeoutError:
            return None
        asked, until = pickle.dumps((module, order)), time.monotonic() + timeout_s
        piece = _Piece(self._nursery, asked, until=until)
        done = asyncio.ensure_future(asyncio.to_thread(piece.answer))
        # Not before: whoever asked may be gone while the work is still being ended.
        done.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            piece.end()
            raise


class _Piece:
    """One piece of work: it is asked for in a thread, and may be ended from another one."""

    def __init__(self, nursery: Nursery, asked: bytes, *, until: float) -> None:
        self._nursery, self._asked, self._until = nursery, asked, until
        self._line: socket.socket | None = None
        self._ended = Event()

    def answer(self) -> bytes | None:
        """Return what `Apart.run` does."""
        said = b""
        # Where it has not begun, what forks had just ended, because nobody had needed it for long.
        for _ in range(2):
            if said or self._ended.is_set():
                break
            with self._nursery.fork() as self._line:
                if self._ended.is_set():
                    break
                try:
                    said = self._said(self._line)
                except TimeoutError:
                    return None
        told, end = said[: -ENDED.size], said[-ENDED.size :]
        if not end.startswith(END_MARK):
            return b""
        _, code = ENDED.unpack(end)
        if code in _TOO_MUCH:
            return None
        return b"" if code else told.removeprefix(BEGAN)

    def end(self) -> None:
        """Have it killed; who waits for the answer hears of it at once."""
        self._ended.set()
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def _said(self, line: socket.socket) -> bytes:
        """Return all that is said to the order, until the process has ended.

        Raises:
            TimeoutError: if that takes too long.
        """
        said = bytearray()
        _wait_until(line, self._until)
        # Of work that ends before it has read its order, the end is still told.
        with suppress(ConnectionError):
            line.sendall(self._asked)
        with suppress(ConnectionError):
            while chunk := line.recv(_CHUNK_BYTES):
                said += chunk
                _wait_until(line, self._until)
        return bytes(said)


def _wait_until(line: socket.socket, until: float) -> None:
    line.settimeout(max(until - time.monotonic(), _SOON_S))


def _end(process: subprocess.Popen[bytes], orders: socket.socket) -> None:
    orders.close()
    process.kill()
    process.wait()
