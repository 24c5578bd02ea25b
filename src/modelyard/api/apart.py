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
from threading import Lock
from typing import Any

from modelyard.api.child import END_MARK, ENDED, OUT_OF_MEMORY

_CHILD = "modelyard.api.child"
# How a process ends that needs more than it has: told by Python; ended by the kernel for its
# processor time (getrlimit(2)), or because the machine has no memory left; by Rust and C++, which
# abort where they get none (std::alloc::handle_alloc_error, std::bad_alloc).
_TOO_MUCH = frozenset({OUT_OF_MEMORY, -signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT})
_CHUNK_BYTES = 1 << 16
# Seconds; none at all would mean to wait for nothing, in place of failing.
_SOON_S = 1e-3


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
        if self._ends is not None:
            self._ends()
        self._orders = self._ends = None

    def _start(self) -> socket.socket:
        self.end()
        self._orders, theirs = socket.socketpair()
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
        try:
            asked = pickle.dumps((module, order))
            return await asyncio.to_thread(self._answer, asked, time.monotonic() + timeout_s)
        finally:
            self._places.release()

    def _answer(self, asked: bytes, until: float) -> bytes | None:
        for _ in range(2):
            with self._nursery.fork() as line:
                try:
                    said = _said(line, asked, until)
                except TimeoutError:
                    return None
            answer, end = said[: -ENDED.size], said[-ENDED.size :]
            if end.startswith(END_MARK):
                _, code = ENDED.unpack(end)
                return None if code in _TOO_MUCH else answer
            # The process that forks has ended, as it was not needed for long: another is started.
        return b""


def _said(line: socket.socket, asked: bytes, until: float) -> bytes:
    """Return all that is said to an order, until its process has ended.

    Raises:
        TimeoutError: if that takes too long.
    """
    said = bytearray()
    with suppress(ConnectionError):
        _wait_until(line, until)
        line.sendall(asked)
        while chunk := line.recv(_CHUNK_BYTES):
            said += chunk
            _wait_until(line, until)
    return bytes(said)


def _wait_until(line: socket.socket, until: float) -> None:
    line.settimeout(max(until - time.monotonic(), _SOON_S))


def _end(process: subprocess.Popen[bytes], orders: socket.socket) -> None:
    orders.close()
    process.kill()
    process.wait()
