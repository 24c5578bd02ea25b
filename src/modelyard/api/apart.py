"""Lets modules of ours work in processes of their own, with limits, where a table is to be read.

A table fills more memory than its file, and a file may be made to do harm: the process that answers
requests parses none. To load the libraries takes a second and the work on a small table a twentieth
of it, so that one process waits ready where another was needed lately.
"""

import asyncio
import pickle
import signal
import subprocess
import sys
import weakref
from contextlib import suppress
from typing import Any

from modelyard.api.child import OUT_OF_MEMORY

_CHILD = "modelyard.api.child"
# Whoever fills in a form asks again within minutes; then its 105 MB of memory are given back.
_KEPT_S = 300.0
# How a process ends that needs more than it has: told by Python; ended by the kernel for its
# processor time (getrlimit(2)), or because the machine has no memory left; by Rust and C++, which
# abort where they get none (std::alloc::handle_alloc_error, std::bad_alloc).
_TOO_MUCH = frozenset({OUT_OF_MEMORY, -signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT})

Process = subprocess.Popen[bytes]


class Apart:
    """Starts the processes, two at a time: of many requests at once, others wait."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(2)
        self._waiting: Process | None = None
        # Each ends its process when this ends, if not before.
        self._ends: dict[int, weakref.finalize[[Process], Apart]] = {}

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
            process = self._taken()
            asked = pickle.dumps((module, order))
            try:
                answer, _ = await asyncio.to_thread(process.communicate, asked, timeout_s)
            except subprocess.TimeoutExpired:
                return None
            finally:
                self._end(process)
                self._keep_one()
            return None if process.returncode in _TOO_MUCH else answer
        finally:
            self._places.release()

    def _taken(self) -> Process:
        process, self._waiting = self._waiting, None
        if process is not None and process.poll() is not None:
            self._end(process)
            process = None
        return process or self._started()

    def _keep_one(self) -> None:
        """Let a process wait for the next request, for a while."""
        if self._waiting is None:
            self._waiting = self._started()
            asyncio.get_running_loop().call_later(_KEPT_S, self._let_go, self._waiting)

    def _let_go(self, process: Process) -> None:
        if self._waiting is process:
            self._waiting = None
            self._end(process)

    def _end(self, process: Process) -> None:
        self._ends.pop(process.pid)()

    def _started(self) -> Process:
        process = subprocess.Popen(  # noqa: S603 -- our own
            [sys.executable, "-m", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ends[process.pid] = weakref.finalize(self, end, process)
        return process


def end(process: Process) -> None:
    """End a process, whatever it does."""
    with suppress(ProcessLookupError):
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
